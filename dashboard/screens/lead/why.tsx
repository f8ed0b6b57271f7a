import { useQuery } from '@tanstack/react-query';
import { CircleAlert, Clock, PhoneCall } from 'lucide-react';
import type { ReactNode } from 'react';
import { type Lead, type LeadWhy, readWhy } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { outcomeText, ruleText } from '../../format/rules.ts';
import { Time } from '../../format/time.tsx';
import { Card } from '../../ui/card.tsx';
import { Loaded, SkeletonRows } from '../../ui/states.tsx';

/** When the lead is called next, and each rule that holds it until then. */
export function Why({ lead }: { lead: Lead }) {
  const why = useQuery({ queryKey: keys.why(lead.id), queryFn: () => readWhy(lead.id) });
  // The finished state is shown above.
  const holdsOf = ({ blockedBy }: LeadWhy) => blockedBy.filter(({ rule }) => rule !== 'lead_open');
  return (
    <Card title="Next attempt">
      <Loaded query={why} loading={<SkeletonRows rows={2} />}>
        {(data) => (
          <div className="grid gap-3">
            <Next why={data} lead={lead} />
            {holdsOf(data).length > 0 && (
              <ul aria-label="Rules that hold it" className="grid gap-2">
                {holdsOf(data).map((hold) => (
                  <Hold key={`${hold.rule} ${hold.detail}`} hold={hold} zone={lead.zones[0]} />
                ))}
              </ul>
            )}
          </div>
        )}
      </Loaded>
    </Card>
  );
}

function Next({ why, lead }: { why: LeadWhy; lead: Lead }) {
  if (why.state === 'calling') return <Said icon={<PhoneCall />}>A call is under way.</Said>;
  if (why.nextAttemptAt !== null) {
    return (
      <Said icon={<Clock />}>
        <span className="font-semibold">
          <Time iso={why.nextAttemptAt} zone={lead.zones[0]} />
        </span>
        <span className="text-muted">
          , <Time iso={why.nextAttemptAt} relative />
        </span>
      </Said>
    );
  }
  if (why.state === 'finished') {
    const outcome = lead.outcome === null ? '' : `: ${outcomeText(lead.outcome).toLowerCase()}`;
    return <Said icon={<CircleAlert />}>None comes. The lead is finished{outcome}.</Said>;
  }
  if (why.blockedBy.length === 0) return <Said icon={<PhoneCall />}>Now: nothing holds it.</Said>;
  return <Said icon={<CircleAlert />}>None is in sight while this holds.</Said>;
}

function Said({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <div className="flex gap-2">
      <span aria-hidden className="mt-0.5 shrink-0 text-muted [&_svg]:size-4">
        {icon}
      </span>
      <div className="min-w-0">{children}</div>
    </div>
  );
}

function Hold({
  hold: { rule, detail, until },
  zone,
}: {
  hold: LeadWhy['blockedBy'][number];
  zone: string | undefined;
}) {
  return (
    <li className="rounded-md border border-warn/40 bg-warn/8 px-3 py-2">
      <div className="font-medium text-warn">{ruleText(rule)}</div>
      <div className="wrap-anywhere">{detail}</div>
      <div className="text-xs text-muted">
        {until === null ? (
          'Without an end of its own'
        ) : (
          <>
            until <Time iso={until} zone={zone} />
          </>
        )}
      </div>
    </li>
  );
}
