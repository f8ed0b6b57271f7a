import { Link } from '@tanstack/react-router';
import { Paperclip } from 'lucide-react';
import {
  type EventType,
  type Lead,
  type MessageSource,
  readTimeline,
  type TimelineItem,
} from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';
import { CallBadge, DISPOSITION_TEXT } from '../../format/labels.tsx';
import { formatSeconds } from '../../format/numbers.ts';
import { Time } from '../../format/time.tsx';
import { DecisionDetail } from '../../timeline/decision.tsx';
import { TimelineEntry } from '../../timeline/entry.tsx';
import { eventText } from '../../timeline/event-text.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Fold } from '../../ui/fold.tsx';
import { Empty, Loaded, SkeletonRows } from '../../ui/states.tsx';

/** Everything that happened with a lead, latest first; new entries appear on top. */
export function Timeline({ lead }: { lead: Lead }) {
  const pages = usePages(
    keys.timeline(lead.id),
    (cursor, signal) => readTimeline(lead.id, { ...(cursor !== undefined && { cursor }) }, { signal }),
    ({ id }) => id,
  );
  return (
    <Card title="Timeline">
      <Loaded query={{ ...pages, data: pages.items }}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="Nothing has happened yet">
              Calls, texts, mails and every decision of the gate stand here as they happen.
            </Empty>
          ) : (
            <>
              <ol>
                {items.map((item) => (
                  <Item key={item.id} item={item} leadId={lead.id} zone={lead.zones[0]} />
                ))}
              </ol>
              {pages.hasNextPage && (
                <div className="mt-3 grid justify-center">
                  <Button busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                    Earlier
                  </Button>
                </div>
              )}
            </>
          )
        }
      </Loaded>
      {pages.isFetchingNextPage && <SkeletonRows rows={2} />}
    </Card>
  );
}

function Item({ item, leadId, zone }: { item: TimelineItem; leadId: string; zone: string | undefined }) {
  const { type, data, message, followUp, delivery, decision } = item;
  const channel = message?.channel ?? followUp?.channel;
  const event = eventText(type, channel === undefined ? data : { ...data, channel });
  return (
    <TimelineEntry event={event} at={item.at} zone={zone}>
      <div className="grid gap-1">
        <OfCall item={item} />
        {message !== null && <OfMessage message={message} type={type} leadId={leadId} />}
        {followUp !== null && message === null && <OfFollowUp followUp={followUp} type={type} />}
        {delivery !== null && <OfDelivery delivery={delivery} />}
        {decision !== null && <DecisionDetail decision={decision} isTitled={false} />}
      </div>
    </TimelineEntry>
  );
}

/** Next to these, the call already has a link. */
const QUIET = /^(follow_up\.|call\.(placed|updated)$)/;

/** A call is described at its end, or at its latest state; other entries only link to it. */
function OfCall({ item: { call, type } }: { item: TimelineItem }) {
  if (call === null || QUIET.test(type)) return null;
  const link = (
    <Link to="/calls/$callId" params={{ callId: call.id }} className="text-accent hover:underline">
      {call.direction === 'inbound' ? 'Their call' : 'The call'}
    </Link>
  );
  if (type !== 'call.ended') {
    return (
      <p className="flex items-center gap-2">
        {link}
        {call.status !== 'ended' && <CallBadge call={call} />}
      </p>
    );
  }
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        {link}
        <CallBadge call={call} />
        {call.disposition !== null && call.disposition !== 'none' && (
          <span>{DISPOSITION_TEXT[call.disposition]}</span>
        )}
        {call.talkSeconds !== null && <span className="text-muted">{formatSeconds(call.talkSeconds)}</span>}
        {call.score !== null && <span className="text-muted">score {call.score}</span>}
      </p>
      {call.summary !== null && <p className="wrap-anywhere">{call.summary}</p>}
      {call.failure !== null && <p className="text-bad wrap-anywhere">{call.failure}</p>}
    </>
  );
}

const WORDED = new Set<EventType>(['message.scheduled', 'message.received', 'message.failed']);

function OfMessage({
  message,
  type,
  leadId,
}: {
  message: NonNullable<TimelineItem['message']>;
  type: EventType;
  leadId: string;
}) {
  const { subject, body, attachments, error, source, channel } = message;
  const isOther = message.leadId !== leadId;
  // The text is shown once: where it was written or received. A mail appears only when sent.
  const hasWords = WORDED.has(type) || (channel === 'email' && type === 'message.sent');
  return (
    <>
      {hasWords && (
        <blockquote className="rounded-md border bg-raised/60 px-3 py-2">
          {subject !== null && <div className="font-medium wrap-anywhere">{subject}</div>}
          <div className="whitespace-pre-wrap wrap-anywhere">{body}</div>
          {attachments.map(({ name, contentType }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: attachments of a message stay in their order.
            <div key={index} className="mt-1 flex items-center gap-1 text-xs text-muted">
              <Paperclip aria-hidden className="size-3.5" />
              {name ?? contentType}
            </div>
          ))}
        </blockquote>
      )}
      {hasWords && source !== 'contact' && <p className="text-xs text-muted">{SOURCE_TEXT[source]}</p>}
      {error !== null && <p className="text-bad wrap-anywhere">{error}</p>}
      {isOther && hasWords && (
        <p className="text-xs text-muted">
          {message.leadId === null
            ? 'Of the same number, matched to no lead.'
            : 'Matched to another lead of the number.'}
        </p>
      )}
    </>
  );
}

const SOURCE_TEXT: Record<MessageSource, string> = {
  person: 'Written by a person',
  follow_up: 'By a follow-up rule',
  auto_reply: 'An automatic reply',
  agent: 'By the agent',
  contact: 'By them',
};

function OfFollowUp({
  followUp,
  type,
}: {
  followUp: NonNullable<TimelineItem['followUp']>;
  type: EventType;
}) {
  return (
    <p className="text-muted">
      Rule “{followUp.ruleId}”
      {type === 'follow_up.planned' && (
        <>
          , due <Time iso={followUp.dueAt} />
        </>
      )}
      {type !== 'follow_up.planned' && followUp.reason !== null ? `: ${followUp.reason}` : ''}
    </p>
  );
}

function OfDelivery({ delivery }: { delivery: NonNullable<TimelineItem['delivery']> }) {
  const { eventType, url, status, attempts, lastStatus, lastError } = delivery;
  return (
    <div className="text-muted">
      <p className="wrap-anywhere">
        {eventType} to {url}
      </p>
      <Fold summary="What came of it" json={{ status, attempts, lastStatus, lastError }} />
    </div>
  );
}
