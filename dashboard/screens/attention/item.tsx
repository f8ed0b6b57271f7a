import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { type Attention, readMessage } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { CampaignLink, LeadLink } from '../../format/names.tsx';
import { Time } from '../../format/time.tsx';
import { useMay } from '../../session/session.tsx';
import { buttonStyle } from '../../ui/button.tsx';
import { Settle } from './settle.tsx';

const OPEN = buttonStyle({ size: 'small' });

/** One item with its subject and a link to it. */
export function Item({ item }: { item: Attention }) {
  const { operate } = useMay();
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-b py-2.5 last:border-b-0 last:pb-0">
      <div className="min-w-0 flex-1 basis-80">
        <p className="wrap-anywhere">{item.detail}</p>
        <p className="flex flex-wrap gap-x-1.5 text-xs text-muted">
          {item.leadId !== null && (
            <>
              <LeadLink id={item.leadId} /> ·
            </>
          )}
          {item.campaignId !== null && (
            <>
              <CampaignLink id={item.campaignId} /> ·
            </>
          )}
          <Time iso={item.createdAt} />
        </p>
      </div>
      {operate && item.choices.length > 0 && <Settle item={item} />}
      <WayThere item={item} />
    </li>
  );
}

function WayThere({ item }: { item: Attention }): ReactNode {
  const { kind, subject, leadId } = item;
  switch (kind) {
    case 'unknown_call':
    case 'unended_call':
      return (
        <Link to="/calls/$callId" params={{ callId: subject }} className={OPEN}>
          Open the call
        </Link>
      );
    case 'campaign_fault':
    case 'spend_limit_reached':
      return (
        <Link to="/campaigns/$campaignId" params={{ campaignId: subject }} className={OPEN}>
          Open the campaign
        </Link>
      );
    case 'unknown_message':
    case 'failed_reply':
      return <ConversationLink messageId={subject} />;
    case 'failed_follow_up':
      return (
        leadId !== null && (
          <Link to="/leads/$leadId" params={{ leadId }} className={OPEN}>
            Open the lead
          </Link>
        )
      );
    case 'disabled_webhook':
      return (
        <Link to="/settings" search={{ tab: 'webhooks', endpoint: subject }} className={OPEN}>
          Open the webhook
        </Link>
      );
    case 'unmatched_webhook':
      return (
        <Link to="/unattributed" className={OPEN}>
          Fetch conversations
        </Link>
      );
    case 'failing_sweep':
      return null;
  }
}

/** A conversation is found by its number, which only the message has. */
function ConversationLink({ messageId }: { messageId: string }) {
  const { data } = useQuery({
    queryKey: keys.messages({ id: messageId }),
    queryFn: () => readMessage(messageId),
  });
  const phone = data?.direction === 'inbound' ? data.from : data?.to;
  return (
    <Link to="/messages" search={phone ? { selected: phone } : {}} className={OPEN}>
      Open the conversation
    </Link>
  );
}
