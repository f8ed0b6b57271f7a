import { useNavigate, useSearch } from '@tanstack/react-router';
import { useRef } from 'react';
import type { Direction } from '../../client/generated.ts';
import { entriesOf } from '../../format/words.ts';
import { useShortcut } from '../../shell/shortcuts.ts';
import { cn } from '../../ui/cn.ts';
import { SearchInput } from '../../ui/search-input.tsx';

const WROTE_LAST: Record<Direction, string> = { inbound: 'They wrote last', outbound: 'We wrote last' };
const CHOICES: readonly [Direction | undefined, string][] = [[undefined, 'All'], ...entriesOf(WROTE_LAST)];

/** The filter and the search, both kept in the URL. */
export function ThreadFilters() {
  const { direction, q } = useSearch({ from: '/messages' });
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  useShortcut('slash', { does: 'Find a name or number', shown: '/' }, () => input.current?.focus());
  return (
    <div className="grid gap-2">
      <SearchInput
        ref={input}
        aria-label="Find a name or number"
        placeholder="Find a name or number"
        value={q}
        onSearch={(text) =>
          void navigate({ from: '/messages', search: (old) => ({ ...old, q: text }), replace: true })
        }
      />
      <fieldset className="flex flex-wrap gap-1" disabled={q !== undefined}>
        <legend className="sr-only">Who wrote last</legend>
        {CHOICES.map(([choice, text]) => (
          <button
            key={text}
            type="button"
            aria-pressed={choice === direction}
            onClick={() =>
              void navigate({ from: '/messages', search: (old) => ({ ...old, direction: choice }) })
            }
            className={cn(
              'rounded-full border px-2.5 py-0.5 text-xs font-medium text-muted hover:bg-raised hover:text-ink',
              choice === direction && 'border-accent/50 bg-accent/10 text-accent hover:text-accent',
              q !== undefined && 'opacity-50',
            )}
          >
            {text}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
