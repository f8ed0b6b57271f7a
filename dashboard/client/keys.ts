/** Keys of the query cache. The live stream finds by them what an event changes. */
export const keys = {
  me: ['me'],
  /** The code of a part that is fetched when it is first shown. */
  code: (part: string) => ['code', part],
  campaigns: (filter: object = {}) => ['campaigns', filter],
  campaign: (id: string) => ['campaign', id],
  progress: (id: string) => ['progress', id],
  metrics: (id: string, range: object = {}) => ['metrics', id, range],
  workspaceMetrics: (range: object = {}) => ['workspace-metrics', range],
  leads: (campaignId: string, filter: object = {}) => ['leads', campaignId, filter],
  lead: (id: string) => ['lead', id],
  why: (leadId: string) => ['why', leadId],
  timeline: (leadId: string) => ['timeline', leadId],
  leadFollowUps: (leadId: string) => ['lead', leadId, 'follow-ups'],
  calls: (filter: object = {}) => ['calls', filter],
  /** One page of a long list; only visible pages are kept. */
  callPage: (filter: object, cursor: string | null) => ['call-page', filter, cursor],
  /** The pages of that list, and the last position in it. */
  callPlace: (filter: object) => ['call-place', filter],
  liveCalls: ['live-calls'],
  /** The last minutes' calls, read once to begin a chart. */
  pastCalls: ['past-calls'],
  /** The newest conversions, read once to begin the list of what happened. */
  pastConversions: ['past-conversions'],
  call: (id: string) => ['call', id],
  callTimeline: (id: string) => ['call', id, 'timeline'],
  messages: (filter: object = {}) => ['messages', filter],
  attention: ['attention'],
  /** The latest message of every number. It begins as `messages` does: what touches these touches it. */
  threads: (filter: object = {}) => ['messages', 'threads', filter],
  /** Leads of every campaign by name or number, at most so many. */
  foundLeads: (q: string, most: number) => ['found-leads', q, most],
  /** Calls by name or number, for the palette. */
  foundCalls: (q: string) => ['found-calls', q],
  optOuts: ['opt-outs'],
  agents: ['agents'],
  agent: (id: string) => ['agent', id],
  agentVersions: (agentId: string) => ['agent-versions', agentId],
  phoneNumbers: ['phone-numbers'],
  numberHealth: ['number-health'],
  voices: (search: string) => ['voices', search],
  comparison: (left: string, right: string, range: object = {}) => ['comparison', left, right, range],
  webhooks: ['webhooks'],
  deliveries: (endpointId: string, filter: object = {}) => ['deliveries', endpointId, filter],
  /** It begins as `deliveries` does, for the same reason. */
  delivery: (id: string) => ['deliveries', 'one', id],
  apiKeys: ['api-keys'],
  ready: ['ready'],
  /** The beginning of a list before it is imported. */
  csvHead: (campaignId: string, name: string, bytes: number) => ['csv-head', campaignId, name, bytes],
  /** What the columns of such a list are taken for. */
  csvColumns: (headers: readonly string[], mapping: object) => ['csv-columns', headers, mapping],
  /** A talk in the browser, tied to its conversation. */
  tiedSession: (sessionId: string, conversationId: string | null) => ['session', sessionId, conversationId],
} as const;
