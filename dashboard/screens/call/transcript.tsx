import { memo, useEffect, useRef, useState } from 'react';
import { formatSeconds, plural } from '../../format/numbers.ts';
import { Badge } from '../../ui/badge.tsx';
import { cn } from '../../ui/cn.ts';
import { Input } from '../../ui/field.tsx';
import { pieces, type Turn } from './turns.ts';

interface TranscriptProps {
  turns: readonly Turn[] | null;
  isLive: boolean;
  /** The turn at the recording's current position. */
  current: number | null;
  /** The turn that met the conversion rule. */
  metTurn: number | null;
  /** Seeks the recording; null without one. */
  onChoose: ((seconds: number) => void) | null;
}

export function Transcript({ turns, isLive, current, metTurn, onChoose }: TranscriptProps) {
  const [search, setSearch] = useState('');
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (current !== null) show(list.current, current);
  }, [current]);
  const choose = useRef(onChoose);
  choose.current = onChoose;
  const [seek] = useState(() => (seconds: number) => choose.current?.(seconds));
  if (turns === null || turns.length === 0) {
    return (
      <p className="text-muted">
        {isLive ? 'What is said is told when the call is over.' : 'Nothing was said, or it was not told.'}
      </p>
    );
  }
  const needle = search.trim();
  const found = turns.flatMap(({ text }, index) =>
    needle !== '' && pieces(text, needle).some((piece) => piece.found) ? [index] : [],
  );
  return (
    <div className="grid gap-2">
      <div className="flex items-center gap-3">
        <h3 className="font-semibold">Transcript</h3>
        <span role="status" className="ml-auto text-xs text-muted">
          {needle === '' ? '' : `in ${plural(found.length, 'turn')}`}
        </span>
        <Input
          type="search"
          aria-label="Search the transcript"
          placeholder="Search"
          className="w-44"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && found[0] !== undefined) show(list.current, found[0]);
          }}
        />
      </div>
      <ol
        ref={list}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it.
        tabIndex={0}
        aria-label="Transcript"
        className="relative grid max-h-[32rem] gap-1 overflow-y-auto rounded-md border p-2"
      >
        {turns.map((turn, index) => (
          <TurnRow
            // Turns keep their order.
            // biome-ignore lint/suspicious/noArrayIndexKey: they have no id.
            key={index}
            turn={turn}
            search={needle}
            isCurrent={index === current}
            isMet={index === metTurn}
            onChoose={onChoose === null ? null : seek}
          />
        ))}
      </ol>
    </div>
  );
}

/** Scrolls the list only, not the page. */
function show(list: HTMLElement | null, index: number): void {
  const turn = list?.children[index];
  if (list === null || !(turn instanceof HTMLElement)) return;
  const isCalm = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  list.scrollTo({
    top: turn.offsetTop - (list.clientHeight - turn.clientHeight) / 2,
    behavior: isCalm ? 'auto' : 'smooth',
  });
}

const TurnRow = memo(function TurnRow({
  turn,
  search,
  isCurrent,
  isMet,
  onChoose,
}: {
  turn: Turn;
  search: string;
  isCurrent: boolean;
  isMet: boolean;
  onChoose: ((seconds: number) => void) | null;
}) {
  const { role, text, atSeconds, interrupted = false } = turn;
  const content = (
    <>
      <span className="flex flex-wrap items-center gap-2 text-xs">
        <span className={cn('font-semibold', role === 'agent' ? 'text-accent' : 'text-ink')}>
          {role === 'agent' ? 'Agent' : 'Person'}
        </span>
        {atSeconds !== null && <span className="font-mono text-muted">{formatSeconds(atSeconds)}</span>}
        {interrupted && <span className="text-muted">interrupted</span>}
        {isMet && <Badge tone="good">Met the rule</Badge>}
      </span>
      <span className="block wrap-anywhere">
        {pieces(text, search).map((piece, index) =>
          piece.found ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have no id.
            <mark key={index} className="rounded-sm bg-warn/30 text-ink">
              {piece.text}
            </mark>
          ) : (
            piece.text
          ),
        )}
      </span>
    </>
  );
  const look = cn(
    'block w-full rounded-md border-l-2 border-transparent px-3 py-1.5 text-left select-text',
    isCurrent && 'border-accent bg-accent/10',
  );
  return (
    <li aria-current={isCurrent || undefined}>
      {onChoose !== null && atSeconds !== null ? (
        <button
          type="button"
          className={cn(look, !isCurrent && 'hover:bg-raised')}
          onClick={() => onChoose(atSeconds)}
        >
          {content}
        </button>
      ) : (
        <div className={look}>{content}</div>
      )}
    </li>
  );
});
