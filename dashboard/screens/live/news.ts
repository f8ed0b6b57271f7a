import type { Call, EventType } from '../../client/generated.ts';
import type { LiveEvent } from '../../live/stream.ts';

export type NewsKind = 'converted' | 'opted_out' | 'replied' | 'paused' | 'campaign';

/** An event worth showing as news. */
export interface News {
  id: string;
  at: string;
  kind: NewsKind;
  text: string;
  leadId: string | null;
  callId: string | null;
  campaignId: string | null;
}

const CAMPAIGN_TEXT: Partial<Record<EventType, string>> = {
  'campaign.started': 'Campaign started',
  'campaign.resumed': 'Campaign resumed',
  'campaign.paused': 'Campaign paused',
  'campaign.stopped': 'Campaign stopped',
  'campaign.completed': 'Campaign completed',
};

/** An event as news; null for most. */
export function newsOf(event: LiveEvent): News | null {
  const said = sayingOf(event);
  if (said === null) return null;
  const { at, leadId, callId, campaignId } = event;
  // A conversion has events for the call and for the lead.
  const id = said.kind === 'converted' && leadId !== null ? `converted ${leadId}` : String(event.id);
  return { id, at, leadId, callId, campaignId, ...said };
}

function sayingOf({ type, data }: LiveEvent): Pick<News, 'kind' | 'text'> | null {
  switch (type) {
    case 'lead.converted':
      return { kind: 'converted', text: data.by === 'message' ? 'Converted by text' : 'Converted' };
    case 'lead.finished':
      return data.outcome === 'converted' ? { kind: 'converted', text: 'Converted' } : null;
    case 'lead.replied':
      return { kind: 'replied', text: data.by === 'call' ? 'Called back' : 'Wrote back' };
    case 'contact.opted_out':
      return { kind: 'opted_out', text: 'Opted out' };
    default: {
      const text = CAMPAIGN_TEXT[type];
      return text === undefined ? null : { kind: type === 'campaign.paused' ? 'paused' : 'campaign', text };
    }
  }
}

/** A conversion from before the page was opened. */
export function newsOfCall({ id, leadId, campaignId, endedAt, startedAt }: Call): News {
  return {
    id: `converted ${leadId ?? id}`,
    at: endedAt ?? startedAt,
    kind: 'converted',
    text: 'Converted',
    leadId,
    callId: id,
    campaignId,
  };
}

/** Newest first, each once, up to `most`. */
export function mergeNews(fresh: readonly News[], known: readonly News[], most: number): News[] {
  const byId = new Map([...known, ...fresh].map((news) => [news.id, news]));
  return [...byId.values()].sort((a, b) => b.at.localeCompare(a.at)).slice(0, most);
}
