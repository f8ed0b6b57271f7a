import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AGENTS, PHONE_NUMBERS } from '#simulator/fleet.ts';
import { type Simulator, startSimulator } from '#simulator/server.ts';
import {
  type DialOptions,
  dialThrough,
  elevenLabsAt,
  PEOPLE,
  twilioAt,
} from '../support/simulator-clients.ts';

let simulator: Simulator;
let lastBody: unknown;

function elevenLabs() {
  return elevenLabsAt(simulator.url, (body) => {
    lastBody = body;
  });
}

function dial(to: string, attemptId: string, options: DialOptions = {}) {
  return dialThrough(elevenLabs(), to, attemptId, options);
}

/** Dials and waits until the call has been settled; returns the conversation's id. */
async function callThrough(to: string, attemptId: string): Promise<string> {
  const { conversationId } = await dial(to, attemptId);
  if (conversationId === undefined) throw new Error('the dial named no conversation');
  await vi.waitFor(
    async () => {
      const { status } = await elevenLabs().conversationalAi.conversations.get(conversationId);
      expect(['done', 'failed']).toContain(status);
    },
    { timeout: 10_000, interval: 20 },
  );
  return conversationId;
}

/** All values by their path, with the two spellings of names made one and empty values left out. */
function leaves(value: unknown, path = ''): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  if (typeof value !== 'object') return { [path.replaceAll('_', '').toLowerCase()]: value };
  return Object.assign({}, ...Object.entries(value).map(([key, item]) => leaves(item, `${path}/${key}`)));
}

beforeEach(async () => {
  simulator = await startSimulator({ seed: 7, speed: 1000 });
});

afterEach(() => simulator.stop());

describe('ElevenLabs through its SDK: parsed by its schema, every value where the wire had it', () => {
  test('POST twilio/outbound-call', async () => {
    const { data, rawResponse } = await dial(PEOPLE.converts, 'lead.1').withRawResponse();
    expect(rawResponse.status).toBe(200);
    expect(lastBody).toMatchObject({ success: true, callSid: expect.stringMatching(/^CA[0-9a-f]{32}$/) });
    expect(leaves(data)).toEqual(leaves(lastBody));
    expect(simulator.ledger.dials).toMatchObject([
      {
        attemptId: 'lead.1',
        to: PEOPLE.converts,
        accepted: true,
        answer: 'placed',
        conversationId: data.conversationId,
      },
    ]);
  });

  test.each([
    [
      'a conversion',
      PEOPLE.converts,
      { status: 'done', metadata: { phoneCall: { callResult: 'answered' } } },
    ],
    ['voicemail', PEOPLE.voicemail, { status: 'done', metadata: { phoneCall: { callResult: 'voicemail' } } }],
    ['screening', PEOPLE.screening, { status: 'done', metadata: { phoneCall: { callResult: 'voicemail' } } }],
    [
      'no answer',
      PEOPLE.noAnswer,
      { status: 'failed', metadata: { phoneCall: { callResult: 'no_answer' } } },
    ],
    ['busy', PEOPLE.busyFirst, { status: 'failed', metadata: { phoneCall: { callResult: 'busy' } } }],
    ['failure', PEOPLE.fails, { status: 'failed', metadata: { phoneCall: { callResult: 'failed' } } }],
  ])('GET conversations/{id}: %s', async (_name, to, expected) => {
    const id = await callThrough(to, 'lead.1');
    const { data, rawResponse } = await elevenLabs().conversationalAi.conversations.get(id).withRawResponse();
    expect(rawResponse.status).toBe(200);
    expect(leaves(data)).toEqual(leaves(lastBody));
    expect(data).toMatchObject({ ...expected, conversationId: id, userId: 'lead.1' });
    expect(data.conversationInitiationClientData?.dynamicVariables).toMatchObject({ attempt_id: 'lead.1' });
  });

  test('GET conversations/{id}: what was agreed', async () => {
    const id = await callThrough(PEOPLE.converts, 'lead.1');
    const { analysis, transcript, metadata } = await elevenLabs().conversationalAi.conversations.get(id);
    expect(analysis).toMatchObject({
      callSuccessful: 'success',
      evaluationCriteriaResults: { meeting_booked: { result: 'success' } },
    });
    expect(analysis?.dataCollectionResults?.meeting_time?.value).toMatch(/^\d{4}-\d{2}-\d{2}T/);
    expect(transcript.length).toBeGreaterThan(6);
    expect(metadata.cost).toBeGreaterThan(0);
    expect(metadata.callDurationSecs).toBeGreaterThan(60);
  });

  test('GET conversations/{id}: 404 for one that is not there', async () => {
    const unknown = elevenLabs().conversationalAi.conversations.get('conv_none');
    await expect(unknown).rejects.toMatchObject({ statusCode: 404 });
  });

  test('a conversation goes through every status', async () => {
    await simulator.stop();
    simulator = await startSimulator({ seed: 7, speed: 20 });
    const { conversationId = '', callSid = '' } = await dial(PEOPLE.converts, 'lead.1', {
      maxCallSeconds: 20,
    });
    const seen = new Set<string>();
    const carrier = new Set<string>();
    await vi.waitFor(
      async () => {
        carrier.add((await twilioAt(simulator.url).calls(callSid).fetch()).status);
        seen.add((await elevenLabs().conversationalAi.conversations.get(conversationId)).status);
        expect([...seen]).toEqual(['initiated', 'in-progress', 'processing', 'done']);
      },
      { timeout: 10_000, interval: 5 },
    );
    expect([...carrier]).toEqual(['ringing', 'in-progress', 'completed']);
  });

  test('GET conversations: pages, filters and order', async () => {
    const ids: string[] = [];
    for (const [index, to] of [
      PEOPLE.converts,
      PEOPLE.noAnswer,
      PEOPLE.voicemail,
      PEOPLE.busyFirst,
      PEOPLE.fails,
    ].entries()) {
      ids.push(await callThrough(to, `lead.${index}`));
    }
    const { conversations } = elevenLabs().conversationalAi;
    const listed = async (query: Parameters<typeof conversations.list>[0]) => {
      const { data } = await conversations.list(query).withRawResponse();
      expect(leaves(data)).toEqual(leaves(lastBody));
      return data.conversations.map(({ conversationId }) => conversationId);
    };
    expect(await listed({})).toEqual(ids.toReversed());
    expect(await listed({ sortDirection: 'asc' })).toEqual(ids);
    expect(await listed({ userId: 'lead.2' })).toEqual([ids[2]]);
    expect(await listed({ dynamicVariableParams: 'attempt_id:eq:lead.3' })).toEqual([ids[3]]);
    expect(await listed({ dynamicVariableParams: 'attempt_id:eq:lead.9' })).toEqual([]);
    expect(await listed({ callSuccessful: 'success' })).toEqual([ids[0]]);
    expect(await listed({ agentId: 'agent_sim_solar' })).toEqual([]);
    expect(await listed({ excludeStatuses: ['failed'] })).toEqual([ids[2], ids[0]]);
    const nowSeconds = Math.floor(Date.now() / 1000);
    expect(await listed({ callStartAfterUnix: nowSeconds + 60 })).toEqual([]);
    expect(
      await listed({ callStartAfterUnix: nowSeconds - 60, callStartBeforeUnix: nowSeconds + 60 }),
    ).toHaveLength(5);

    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await conversations.list({ pageSize: 2, ...(cursor === undefined ? {} : { cursor }) });
      pages.push(page.conversations.map(({ conversationId }) => conversationId));
      expect(page.hasMore).toBe(page.nextCursor !== undefined);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(pages).toEqual([[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]);

    const [summary] = (await conversations.list({ summaryMode: 'include', userId: 'lead.0' })).conversations;
    expect(summary?.transcriptSummary).toContain('Ann agreed to a meeting');
    await expect(conversations.list({ cursor: 'nonsense' })).rejects.toMatchObject({ statusCode: 422 });
  });

  test('GET agents, agents/{id}, phone-numbers and user/subscription', async () => {
    const client = elevenLabs();
    const list = await client.conversationalAi.agents.list().withRawResponse();
    expect(leaves(list.data)).toEqual(leaves(lastBody));
    expect(list.data.agents.map(({ agentId }) => agentId)).toEqual(AGENTS.map(({ agentId }) => agentId));
    const first = await client.conversationalAi.agents.list({ pageSize: 2 });
    expect(first).toMatchObject({ hasMore: true, agents: [{}, {}] });
    const rest = await client.conversationalAi.agents.list({ pageSize: 2, cursor: first.nextCursor ?? '' });
    expect(rest).toMatchObject({ hasMore: false, agents: [{}, {}] });

    const agent = await client.conversationalAi.agents.get('agent_sim_solar').withRawResponse();
    expect(leaves(agent.data)).toEqual(leaves(lastBody));
    await expect(client.conversationalAi.agents.get('agent_none')).rejects.toMatchObject({ statusCode: 404 });

    const numbers = await client.conversationalAi.phoneNumbers.list().withRawResponse();
    expect(leaves(numbers.data)).toEqual(leaves(lastBody));
    expect(numbers.data.map(({ phoneNumber }) => phoneNumber)).toEqual(
      PHONE_NUMBERS.map(({ phoneNumber }) => phoneNumber),
    );

    const subscription = await client.user.subscription.get().withRawResponse();
    expect(leaves(subscription.data)).toEqual(leaves(lastBody));
  });

  test('without a key: 401, and the dial is in the ledger', async () => {
    const keyless = { headers: { 'xi-api-key': '' } };
    const read = await fetch(`${simulator.url}/v1/convai/agents`, keyless);
    expect(read.status).toBe(401);
    const write = await fetch(`${simulator.url}/v1/convai/twilio/outbound-call`, {
      method: 'POST',
      body: '{}',
      ...keyless,
    });
    expect(write.status).toBe(401);
    expect(simulator.ledger.dials).toMatchObject([{ accepted: false, answer: 'refused', attemptId: null }]);
  });

  test('dials that are refused ring no phone', async () => {
    await expect(dial(PEOPLE.refused, 'a.1')).rejects.toMatchObject({ statusCode: 400 });
    await expect(dial('12345', 'a.2')).rejects.toMatchObject({ statusCode: 400 });
    const { twilio: dialler } = elevenLabs().conversationalAi;
    const noAgent = dialler.outboundCall({
      agentId: 'agent_none',
      agentPhoneNumberId: 'phnum_sim_uk',
      toNumber: PEOPLE.converts,
    });
    await expect(noAgent).rejects.toMatchObject({ statusCode: 404, body: { detail: { param: 'agent_id' } } });
    const noNumber = dialler.outboundCall({
      agentId: 'agent_sim_solar',
      agentPhoneNumberId: 'none',
      toNumber: PEOPLE.converts,
    });
    await expect(noNumber).rejects.toMatchObject({
      statusCode: 404,
      body: { detail: { param: 'agent_phone_number_id' } },
    });
    const invalid = await fetch(`${simulator.url}/v1/convai/twilio/outbound-call`, {
      method: 'POST',
      headers: { 'xi-api-key': 'key' },
      body: JSON.stringify({ agent_id: 'agent_sim_solar' }),
    });
    expect(invalid.status).toBe(422);
    expect(simulator.ledger.dials.map(({ accepted, answer }) => ({ accepted, answer }))).toEqual(
      Array.from({ length: 5 }, () => ({ accepted: false, answer: 'refused' })),
    );
    expect(await twilioAt(simulator.url).calls.list()).toEqual([]);
  });
});
