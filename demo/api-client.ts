import { z } from 'zod';
import { DISPOSITIONS, REACHES } from '#domain/call.ts';
import { byCamelWord } from '#domain/words.ts';

const ANSWER_MS = 30_000;

/** The API refused a request; the message is the API's own. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const count = z.number();

const campaignSchema = z.object({ id: z.string(), status: z.string() });
const importSchema = z.object({
  rows: count,
  accepted: count,
  duplicates: count,
  rejected: count,
  errors: z.array(z.object({ row: count, column: z.string().nullable(), message: z.string() })),
});
const progressSchema = z.object({
  status: z.string(),
  lines: z.object({ limit: count, inUse: count }),
  leads: z.object({ total: count, waiting: count, calling: count, backingOff: count, finished: count }),
});
const metricsSchema = z.object({
  calls: z.object({ total: count, ...byCamelWord(REACHES, () => count) }),
  conversions: count,
  conversionRate: count.nullable(),
  averageTalkSeconds: count.nullable(),
  costCents: count,
});
const callsSchema = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      to: z.string().nullable(),
      reach: z.enum(REACHES).nullable(),
      disposition: z.enum(DISPOSITIONS).nullable(),
      converted: z.boolean(),
      endedAt: z.string().nullable(),
    }),
  ),
});
const agentsSchema = z.object({ items: z.array(z.object({ agentId: z.string(), name: z.string() })) });

export type ImportAnswer = z.infer<typeof importSchema>;
export type ProgressAnswer = z.infer<typeof progressSchema>;
export type MetricsAnswer = z.infer<typeof metricsSchema>;
export type CallAnswer = z.infer<typeof callsSchema>['items'][number];

/** The demo uses the product over HTTP like any other client. Every method throws `ApiError` on a refusal. */
export interface ApiClient {
  agents(): Promise<{ agentId: string; name: string }[]>;
  createCampaign(campaign: Record<string, unknown>): Promise<string>;
  importLeads(campaignId: string, csv: string): Promise<ImportAnswer>;
  start(campaignId: string): Promise<void>;
  status(campaignId: string): Promise<string>;
  progress(campaignId: string): Promise<ProgressAnswer>;
  metrics(campaignId: string): Promise<MetricsAnswer>;
  /** Newest start first. */
  calls(campaignId: string, limit: number): Promise<CallAnswer[]>;
}

export function createApiClient({ url, key }: { url: string; key: string }): ApiClient {
  const ask = async <T>(schema: z.ZodType<T>, path: string, init: RequestInit = {}): Promise<T> => {
    const response = await fetch(`${url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${key}`, ...init.headers },
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const body: unknown = await response.json().catch(() => null);
    if (!response.ok) throw new ApiError(response.status, describeProblem(response.status, path, body));
    return schema.parse(body);
  };
  const post = <T>(schema: z.ZodType<T>, path: string, body: unknown) =>
    ask(schema, path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const campaign = (id: string) => `/api/campaigns/${encodeURIComponent(id)}`;
  return {
    agents: async () => (await ask(agentsSchema, '/api/agents')).items,
    createCampaign: async (body) => (await post(campaignSchema, '/api/campaigns', body)).id,
    importLeads: (id, csv) =>
      ask(importSchema, `${campaign(id)}/leads/import`, {
        method: 'POST',
        headers: { 'content-type': 'text/csv' },
        body: csv,
      }),
    start: async (id) => void (await post(z.unknown(), `${campaign(id)}/start`, {})),
    status: async (id) => (await ask(campaignSchema, campaign(id))).status,
    progress: (id) => ask(progressSchema, `${campaign(id)}/progress`),
    metrics: (id) => ask(metricsSchema, `${campaign(id)}/metrics`),
    calls: async (id, limit) => (await ask(callsSchema, `${campaign(id)}/calls?limit=${limit}`)).items,
  };
}

const problemSchema = z.object({
  title: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

function describeProblem(status: number, path: string, body: unknown): string {
  const problem = problemSchema.safeParse(body);
  if (!problem.success) return `${path} answered ${status}`;
  const { title, detail, errors = [] } = problem.data;
  return [`${path}: ${detail ?? title}`, ...errors.map((error) => `  ${error.path}: ${error.message}`)].join(
    '\n',
  );
}
