import { Check, CircleHelp, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { CallDetail } from '../../client/generated.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Fold } from '../../ui/fold.tsx';

/** The provider's analysis. Its shape is the provider's, so unexpected parts are left out. */
export function Analysis({ call: { analysis } }: { call: CallDetail }) {
  if (analysis === null) {
    return (
      <Card title="Analysis">
        <p className="text-muted">There is none: it comes after a conversation.</p>
      </Card>
    );
  }
  const evaluation = entriesOf((analysis as Record<string, unknown>).evaluation);
  const collected = entriesOf((analysis as Record<string, unknown>).dataCollection);
  return (
    <Card title="Analysis">
      <div className="grid gap-4">
        {evaluation.length > 0 && (
          <Section title="Criteria">
            {evaluation.map(([name, result]) => (
              <Row key={name} name={name}>
                <Verdict result={String(result)} />
              </Row>
            ))}
          </Section>
        )}
        {collected.length > 0 && (
          <Section title="Collected">
            {collected.map(([name, value]) => (
              <Row key={name} name={name}>
                <span className="wrap-anywhere">{shown(value)}</span>
              </Row>
            ))}
          </Section>
        )}
        <Fold summary="As it came" json={analysis} />
      </div>
    </Card>
  );
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

function shown(value: unknown): ReactNode {
  if (value === null || value === undefined || value === '')
    return <span className="text-muted">nothing</span>;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <h3 className="mb-1 text-xs font-semibold text-muted">{title}</h3>
      <dl className="grid gap-1">{children}</dl>
    </div>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex items-start justify-between gap-3">
      <dt className="min-w-0 text-muted wrap-anywhere">{name.replaceAll('_', ' ')}</dt>
      <dd className="text-right">{children}</dd>
    </div>
  );
}

function Verdict({ result }: { result: string }) {
  if (result === 'success') {
    return (
      <Badge tone="good" icon={<Check />}>
        met
      </Badge>
    );
  }
  if (result === 'failure') {
    return (
      <Badge tone="bad" icon={<X />}>
        not met
      </Badge>
    );
  }
  return <Badge icon={<CircleHelp />}>{result}</Badge>;
}
