/** Keys of the query cache, by which the live stream finds what an event affects. */
export const keys = {
  me: ['me'],
  /** Code that is loaded on first use. */
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
  /** One page of a long list that keeps only the visible pages. */
  callPage: (filter: object, cursor: string | null) => ['call-page', filter, cursor],
  /** The chain of that list's pages, and the position where it was left. */
  callPlace: (filter: object) => ['call-place', filter],
  liveCalls: ['live-calls'],
  /** The last minutes' calls, fetched once to start a chart. */
  pastCalls: ['past-calls'],
  /** The newest conversions, fetched once to start the news. */
  pastConversions: ['past-conversions'],
  call: (id: string) => ['call', id],
  callTimeline: (id: string) => ['call', id, 'timeline'],
  messages: (filter: object = {}) => ['messages', filter],
  attention: ['attention'],
  /** The latest message of every number. Shares its prefix with `messages`, to be invalidated with them. */
  threads: (filter: object = {}) => ['messages', 'threads', filter],
  /** Leads of every campaign by name or number, up to a maximum. */
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
  /** Shares its prefix with `deliveries`, for the same reason. */
  delivery: (id: string) => ['deliveries', 'one', id],
  apiKeys: ['api-keys'],
  ready: ['ready'],
  /** The start of a list before its import. */
  csvHead: (campaignId: string, name: string, bytes: number) => ['csv-head', campaignId, name, bytes],
  /** The fields that columns of such a list map to. */
  csvColumns: (headers: readonly string[], mapping: object) => ['csv-columns', headers, mapping],
  /** A talk in the browser, linked to its conversation. */
  tiedSession: (sessionId: string, conversationId: string | null) => ['session', sessionId, conversationId],
} as const;
