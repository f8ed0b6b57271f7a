import type { EventFilter, LoggedEvent } from '#db/queries/events.ts';

interface Listener {
  filter: EventFilter;
}

/** Which clients get which event. */
export interface Audience<Member extends Listener> {
  join(member: Member): void;
  leave(member: Member): void;
  /** Those whose filter lets the event through. */
  of(event: Pick<LoggedEvent, 'campaign_id' | 'lead_id'>): Member[];
}

/** Kept by lead and campaign, so that an event costs by its listeners, not by all clients. */
export function createAudience<Member extends Listener>(): Audience<Member> {
  const byTopic = new Map<string, Set<Member>>();
  return {
    join(member) {
      const topic = topicOf(member.filter);
      byTopic.set(topic, (byTopic.get(topic) ?? new Set()).add(member));
    },
    leave(member) {
      const topic = topicOf(member.filter);
      const members = byTopic.get(topic);
      members?.delete(member);
      if (members?.size === 0) byTopic.delete(topic);
    },
    of({ campaign_id, lead_id }) {
      const topics = [ALL, campaign_id, lead_id].filter((topic) => topic !== null);
      return topics
        .flatMap((topic) => [...(byTopic.get(topic) ?? [])])
        .filter(({ filter }) => filter.campaignId === undefined || filter.campaignId === campaign_id);
    },
  };
}

/** The topic of those who want everything: no id is empty. */
const ALL = '';

function topicOf({ leadId, campaignId }: EventFilter): string {
  return leadId ?? campaignId ?? ALL;
}
