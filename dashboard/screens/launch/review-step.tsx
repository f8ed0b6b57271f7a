import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import {
  type Campaign,
  listAgents,
  listLeads,
  listPhoneNumbers,
  readProgress,
  readWhy,
} from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { formatCents, formatCount, NONE, plural } from '../../format/numbers.ts';
import { formatPhone } from '../../format/phone.ts';
import { Time } from '../../format/time.tsx';
import { Card, Figure } from '../../ui/card.tsx';
import { useGoTo } from './go-to.ts';
import { conversionText, hoursText, retriesText } from './rules-text.ts';
import type { LaunchStep } from './search.ts';
import { Start } from './start.tsx';
import { StepActions } from './step-actions.tsx';
import { TestCall } from './test-call.tsx';
import { Warning } from './warning.tsx';

/** A summary, a test call, and the start. */
export function ReviewStep({ draft }: { draft: Campaign }) {
  const goTo = useGoTo();
  const progress = useQuery({ queryKey: keys.progress(draft.id), queryFn: () => readProgress(draft.id) });
  const leads = progress.data?.leads.total;
  return (
    <div className="grid gap-4">
      <Figures draft={draft} leads={leads} />
      {leads === 0 && (
        <Warning>
          The campaign has no leads yet. It may be started all the same: leads can be added while it runs.
        </Warning>
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Summary draft={draft} />
        <div className="grid gap-4">
          <TestCall draft={draft} />
          <Start draft={draft} leads={leads} />
        </div>
      </div>
      <StepActions onBack={() => goTo('rules', draft.id)} />
    </div>
  );
}

function Figures({ draft, leads }: { draft: Campaign; leads: number | undefined }) {
  const { lines, spendLimitCents, maxAttempts, callbackBeyondLimit } = draft.settings;
  const mostCalls = maxAttempts + (callbackBeyondLimit ? 1 : 0);
  return (
    <div className="grid grid-cols-2 gap-2 lg:grid-cols-4">
      <Figure
        label="Leads"
        value={leads === undefined ? NONE : formatCount(leads)}
        detail={leads === undefined ? '' : `At most ${plural(leads * mostCalls, 'call')}`}
      />
      <FirstCall draft={draft} />
      <Figure label="Lines" value={formatCount(lines)} detail="Calls at the same time" />
      <Figure
        label="Spend limit"
        value={spendLimitCents === null ? 'None' : formatCents(spendLimitCents)}
        detail={spendLimitCents === null ? 'Set one under Rules' : 'Then it pauses by itself'}
      />
    </div>
  );
}

const SAMPLE = 5;

/** The earliest opening for the list's first leads; the API knows their zones. */
function FirstCall({ draft }: { draft: Campaign }) {
  const opening = useQuery({
    queryKey: [...keys.leads(draft.id, { limit: SAMPLE }), 'opening', draft.settingsVersion],
    queryFn: async ({ signal }) => {
      const { items } = await listLeads(draft.id, { limit: SAMPLE }, { signal });
      const reasons = await Promise.all(items.map(({ id }) => readWhy(id, { signal })));
      return reasons.map(({ blockedBy }) => blockedBy.find(({ rule }) => rule === 'window') ?? null);
    },
  });
  const holds = opening.data ?? [];
  const first = holds.flatMap((hold) => hold?.until ?? []).sort()[0];
  const value = () => {
    if (holds.length === 0) return NONE;
    if (holds.some((hold) => hold === null)) return 'Open now';
    return first ? <Time iso={first} /> : 'Never';
  };
  return <Figure label="Calling hours" value={value()} detail="For the first leads of the list" />;
}

function Summary({ draft }: { draft: Campaign }) {
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  const numbers = useQuery({ queryKey: keys.phoneNumbers, queryFn: () => listPhoneNumbers() });
  const agent = agents.data?.items.find(({ agentId }) => agentId === draft.agentId)?.name ?? draft.agentId;
  const numberText = draft.phoneNumberIds.map((id) =>
    formatPhone(numbers.data?.items.find(({ phoneNumberId }) => phoneNumberId === id)?.phoneNumber ?? id),
  );
  const { settings } = draft;
  return (
    <Card title={draft.name}>
      <dl className="grid gap-3">
        <Item name="Agent" step="agent" draft={draft}>
          {agent}
        </Item>
        <Item name="Calls from" step="agent" draft={draft}>
          {numberText.length === 0 ? 'All numbers that can call out' : numberText.join(', ')}
        </Item>
        <Item name="Calling hours" step="rules" draft={draft}>
          {hoursText(settings).map((line) => (
            <span key={line} className="block">
              {line}
            </span>
          ))}
        </Item>
        <Item name="Attempts" step="rules" draft={draft}>
          {retriesText(settings)}
        </Item>
        <Item name="Conversion" step="rules" draft={draft}>
          {conversionText(settings.conversion)}
        </Item>
        <Item name="Follow-ups" step="rules" draft={draft}>
          {settings.followUps.length === 0
            ? 'None'
            : settings.followUps.map(({ id, channel }) => `${id} (${channel})`).join(', ')}
        </Item>
      </dl>
    </Card>
  );
}

function Item({
  name,
  step,
  draft,
  children,
}: {
  name: string;
  step: LaunchStep;
  draft: Campaign;
  children: ReactNode;
}) {
  return (
    <div className="grid grid-cols-[7rem_minmax(0,1fr)_auto] gap-3 border-b pb-3 last:border-b-0 last:pb-0">
      <dt className="text-muted">{name}</dt>
      <dd className="wrap-anywhere">{children}</dd>
      <dd>
        <Link
          to="/launch"
          search={{ campaign: draft.id, step }}
          aria-label={`Change ${name.toLowerCase()}`}
          className="text-accent underline-offset-2 hover:underline"
        >
          Change
        </Link>
      </dd>
    </div>
  );
}
