import { useQuery } from '@tanstack/react-query';
import { Gavel, Webhook } from 'lucide-react';
import type { ReactNode } from 'react';
import { type CallDetail, type CallTimeline, readCallTimeline } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { DecisionDetail, decisionTitle } from '../../timeline/decision.tsx';
import { TimelineEntry } from '../../timeline/entry.tsx';
import { type EventText, eventText } from '../../timeline/event-text.tsx';
import { Card } from '../../ui/card.tsx';
import { Loaded, SkeletonRows } from '../../ui/states.tsx';

interface Entry {
  key: string;
  at: string;
  event: EventText;
  more?: ReactNode;
}

/** The decision, the events and the received webhooks of a call, in order of time. */
export function CallTimelineCard({ call, zone }: { call: CallDetail; zone: string | undefined }) {
  const timeline = useQuery({
    queryKey: keys.callTimeline(call.id),
    queryFn: () => readCallTimeline(call.id),
  });
  return (
    <Card title="Line of time">
      <Loaded query={timeline} loading={<SkeletonRows rows={4} />}>
        {(data) => (
          <ol>
            {entriesOf(call, data).map(({ key, at, event, more }) => (
              <TimelineEntry key={key} event={event} at={at} zone={zone} since={call.startedAt}>
                {more}
              </TimelineEntry>
            ))}
          </ol>
        )}
      </Loaded>
    </Card>
  );
}

function entriesOf({ decision }: CallDetail, { events, webhooks }: CallTimeline): Entry[] {
  const entries: Entry[] = [
    ...events.map(({ id, at, type, data }) => ({ key: `event ${id}`, at, event: eventText(type, data) })),
    ...webhooks.map((webhook) => ({
      key: `webhook ${webhook.id}`,
      at: webhook.receivedAt,
      event: { icon: Webhook, tone: 'muted' as const, title: webhookTitle(webhook) },
      more: <WebhookDetail webhook={webhook} />,
    })),
  ];
  if (decision !== null) {
    entries.push({
      key: 'decision',
      at: decision.decidedAt,
      event: {
        icon: Gavel,
        tone: decision.verdict === 'go' ? 'good' : 'warn',
        title: decisionTitle(decision),
      },
      more: <DecisionDetail decision={decision} />,
    });
  }
  return entries.sort((one, other) => one.at.localeCompare(other.at));
}

type ReceivedWebhook = CallTimeline['webhooks'][number];

function webhookTitle({ provider, type }: ReceivedWebhook): string {
  return `Webhook of ${provider === 'twilio' ? 'Twilio' : 'ElevenLabs'}: ${type.replaceAll('_', ' ')}`;
}

function WebhookDetail({ webhook: { deliveries, mergedAt } }: { webhook: ReceivedWebhook }) {
  const times = deliveries === 1 ? 'Came once' : `Came ${deliveries} times, counted once`;
  return (
    <p className="text-muted">
      {times}
      {mergedAt === null ? '; not taken into the call yet' : ''}.
    </p>
  );
}
