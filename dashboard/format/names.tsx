import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { readCampaign, readLead } from '../client/generated.ts';
import { keys } from '../client/keys.ts';
import { formatPhone } from './phone.ts';

const LINK = 'font-medium hover:text-accent hover:underline';

/** Links to a lead by name, or by number without one. */
export function LeadLink({ id }: { id: string }) {
  const { data } = useQuery({ queryKey: keys.lead(id), queryFn: () => readLead(id) });
  return (
    <Link to="/leads/$leadId" params={{ leadId: id }} className={LINK}>
      {data === undefined ? 'The lead' : (data.name ?? formatPhone(data.phone))}
    </Link>
  );
}

export function CampaignLink({ id }: { id: string }) {
  const { data } = useQuery({ queryKey: keys.campaign(id), queryFn: () => readCampaign(id) });
  return (
    <Link to="/campaigns/$campaignId" params={{ campaignId: id }} className={LINK}>
      {data?.name ?? 'The campaign'}
    </Link>
  );
}
