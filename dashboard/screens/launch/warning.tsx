import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

/** Something unexpected that is not an error. */
export function Warning({ children }: { children: ReactNode }) {
  return (
    <p className="flex items-start gap-2 rounded-md border border-warn/40 bg-warn/8 px-3 py-2 text-warn">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
      <span>
        <span className="sr-only">Warning: </span>
        {children}
      </span>
    </p>
  );
}
