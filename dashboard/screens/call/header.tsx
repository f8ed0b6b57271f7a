import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Star } from 'lucide-react';
import { type CallDetail, listAgents, readCampaign } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { CallBadge, DISPOSITION_TEXT } from '../../format/labels.tsx';
import { Time } from '../../format/time.tsx';
import { numberOf } from '../../live-call/party.ts';
import { Badge } from '../../ui/badge.tsx';

/** The call's result, number, campaign, agent and time. */
export function CallSubtitle({ call, zone }: { call: CallDetail; zone: string | undefined }) {
  return (
    <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <span className="flex flex-wrap gap-1.5">
        <CallBadge call={call} />
        {call.disposition !== null && call.disposition !== 'none' && (
          <Badge tone={call.disposition === 'opted_out' ? 'bad' : 'info'}>
            {DISPOSITION_TEXT[call.disposition]}
          </Badge>
        )}
        {call.converted && call.disposition !== 'converted' && (
          <Badge tone="good" icon={<Star />}>
            Converted
          </Badge>
        )}
        {call.needsAttention && <Badge tone="bad">Needs attention</Badge>}
        {call.overdueSince !== null && call.status !== 'ended' && <Badge tone="warn">Past its limit</Badge>}
        {call.hangUp !== null && call.status !== 'ended' && <Badge tone="warn">Being hung up</Badge>}
      </span>
      <span>{numberOf(call)}</span>
      <CampaignLink campaignId={call.campaignId} />
      <AgentLink agentId={call.agentId} />
      <span>
        {call.direction === 'inbound' && call.kind === 'phone' ? 'came in ' : ''}
        <Time iso={call.startedAt} zone={zone} />
      </span>
    </div>
  );
}

const LINK = 'max-w-64 truncate text-accent hover:underline';

function CampaignLink({ campaignId }: { campaignId: string | null }) {
  const campaign = useQuery({
    queryKey: keys.campaign(campaignId ?? ''),
    queryFn: () => readCampaign(campaignId ?? ''),
    enabled: campaignId !== null,
  });
  if (campaignId === null) return <span>no campaign</span>;
  return (
    <Link to="/campaigns/$campaignId" params={{ campaignId }} className={LINK}>
      {campaign.data?.name ?? 'Campaign'}
    </Link>
  );
}

function AgentLink({ agentId }: { agentId: string }) {
  const agents = useQuery({ queryKey: keys.agents, queryFn: () => listAgents() });
  const name = agents.data?.items.find((agent) => agent.agentId === agentId)?.name;
  return (
    <Link to="/agents/$agentId" params={{ agentId }} className={LINK}>
      {name ?? agentId}
    </Link>
  );
}
