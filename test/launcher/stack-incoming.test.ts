// What the launcher brings up by itself: a person's call to one of our numbers is answered with what is known.

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Stack, startStack } from '#launcher/stack.ts';
import { PHONE_NUMBERS } from '#simulator/fleet.ts';

const CALLER = '+12125550100';
const WITHIN = { timeout: 20_000, interval: 100 };

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({
    dataDir: null,
    alwaysSimulate: true,
    simulator: { seed: 7, speed: 200 },
    log: () => undefined,
  });
}, 300_000);

afterAll(() => stack?.stop());

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`${stack.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${stack.apiKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
  return (await response.json()) as T;
}

interface Conversation {
  conversation_initiation_client_data: { dynamic_variables: Record<string, unknown> };
}

test('a caller is known to the agent, and the call is stored as one of the lead', async () => {
  const { id } = await call<{ id: string }>('POST', '/api/campaigns', { name: 'Spring' });
  await call('POST', `/api/campaigns/${id}/leads`, { leads: [{ phone: CALLER, name: 'Ada Lovelace' }] });
  const { items } = await call<{ items: { id: string }[] }>('GET', `/api/campaigns/${id}/leads`);
  const leadId = items[0]?.id;

  const answer = await fetch(`${stack.simulatorUrl}/_sim/calls-in`, {
    method: 'POST',
    body: JSON.stringify({ from: CALLER, to: PHONE_NUMBERS[0]?.phoneNumber }),
  });
  const { conversationId } = (await answer.json()) as { conversationId: string };
  const read = await fetch(`${stack.simulatorUrl}/v1/convai/conversations/${conversationId}`, {
    headers: { 'xi-api-key': 'simulated' },
  });
  const { conversation_initiation_client_data: told } = (await read.json()) as Conversation;
  expect(told.dynamic_variables).toMatchObject({
    known_caller: true,
    name: 'Ada Lovelace',
    campaign: 'Spring',
    lead_id: leadId,
  });

  await vi.waitFor(async () => {
    const calls = await call<{ items: Record<string, unknown>[] }>('GET', '/api/calls');
    expect(calls.items).toMatchObject([
      { conversationId, leadId, direction: 'inbound', status: 'ended', reach: 'answered' },
    ]);
  }, WITHIN);

  // The carrier's word on who answered comes too, and is taken.
  await vi.waitFor(async () => {
    const response = await fetch(`${stack.simulatorUrl}/_sim/calls-in`);
    const [entry] = (await response.json()) as { webhooks: { kind: string; status: number }[] }[];
    expect(entry?.webhooks.map(({ kind, status }) => [kind, status])).toEqual([
      ['post_call_transcription', 200],
      ['answering_machine_detection', 200],
    ]);
  }, WITHIN);
});
