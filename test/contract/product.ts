import { expect, vi } from 'vitest';
import { TIMEOUT_ENV } from '#demo/settings.ts';
import { ALWAYS_OPEN } from '#domain/settings.ts';
import { type Stack, startStack } from '#launcher/stack.ts';
import { AGENTS, PHONE_NUMBERS } from '#simulator/fleet.ts';

/** How many times faster than real the people live. */
const SPEED = 200;
const WITHIN = { timeout: 60_000, interval: 200 };

/** What the requests may refer to: ids of the product by the path that they stand in, and what the provider has. */
export interface World {
  ids: Record<string, string>;
  campaignId: string;
  agentId: string;
  lockedAgentId: string;
  phoneNumberId: string;
  /** What signs the providers' webhooks, and the address that Twilio signs for. */
  webhookSecret: string;
  twilioToken: string;
  publicUrl: string;
}

export interface Product {
  stack: Stack;
  world: World;
}

/** The product as it runs for a person, on a simulated phone network, with something of everything in it. */
export async function startProduct(onLine: (line: string) => void = () => {}): Promise<Product> {
  const lines: string[] = [];
  const stack = await startStack({
    dataDir: null,
    alwaysSimulate: true,
    simulator: { seed: 7, speed: SPEED },
    env: { ...TIMEOUT_ENV },
    log: (line) => lines.push(line),
    onLine: (service, line) => {
      lines.push(`${service}: ${line}`);
      onLine(line);
    },
  }).catch((error) => {
    throw new Error(`The product does not start:\n${lines.join('\n')}`, { cause: error });
  });
  try {
    return { stack, world: await furnish(stack) };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

interface Listed {
  items: { id: string; leadId: string | null }[];
}

async function furnish(stack: Stack): Promise<World> {
  const send = <T>(method: string, path: string, body?: unknown) => request<T>(stack, method, path, body);
  const { id: webhookId } = await send<{ id: string }>('POST', '/api/webhooks', {
    url: 'https://crm.example/hooks',
    eventTypes: ['*'],
  });
  const settings = {
    window: ALWAYS_OPEN,
    caps: { perDay: null, perWeek: null, minGapSeconds: 0 },
    maxAttempts: 1,
    callsPerSecond: 20,
  };
  const { id: campaignId } = await send<{ id: string }>('POST', '/api/campaigns', {
    name: 'Harvest',
    settings,
  });
  const leads = ['00', '01', '03', '05', '07', '08', '12'].map((end) => ({ phone: `+121255501${end}` }));
  await send('POST', `/api/campaigns/${campaignId}/leads`, { leads });
  await send('POST', `/api/campaigns/${campaignId}/start`);
  await vi.waitFor(async () => {
    const { status } = await send<{ status: string }>('GET', `/api/campaigns/${campaignId}`);
    expect(status).toBe('completed');
  }, WITHIN);
  const calls = await send<Listed>('GET', `/api/campaigns/${campaignId}/calls`);
  const call = calls.items[0];
  const deliveries = await send<Listed>('GET', `/api/webhooks/${webhookId}/deliveries`);
  const message = await send<{ id: string }>('POST', '/api/messages', {
    to: '+12125550117',
    body: 'Good morning',
    whenAllowed: true,
  });
  const agentId = AGENTS[0]?.agentId ?? '';
  const { sessionId } = await send<{ sessionId: string }>('POST', `/api/agents/${agentId}/session`);
  const { runId } = await send<{ runId: string }>('POST', '/api/conversations/sync');
  const { simulatorEnv } = stack;
  return {
    ids: {
      '/api/campaigns/{id}': campaignId,
      '/api/leads/{id}': call?.leadId ?? '',
      '/api/calls/{id}': call?.id ?? '',
      '/api/messages/{id}': message.id,
      '/api/webhooks/{id}': webhookId,
      '/api/webhooks/deliveries/{id}': deliveries.items[0]?.id ?? '',
      '/api/sessions/{id}': sessionId,
      '/api/conversations/sync/{id}': runId,
      '/api/agents/{id}': agentId,
    },
    campaignId,
    agentId,
    lockedAgentId: AGENTS.find(({ locked }) => locked)?.agentId ?? '',
    phoneNumberId: PHONE_NUMBERS[0]?.phoneNumberId ?? '',
    webhookSecret: simulatorEnv.ELEVENLABS_WEBHOOK_SECRET ?? '',
    twilioToken: simulatorEnv.TWILIO_AUTH_TOKEN ?? '',
    publicUrl: stack.apiUrl.replace('127.0.0.1', 'localhost'),
  };
}

async function request<T>(stack: Stack, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${stack.apiUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${stack.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(response.ok, `${method} ${path}: ${response.status} ${text}`).toBe(true);
  return JSON.parse(text) as T;
}
