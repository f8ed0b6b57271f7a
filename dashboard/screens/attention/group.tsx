import { useState } from 'react';
import type { Attention, AttentionKind } from '../../client/generated.ts';
import { formatCount } from '../../format/numbers.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Item } from './item.tsx';
import { KIND_TEXTS } from './kinds.ts';

/** Items shown at first; each one fetches its subject. */
const SHOWN_FIRST = 8;

/** All items of a kind, with one explanation of its meaning and remedy. */
export function Group({ kind, items }: { kind: AttentionKind; items: readonly Attention[] }) {
  const [isOpen, setIsOpen] = useState(false);
  const { title, tone, urgency, happened, means, todo } = KIND_TEXTS[kind];
  const shown = isOpen ? items : items.slice(0, SHOWN_FIRST);
  const explanations = [
    ['What happened', happened],
    ['What it means', means],
    ['What to do', todo],
  ];
  return (
    <Card
      title={
        <span className="flex flex-wrap items-center gap-2">
          {title}
          <span className="font-normal text-muted">{formatCount(items.length)}</span>
        </span>
      }
      actions={<Badge tone={tone}>{urgency}</Badge>}
    >
      <dl className="mb-3 grid gap-x-6 gap-y-2 md:grid-cols-3">
        {explanations.map(([term, text]) => (
          <div key={term}>
            <dt className="text-xs font-semibold">{term}</dt>
            <dd className="text-muted">{text}</dd>
          </div>
        ))}
      </dl>
      <ul aria-label={title} className="grid border-t">
        {shown.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ul>
      {shown.length < items.length && (
        <Button className="mt-3" onClick={() => setIsOpen(true)}>
          Show all {formatCount(items.length)}
        </Button>
      )}
    </Card>
  );
}
