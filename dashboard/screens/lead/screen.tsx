import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type Lead, listOptOuts, readLead } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { ApiProblem } from '../../client/problem.ts';
import { formatPhone } from '../../format/phone.ts';
import { buttonStyle } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty, Failure, Skeleton } from '../../ui/states.tsx';
import { Composer } from '../messages/composer.tsx';
import { LeadActions } from './actions.tsx';
import { LeadFacts } from './facts.tsx';
import { FollowUps } from './follow-ups.tsx';
import { LeadSubtitle } from './header.tsx';
import { Timeline } from './timeline.tsx';
import { Why } from './why.tsx';
import { Zones } from './zones.tsx';

/** One lead: what happened, what comes next and why. */
export function LeadScreen() {
  const { leadId } = useParams({ from: '/leads/$leadId' });
  const lead = useQuery({ queryKey: keys.lead(leadId), queryFn: () => readLead(leadId) });
  if (lead.data !== undefined) return <Detail key={leadId} lead={lead.data} />;
  return (
    <Page title="Lead" name="Lead">
      {lead.error ? <NotShown error={lead.error} onRetry={() => void lead.refetch()} /> : <Loading />}
    </Page>
  );
}

function NotShown({ error, onRetry }: { error: Error; onRetry: () => void }) {
  if (error instanceof ApiProblem && (error.status === 404 || error.status === 422)) {
    return (
      <Empty
        title="There is no such lead"
        action={
          <Link to="/campaigns" className={buttonStyle()}>
            All campaigns
          </Link>
        }
      >
        The address may be mistyped, or the lead was taken away.
      </Empty>
    );
  }
  return <Failure error={error} onRetry={onRetry} />;
}

function Loading() {
  return (
    <div role="status" className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
      <span className="sr-only">Loading</span>
      <Skeleton className="h-120" />
      <Skeleton className="h-120" />
    </div>
  );
}

function Detail({ lead }: { lead: Lead }) {
  const optOuts = useQuery({
    queryKey: [...keys.optOuts, 'of', lead.phone],
    queryFn: () => listOptOuts({ q: lead.phone, limit: 10 }),
  });
  const optOut = optOuts.data?.items.find(({ phone }) => phone === lead.phone) ?? null;
  const who = lead.name ?? formatPhone(lead.phone);
  return (
    <Page
      title={who}
      name={who}
      subtitle={<LeadSubtitle lead={lead} optedOut={optOut !== null} />}
      actions={<LeadActions lead={lead} optOut={optOut} isKnown={optOuts.data !== undefined} />}
    >
      <div className="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="grid min-w-0 gap-5 max-lg:order-2">
          <section className="min-w-0 overflow-hidden rounded-lg border bg-panel">
            <h2 className="px-4 pt-4 pb-3 font-semibold">Write a text</h2>
            <Composer phone={lead.phone} leadId={lead.id} optedOut={optOut !== null} />
          </section>
          <Timeline lead={lead} />
        </div>
        <div className="grid min-w-0 gap-5">
          <Why lead={lead} />
          <Zones lead={lead} />
          <LeadFacts lead={lead} />
          <Card title="Follow-ups">
            <FollowUps leadId={lead.id} zone={lead.zones[0]} />
          </Card>
        </div>
      </div>
    </Page>
  );
}
