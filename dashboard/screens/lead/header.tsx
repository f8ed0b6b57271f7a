import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ShieldBan, Star } from 'lucide-react';
import { type Lead, readCampaign } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { LeadBadge, ReachBadge } from '../../format/labels.tsx';
import { formatPhone } from '../../format/phone.ts';
import { Badge } from '../../ui/badge.tsx';

export function LeadSubtitle({ lead, optedOut }: { lead: Lead; optedOut: boolean }) {
  const campaign = useQuery({
    queryKey: keys.campaign(lead.campaignId),
    queryFn: () => readCampaign(lead.campaignId),
  });
  return (
    <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1.5">
      <span className="flex flex-wrap gap-1.5">
        <LeadBadge state={lead.state} />
        {lead.lastReach !== null && <ReachBadge reach={lead.lastReach} />}
        {lead.converted && (
          <Badge tone="good" icon={<Star />}>
            Converted
          </Badge>
        )}
        {optedOut && (
          <Badge tone="bad" icon={<ShieldBan />}>
            Opted out
          </Badge>
        )}
      </span>
      <span>{formatPhone(lead.phone)}</span>
      {lead.company !== null && <span className="max-w-64 truncate">{lead.company}</span>}
      {lead.email !== null && <span className="max-w-64 truncate">{lead.email}</span>}
      <Link
        to="/campaigns/$campaignId"
        params={{ campaignId: lead.campaignId }}
        className="max-w-64 truncate text-accent hover:underline"
      >
        {campaign.data?.name ?? 'Campaign'}
      </Link>
    </div>
  );
}
