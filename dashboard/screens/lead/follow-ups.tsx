import { Link } from '@tanstack/react-router';
import { type FollowUp, listLeadFollowUps } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { Time } from '../../format/time.tsx';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Loaded, SkeletonRows } from '../../ui/states.tsx';

const STATUS: Record<FollowUp['status'], { tone: Tone; text: string }> = {
  planned: { tone: 'info', text: 'Planned' },
  done: { tone: 'good', text: 'Done' },
  skipped: { tone: 'muted', text: 'Skipped' },
  failed: { tone: 'bad', text: 'Failed' },
};
const CHANNEL: Record<FollowUp['channel'], string> = { sms: 'Text', email: 'Mail', webhook: 'Webhook' };

/** The follow-ups of the lead's calls and their status. */
export function FollowUps({ leadId, zone }: { leadId: string; zone: string | undefined }) {
  const pages = usePages(
    keys.leadFollowUps(leadId),
    (cursor, signal) => listLeadFollowUps(leadId, { ...(cursor !== undefined && { cursor }) }, { signal }),
    ({ id }) => id,
  );
  return (
    <Loaded query={{ ...pages, data: pages.items }} loading={<SkeletonRows rows={2} />}>
      {(items) =>
        items.length === 0 ? (
          <p className="text-muted">None was planned.</p>
        ) : (
          <div className="grid gap-3">
            <ul className="grid gap-3">
              {items.map((followUp) => (
                <Row key={followUp.id} followUp={followUp} zone={zone} />
              ))}
            </ul>
            {pages.hasNextPage && (
              <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                More
              </Button>
            )}
          </div>
        )
      }
    </Loaded>
  );
}

function Row({ followUp, zone }: { followUp: FollowUp; zone: string | undefined }) {
  const { channel, ruleId, status, reason, dueAt, finishedAt, callId } = followUp;
  const { tone, text } = STATUS[status];
  return (
    <li className="grid gap-0.5">
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate">
          <span className="font-medium">{CHANNEL[channel]}</span> <span className="text-muted">{ruleId}</span>
        </span>
        <Badge tone={tone}>{text}</Badge>
      </div>
      <div className="text-xs text-muted">
        {status === 'planned' ? 'due ' : ''}
        <Time iso={finishedAt ?? dueAt} zone={zone} />
        {callId !== null && (
          <>
            {' · '}
            <Link to="/calls/$callId" params={{ callId }} className="text-accent underline">
              after this call
            </Link>
          </>
        )}
      </div>
      {reason !== null && <div className="wrap-anywhere">{reason}</div>}
    </li>
  );
}
