import { Info } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { cn } from '../../../ui/cn.ts';
import type { Line } from './state.ts';

/** Closer to the end than this, the list scrolls along. */
const AT_END_PX = 80;

/** Scrolls along with the talk unless the viewer has scrolled back. */
export function LiveTranscript({
  lines,
  agentName,
  isWriting,
}: {
  lines: readonly Line[];
  agentName: string;
  isWriting: boolean;
}) {
  const box = useRef<HTMLElement>(null);
  const follows = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it follows new lines.
  useEffect(() => {
    if (follows.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines, isWriting]);
  return (
    <section
      ref={box}
      aria-label="Transcript"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
      tabIndex={0}
      className="h-96 overflow-y-auto rounded-md border bg-ground p-3"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < AT_END_PX;
      }}
    >
      {/* Screen readers read out each line once. */}
      <div role="log" aria-label="What was said">
        <ol className="grid gap-2">
          {lines.map((line) => (
            <Spoken key={line.id} line={line} agentName={agentName} />
          ))}
        </ol>
      </div>
      {lines.length === 0 && <p className="text-muted">Nothing was said yet.</p>}
      <p aria-hidden className={cn('mt-2 h-5 text-muted', isWriting && 'animate-breathe')}>
        {isWriting ? '…' : ''}
      </p>
    </section>
  );
}

function Spoken({ line: { role, text, interrupted }, agentName }: { line: Line; agentName: string }) {
  if (role === 'notice') {
    return (
      <li className="flex items-start gap-2 rounded-md border border-info/35 bg-info/8 px-3 py-1.5 text-xs">
        <Info aria-hidden className="mt-0.5 size-3.5 shrink-0 text-info" />
        <span className="min-w-0 wrap-anywhere">
          <span className="font-medium text-info">The agent was told: </span>
          {text}
        </span>
      </li>
    );
  }
  const isAgent = role === 'agent';
  return (
    <li
      className={cn(
        'max-w-[85%] rounded-lg px-3 py-2',
        isAgent ? 'justify-self-start border bg-panel' : 'justify-self-end bg-accent/14',
      )}
    >
      <span className="block text-xs font-medium text-muted">{isAgent ? agentName : 'You'}</span>
      <span className="whitespace-pre-wrap wrap-anywhere">{text}</span>
      {interrupted && <span className="ml-1 text-xs text-muted">(interrupted)</span>}
    </li>
  );
}
