import type { ReactNode } from 'react';

/** Folded details; `json` is shown as text. */
export function Fold({ summary, json, children }: { summary: string; json?: unknown; children?: ReactNode }) {
  return (
    <details className="group">
      <summary className="w-fit cursor-pointer rounded text-xs font-medium text-accent hover:underline">
        {summary}
      </summary>
      {children}
      {json !== undefined && (
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
          tabIndex={0}
          className="mt-2 max-h-80 overflow-auto rounded-md border bg-raised p-3 font-mono text-xs whitespace-pre-wrap wrap-anywhere text-ink"
        >
          {JSON.stringify(json, null, 2)}
        </pre>
      )}
    </details>
  );
}
