import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { serve } from '@hono/node-server';
import { v7 as uuid } from 'uuid';
import { expect } from 'vitest';
import { createApp } from '#api/app.ts';
import type { ApiDeps } from '#api/deps.ts';
import { hashApiKey } from '#api/http/auth.ts';
import { createEventHub } from '#api/stream/hub.ts';
import { createLogger } from '#config/logger.ts';
import { openDatabase } from '#db/client.ts';
import type { ApiRole } from '#domain/access.ts';
import type { PhoneNumber, VoiceProvider } from '#providers/ports.ts';
import { type CampaignControl, createCampaignControl } from '#temporal/control.ts';
import { type ContractCheck, readContract } from './api-contract.ts';
import { createTestDatabase } from './database.ts';

export const WEBHOOK_SECRET = 'wsec_test';

/** An address at which nothing listens: port 1 of the loopback. */
const DEAD_TEMPORAL = {
  address: '127.0.0.1:1',
  namespace: 'default',
  apiKey: null,
  tls: false,
  taskQueue: 'none',
};

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
  deps: ApiDeps;
  check: ContractCheck;
  /** The port as the tests may change it between requests. */
  temporal: { current: CampaignControl };
  phoneNumbers: PhoneNumber[];
  setNow(now: Date): void;
  /** One request; its answer is checked against the OpenAPI document. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  stop(): Promise<void>;
}

/** The API over HTTP on a database of its own; Temporal is an address at which nobody answers. */
export async function startApi(): Promise<ApiRig> {
  const database = await createTestDatabase();
  const db = openDatabase(database.url, { maxConnections: 5 });
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
  const dead = createCampaignControl(DEAD_TEMPORAL);
  const temporal = { current: dead };
  const phoneNumbers: PhoneNumber[] = [];
  let now: Date | null = null;
  const clock = () => now ?? new Date();
  const stream = createEventHub({
    db,
    databaseUrl: database.url,
    logger: createLogger('api', 'silent'),
    clock,
  });
  const deps: ApiDeps = {
    db,
    temporal: forwarding(temporal),
    voice: voiceWith(phoneNumbers),
    carrier: null,
    config: {
      publicUrl: null,
      twilio: null,
      recordings: { dir: tmpdir(), maxBytes: 1_000_000 },
      outboundWebhooksAllow: ['10.20.0.0/16'],
      elevenLabs: {
        apiKey: 'x',
        agentId: 'agent_default',
        baseUrl: null,
        webhookSecrets: [WEBHOOK_SECRET, 'wsec_new'],
        centsPerCredit: 0.02,
      },
    },
    stream,
    // What is told nobody over HTTP must show when a test fails by it.
    logger: { debug() {}, info() {}, warn() {}, error: (event: unknown) => console.error(event) },
    clock,
  };
  const app = createApp(deps);
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }) as Server;
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const check = await readContract(url);
  return {
    url,
    deps,
    check,
    temporal,
    phoneNumbers,
    setNow: (at) => {
      now = at;
    },
    call: (method, path, options = {}) => request(url, keys, check, method, path, options),
    async stop() {
      await stream.stop();
      server.closeAllConnections();
      server.close();
      await Promise.all([db.destroy(), dead.close()]);
      await database.drop();
    },
  };
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
function forwarding(temporal: { current: CampaignControl }): CampaignControl {
  return new Proxy(temporal.current, {
    get: (_target, name) => Reflect.get(temporal.current, name),
  });
}

function voiceWith(phoneNumbers: PhoneNumber[]): VoiceProvider {
  const unused = () => Promise.reject(new Error('The API does not ask for this.'));
  return {
    dial: unused,
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

/** A port that takes every message, and remembers it. Tests of a refusal put their own answer in. */
export function listeningControl(
  overrides: Partial<CampaignControl> = {},
): CampaignControl & { heard: string[] } {
  const heard: string[] = [];
  const hear = (name: string) => async () => {
    heard.push(name);
    return { kind: 'done' as const, value: undefined };
  };
  const inFlight = (name: string) => async () => {
    heard.push(name);
    return { kind: 'done' as const, value: { inFlight: 0 } };
  };
  return {
    heard,
    start: hear('start'),
    reopen: hear('reopen'),
    pause: inFlight('pause'),
    resume: hear('resume'),
    stop: inFlight('stop'),
    changeSettings: hear('changeSettings'),
    leadsAdded: hear('leadsAdded'),
    callEnded: hear('callEnded'),
    optedOut: hear('optedOut'),
    contactReplied: hear('contactReplied'),
    startFollowUp: hear('startFollowUp'),
    startDelivery: hear('startDelivery'),
    startMessage: hear('startMessage'),
    startReply: hear('startReply'),
    startCall: hear('startCall'),
    sync: async () => ({ kind: 'done', value: null }),
    progress: async () => ({ kind: 'absent' }),
    ping: async () => {},
    close: async () => {},
    ...overrides,
  };
}

/** Puts one in Temporal's place that does all it is told. Returns what it hears. */
export function hearControl(api: ApiRig): string[] {
  const control = listeningControl();
  api.temporal.current = control;
  return control.heard;
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
