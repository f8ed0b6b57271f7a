import { CALL_DETAIL, CALL_TIMELINE, CALLS, LIVE_CALLS, STRANGER } from './calls.ts';
import { AGENT_IDS, CAMPAIGNS, METRICS, PROGRESS, WORKSPACE_METRICS } from './campaigns.ts';
import { FOLLOW_UPS, LEADS, WHY } from './leads.ts';
import { MESSAGES, THREADS, TIMELINE } from './messages.ts';
import {
  AGENT,
  AGENT_VERSIONS,
  AGENTS,
  ATTENTION,
  COMPARISON,
  KEYS,
  ME,
  NUMBER_HEALTH,
  OPT_OUTS,
  PHONE_NUMBERS,
  VOICES,
  WEBHOOKS,
} from './workspace.ts';

/** What the API is said to hold: much, nothing at all, or much that the key may only look at. */
export type Scene = 'busy' | 'empty' | 'viewer';

/** A scene's answer to a GET; undefined for one that nobody thought of. */
export function answerOf(scene: Scene, url: URL): unknown {
  const { pathname, searchParams } = url;
  const list = <Item>(items: Item[]) => ({ items: scene === 'empty' ? [] : items, nextCursor: null });
  switch (pathname) {
    case '/api/me':
      return scene === 'viewer' ? { ...ME, name: 'The screen on the wall', role: 'viewer' } : ME;
    case '/ready':
      return { database: 'ok', temporal: 'ok', provider: 'ok', clock: 'ok' };
    case '/api/metrics':
      return scene === 'empty' ? NO_METRICS : WORKSPACE_METRICS;
    case '/api/campaigns':
      return list(where(CAMPAIGNS, 'status', searchParams));
    case '/api/calls':
      return list(callsFor(searchParams));
    case '/api/calls/live':
      return list(LIVE_CALLS);
    case '/api/leads':
      return list(leadsFound(searchParams.get('q') ?? ''));
    case '/api/messages/threads':
      return list(THREADS);
    case '/api/messages':
      return list(MESSAGES);
    case '/api/opt-outs':
      return list(where(OPT_OUTS, 'phone', new URLSearchParams({ phone: searchParams.get('q') ?? '' })));
    case '/api/attention':
      return list(ATTENTION);
    case '/api/agents':
      return list(AGENTS);
    case '/api/agents/compare':
      return COMPARISON;
    case '/api/phone-numbers':
      return { ...list(PHONE_NUMBERS), warnings: [] };
    case '/api/phone-numbers/health':
      return list(NUMBER_HEALTH);
    case '/api/voices':
      return list(VOICES);
    case '/api/keys':
      return list(KEYS);
    case '/api/webhooks':
      return list(WEBHOOKS);
    default:
      return answerOfOne(pathname);
  }
}

/** What is asked for one campaign, lead, call or agent. */
function answerOfOne(pathname: string): unknown {
  const [, , kind, id, part] = pathname.split('/');
  const list = <Item>(items: Item[]) => ({ items, nextCursor: null });
  switch (`${kind} ${part ?? ''}`) {
    case 'campaigns ':
      return CAMPAIGNS.find((campaign) => campaign.id === id);
    case 'campaigns progress':
      return id === 'webinar' ? DRAFT_PROGRESS : PROGRESS;
    case 'campaigns metrics':
      return METRICS;
    case 'campaigns leads':
      return list(LEADS);
    case 'campaigns calls':
      return list(CALLS);
    case 'leads ':
      return LEADS.find((lead) => lead.id === id);
    case 'leads why':
      return WHY;
    case 'leads timeline':
      return TIMELINE;
    case 'leads follow-ups':
      return list(FOLLOW_UPS);
    case 'calls ':
      return { ...CALL_DETAIL, id };
    case 'calls timeline':
      return CALL_TIMELINE;
    case 'agents ':
      return id === AGENT_IDS.first ? AGENT : undefined;
    case 'agents versions':
      return list(AGENT_VERSIONS);
    case 'webhooks deliveries':
      return list([]);
    default:
      return undefined;
  }
}

/** The items whose field is as the query asks, when it does. */
function where<Item>(items: Item[], field: keyof Item & string, query: URLSearchParams): Item[] {
  const wanted = query.get(field);
  return wanted === null || wanted === '' ? items : items.filter((item) => item[field] === wanted);
}

function leadsFound(wanted: string) {
  return LEADS.filter(({ phone }) => phone === wanted).map((lead) => ({
    ...lead,
    campaignName: 'Spring renewals',
  }));
}

function callsFor(query: URLSearchParams) {
  if (query.get('attribution') === 'unattributed') return [STRANGER];
  if (query.has('from')) return LIVE_CALLS;
  return where(where(CALLS, 'disposition', query), 'reach', query);
}

const DRAFT_PROGRESS: typeof PROGRESS = {
  status: 'draft',
  lines: { limit: 6, inUse: 0 },
  leads: { total: 14, waiting: 14, queued: 0, calling: 0, backingOff: 0, finished: 0 },
  outcomes: [],
  nextOpeningAt: null,
  holds: [],
  spend: { settledCents: 0, reservedCents: 0, expectedCallCents: 20, limitCents: 25_000 },
  live: false,
};

const NOTHING = { calls: 0, answered: 0, conversions: 0 };

const NO_METRICS: typeof WORKSPACE_METRICS = {
  ...WORKSPACE_METRICS,
  calls: { total: 0, answered: 0, voicemail: 0, noAnswer: 0, busy: 0, failed: 0, notPlaced: 0, unknown: 0 },
  conversions: 0,
  conversionRate: null,
  averageTalkSeconds: null,
  costCents: 0,
  today: NOTHING,
  thisWeek: NOTHING,
  thisMonth: NOTHING,
  byDay: [],
  byArm: [],
  byDisposition: [],
  byDirection: [],
};
