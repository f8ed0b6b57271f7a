import type { ReactNode } from 'react';
import type { Lead } from '../../client/generated.ts';
import { DISPOSITION_TEXT } from '../../format/labels.tsx';
import { formatCount, NONE } from '../../format/numbers.ts';
import { outcomeText } from '../../format/rules.ts';
import { Time } from '../../format/time.tsx';
import { Card } from '../../ui/card.tsx';

export function LeadFacts({ lead }: { lead: Lead }) {
  const place = [lead.country, lead.region, lead.postalCode].filter((part) => part !== null).join(' · ');
  const variables = Object.entries(lead.variables);
  return (
    <Card title="What is known">
      <dl className="grid gap-1.5">
        <Fact name="Attempts">{formatCount(lead.attemptsUsed)}</Fact>
        {lead.disposition !== null && <Fact name="Disposition">{DISPOSITION_TEXT[lead.disposition]}</Fact>}
        <Fact name="Score">{lead.score === null ? NONE : `${lead.score} of 100`}</Fact>
        {lead.outcome !== null && (
          <Fact name="Outcome">
            {outcomeText(lead.outcome)}
            {lead.outcomeDetail !== null && <span className="text-muted"> · {lead.outcomeDetail}</span>}
          </Fact>
        )}
        {place !== '' && <Fact name="Place">{place}</Fact>}
        <Fact name="Consent">{lead.consent ?? <span className="text-muted">none on record</span>}</Fact>
        <Fact name="Added">
          <Time iso={lead.createdAt} />
        </Fact>
      </dl>
      {variables.length > 0 && (
        <>
          <h3 className="mt-4 mb-1 text-xs font-semibold text-muted">What the agent is told</h3>
          <dl className="grid gap-1.5">
            {variables.map(([name, value]) => (
              <Fact key={name} name={name}>
                {value}
              </Fact>
            ))}
          </dl>
        </>
      )}
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[7rem_minmax(0,1fr)] gap-2">
      <dt className="text-muted wrap-anywhere">{name}</dt>
      <dd className="wrap-anywhere">{children}</dd>
    </div>
  );
}
