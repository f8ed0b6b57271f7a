import { tmpdir } from 'node:os';
import { v7 as uuid } from 'uuid';
import { expect } from 'vitest';
import { createApp } from '#api/app.ts';
import type { ApiContext } from '#api/context.ts';
import { createEventHub } from '#api/stream/hub.ts';
import type { Db } from '#db/client.ts';
import type { ApiRole } from '#domain/access.ts';
import type { PhoneNumber, VoiceProvider } from '#providers/ports.ts';
import { createProviders } from '#providers/registry.ts';
import { hashApiKey } from '#services/access/keys.ts';
import { createContext } from '#services/context.ts';
import type { Workflows } from '#services/workflows.ts';
import { lazyClient } from '#temporal/client.ts';
import { createWorkflows, REQUEST_DEADLINES } from '#temporal/workflows.ts';
import { type ContractCheck, readContract } from './api-contract.ts';
import { testConfig } from './config.ts';
import { createTestDatabase } from './database.ts';
import { listen } from './listen.ts';

export const WEBHOOK_SECRET = 'wsec_test';

export interface CallOptions {
  key?: ApiRole | 'none' | 'wrong';
  body?: unknown;
  /** Sent as it is, in place of `body`. */
  raw?: string | FormData;
  headers?: Record<string, string>;
  /** The answer is not one of the document's: an unknown address, or a method that is not possible. */
  unlisted?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads the fields that it is about; their shapes are checked against the document.
export type Answer = { status: number; body: any; headers: Headers };

export interface ApiRig {
  url: string;
  context: ApiContext;
  check: ContractCheck;
  /** The port as the tests may change it between requests. */
  workflows: { current: Workflows };
  phoneNumbers: PhoneNumber[];
  setNow(now: Date): void;
  /** One request; its answer is checked against the OpenAPI document. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  stop(): Promise<void>;
}

/** The API over HTTP on a database of its own; Temporal is an address at which nobody answers. */
export async function startApi(): Promise<ApiRig> {
  const database = await createTestDatabase();
  const config = testConfig(
    {
      DATABASE_URL: database.url,
      DATABASE_POOL: '5',
      ELEVENLABS_AGENT_ID: 'agent_default',
      ELEVENLABS_WEBHOOK_SECRET: `${WEBHOOK_SECRET},wsec_new`,
      OUTBOUND_WEBHOOKS_ALLOW: '10.20.0.0/16',
    },
    { recordings: { dir: tmpdir(), maxBytes: 1_000_000 } },
  );
  const dead = createWorkflows(lazyClient(config.temporal).client, {
    taskQueue: config.temporal.taskQueue,
    deadlines: REQUEST_DEADLINES,
  });
  const workflows = { current: dead };
  const phoneNumbers: PhoneNumber[] = [];
  let current: Date | null = null;
  const now = async () => current ?? new Date();
  // What HTTP tells nobody must show when a test fails by it.
  const logger = { debug() {}, info() {}, warn() {}, error: (event: unknown) => console.error(event) };
  const shared = createContext(config, {
    workflows: forwarding(workflows),
    voice: { ...createProviders(config).voice, ...voiceWith(phoneNumbers) },
    carrier: null,
    logger,
    now,
  });
  const { db } = shared;
  const keys = await insertKeys(db);
  const stream = createEventHub({ db, databaseUrl: database.url, logger, now });
  const context: ApiContext = { ...shared, stream };
  const app = createApp(context);
  const { url, close } = await listen(app.fetch);
  const check = await readContract(url);
  return {
    url,
    context,
    check,
    workflows,
    phoneNumbers,
    setNow: (at) => {
      current = at;
    },
    call: (method, path, options = {}) => request(url, keys, check, method, path, options),
    async stop() {
      await stream.stop();
      await close();
      await Promise.all([shared.close(), dead.close()]);
      await database.drop();
    },
  };
}

/** A key for each role. */
async function insertKeys(db: Db): Promise<Record<ApiRole, string>> {
  const keys: Record<ApiRole, string> = {
    viewer: `viewer-${uuid()}`,
    operator: `operator-${uuid()}`,
    admin: `admin-${uuid()}`,
  };
  for (const [role, key] of Object.entries(keys) as [ApiRole, string][]) {
    await db
      .insertInto('api_keys')
      .values({ id: uuid(), name: role, role, key_hash: hashApiKey(key) })
      .execute();
  }
  return keys;
}

async function request(
  url: string,
  keys: Record<ApiRole, string>,
  check: ContractCheck,
  method: string,
  path: string,
  { key = 'admin', body, raw, headers = {}, unlisted = false }: CallOptions,
): Promise<Answer> {
  const sent = key === 'none' ? null : key === 'wrong' ? 'no-such-key' : keys[key];
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(sent === null ? {} : { authorization: `Bearer ${sent}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(raw !== undefined ? { body: raw } : body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: Answer = {
    status: response.status,
    body: await readAnswer(response),
    headers: response.headers,
  };
  if (!unlisted) check.response(method, path, answer);
  return answer;
}

/** JSON as what it says, anything else as text; of a stream without an end only how it begins. */
async function readAnswer(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    const reader = response.body?.getReader();
    const first = await reader?.read();
    await reader?.cancel();
    return new TextDecoder().decode(first?.value);
  }
  const text = await response.text();
  if (text === '') return null;
  return /[/+]json\b/.test(type) ? JSON.parse(text) : text;
}

/** Looks at the port anew with every message, so that a test can put another in its place. */
function forwarding(workflows: { current: Workflows }): Workflows {
  return new Proxy(workflows.current, {
    get: (_target, name) => Reflect.get(workflows.current, name),
  });
}

/** What asks the provider; webhooks are verified and parsed by the real one. */
function voiceWith(phoneNumbers: PhoneNumber[]): Partial<VoiceProvider> {
  const unused = () => Promise.reject(new Error('The API does not ask for this.'));
  return {
    prepareDial: unused,
    getConversation: unused,
    listConversations: unused,
    getAgent: async () => null,
    listAgents: async () => [{ agentId: 'agent_default', name: 'Ada' }],
    listPhoneNumbers: async () => phoneNumbers,
    ping: async () => {},
    searchVoices: async () => ({ items: [], nextCursor: null }),
    speak: unused,
    getAudio: unused,
    joinFromBrowser: unused,
    openTextTalk: unused,
    command: unused,
  };
}

export function outboundNumber(phoneNumberId: string, supportsOutbound = true): PhoneNumber {
  return {
    phoneNumberId,
    phoneNumber: '+14155550100',
    label: 'Line',
    provider: 'twilio',
    supportsOutbound,
    assignedAgentId: null,
    takesTexts: null,
  };
}

/** Acknowledges every message, and records its name. Tests of a refusal put their own answer in. */
export function recordingWorkflows(overrides: Partial<Workflows> = {}): Workflows & { received: string[] } {
  const received: string[] = [];
  const take = (name: string) => async () => {
    received.push(name);
    return { kind: 'done' as const, value: undefined };
  };
  const inFlight = (name: string) => async () => {
    received.push(name);
    return { kind: 'done' as const, value: { inFlight: 0 } };
  };
  return {
    received,
    startCampaign: take('startCampaign'),
    pauseCampaign: inFlight('pauseCampaign'),
    resumeCampaign: take('resumeCampaign'),
    stopCampaign: inFlight('stopCampaign'),
    changeSettings: take('changeSettings'),
    campaignChanged: take('campaignChanged'),
    leadsAdded: take('leadsAdded'),
    lineFreed: take('lineFreed'),
    startLead: take('startLead'),
    campaignStopped: take('campaignStopped'),
    callNow: take('callNow'),
    callEnded: take('callEnded'),
    optedOut: take('optedOut'),
    contactReplied: take('contactReplied'),
    startFollowUp: take('startFollowUp'),
    startDelivery: take('startDelivery'),
    startMessage: take('startMessage'),
    startReply: take('startReply'),
    startOneOffCall: take('startOneOffCall'),
    workOnLeads: take('workOnLeads'),
    isRunning: async () => ({ kind: 'done', value: true }),
    sync: async () => ({ kind: 'done', value: null }),
    progress: async () => ({ kind: 'absent' }),
    ping: async () => {},
    close: async () => {},
    ...overrides,
  };
}

/** Puts one in Temporal's place that acknowledges everything. Returns the names of what it receives. */
export function recordMessages(api: ApiRig): string[] {
  const workflows = recordingWorkflows();
  api.workflows.current = workflows;
  return workflows.received;
}

/** Creates a campaign; the test fails when it is refused. Returns its id. */
export async function draftCampaign(api: ApiRig, body: Record<string, unknown> = {}): Promise<string> {
  const { status, body: campaign } = await api.call('POST', '/api/campaigns', {
    body: { name: 'Spring', ...body },
  });
  expect(status).toBe(201);
  return campaign.id;
}

/** Starts, pauses, resumes, stops or archives a campaign. */
export function actOn(api: ApiRig, id: string, action: string, body?: unknown): Promise<Answer> {
  return api.call('POST', `/api/campaigns/${id}/${action}`, body === undefined ? {} : { body });
}
