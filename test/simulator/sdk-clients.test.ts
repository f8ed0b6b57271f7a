import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Simulator, startSimulator } from '#simulator/server.ts';
import {
  ACCOUNT_SID,
  type DialOptions,
  dialThrough,
  elevenLabsAt,
  PEOPLE,
  twilioAt,
} from '../support/simulator-clients.ts';

let simulator: Simulator;

function dial(to: string, attemptId: string, options: DialOptions = {}) {
  return dialThrough(elevenLabsAt(simulator.url), to, attemptId, options);
}

beforeEach(async () => {
  simulator = await startSimulator({ seed: 7, speed: 1000 });
});

afterEach(() => simulator.stop());

describe('Twilio through its SDK', () => {
  test('GET Calls/{sid}.json: a call under way has no dates of its end', async () => {
    await simulator.stop();
    simulator = await startSimulator({ seed: 7, speed: 1 });
    const { callSid = '' } = await dial(PEOPLE.converts, 'lead.1');
    const call = await twilioAt(simulator.url).calls(callSid).fetch();
    expect(call).toMatchObject({
      sid: callSid,
      status: 'ringing',
      to: PEOPLE.converts,
      from: '+12125550190',
      endTime: null,
    });
    expect(call.startTime.getTime()).toBeGreaterThan(Date.now() - 10_000);
  });

  test.each([
    [PEOPLE.converts, 'completed'],
    [PEOPLE.voicemail, 'completed'],
    [PEOPLE.noAnswer, 'no-answer'],
    [PEOPLE.busyFirst, 'busy'],
    [PEOPLE.fails, 'failed'],
  ])('GET Calls.json: %s is %s', async (to, status) => {
    await dial(to, 'lead.1');
    await vi.waitFor(() => expect(simulator.ledger.liveCalls).toBe(0), { timeout: 10_000 });
    const [call] = await twilioAt(simulator.url).calls.list({ to });
    expect(call).toMatchObject({ status, to, accountSid: ACCOUNT_SID, direction: 'outbound-api' });
    expect(call?.endTime).toBeInstanceOf(Date);
    expect(Number(call?.duration) > 0).toBe(status === 'completed');
  });

  test('GET Calls.json: filters, and pages newest first', async () => {
    const sids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      sids.push((await dial(`+121255501${20 + index}`, `lead.${index}`)).callSid ?? '');
    }
    const { calls } = twilioAt(simulator.url);
    const found = async (query: Parameters<typeof calls.list>[0]) =>
      (await calls.list(query)).map(({ sid }) => sid);
    expect(await found({ pageSize: 2 })).toEqual(sids.toReversed());
    expect(await found({ to: '+12125550121' })).toEqual([sids[1]]);
    expect(await found({ from: '+12125550199' })).toEqual([]);
    const day = 86_400_000;
    expect(await found({ startTimeAfter: new Date(Date.now() - day) })).toHaveLength(5);
    expect(await found({ startTimeAfter: new Date(Date.now() + 2 * day) })).toEqual([]);
    expect(await found({ startTimeBefore: new Date(Date.now() - 2 * day) })).toEqual([]);
  });

  test('404 for a call that is not there, 401 for another account', async () => {
    await expect(
      twilioAt(simulator.url)
        .calls(`CA${'0'.repeat(32)}`)
        .fetch(),
    ).rejects.toMatchObject({ status: 404, code: 20404 });
    const response = await fetch(`${simulator.url}/2010-04-01/Accounts/${ACCOUNT_SID}/Calls.json`, {
      headers: { authorization: `Basic ${Buffer.from(`AC${'b'.repeat(32)}:token`).toString('base64')}` },
    });
    expect(response.status).toBe(401);
  });
});

describe('the phone network', () => {
  test('does the same in two runs with one seed, and something else with another', async () => {
    const numbers = Array.from({ length: 24 }, (_, index) => `+131255501${20 + index}`);
    const run = async (seed: number) => {
      await simulator.stop();
      simulator = await startSimulator({ seed, speed: 5000, faults: { dialServerErrorAfterAccept: 0.2 } });
      for (let round = 0; round < 2; round += 1) {
        await Promise.all(numbers.map((to, index) => dial(to, `lead${index}.${round}`).catch(() => null)));
        await vi.waitFor(() => expect(simulator.ledger.liveCalls).toBe(0), { timeout: 10_000 });
      }
      return simulator.ledger.dials
        .map(({ attemptId, to, answer, profile, reach, conversationId }) => ({
          attemptId,
          to,
          answer,
          profile,
          reach,
          conversationId,
        }))
        .toSorted((a, b) => (a.attemptId ?? '').localeCompare(b.attemptId ?? ''));
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
    expect(first.filter(({ answer }) => answer === 'server_error').length).toBeGreaterThan(2);
    expect(first.every(({ reach }) => reach !== null)).toBe(true);
  });

  test('counts calls at once and refuses those beyond the limit', async () => {
    await simulator.stop();
    simulator = await startSimulator({ seed: 7, speed: 1, maxConcurrentCalls: 2 });
    await dial('+12125550120', 'a.1');
    await dial('+12125550121', 'b.1');
    await expect(dial('+12125550122', 'c.1')).rejects.toMatchObject({
      statusCode: 429,
      body: { detail: { status: 'too_many_concurrent_requests' } },
    });
    expect(simulator.ledger.maxConcurrentCalls).toBe(2);
    expect(simulator.ledger.dials.map(({ answer }) => answer)).toEqual(['placed', 'placed', 'throttled']);
  });

  test('shows one entry for every request, also for one attempt', async () => {
    await dial(PEOPLE.converts, 'lead.1');
    await dial(PEOPLE.converts, 'lead.1');
    const response = await fetch(`${simulator.url}/_sim/ledger`);
    const ledger = (await response.json()) as { dials: Array<{ attemptId: string; conversationId: string }> };
    expect(ledger.dials.map(({ attemptId }) => attemptId)).toEqual(['lead.1', 'lead.1']);
    expect(new Set(ledger.dials.map(({ conversationId }) => conversationId)).size).toBe(2);
    expect(ledger).toEqual(JSON.parse(JSON.stringify(simulator.ledger.snapshot())));
  });

  test('keeps the ringing timeout and the longest duration', async () => {
    const late = await dial(PEOPLE.converts, 'a.1', { ringSeconds: 2 });
    const long = await dial(PEOPLE.longCall, 'b.1', { maxCallSeconds: 40 });
    await vi.waitFor(() => expect(simulator.ledger.liveCalls).toBe(0), { timeout: 10_000 });
    expect(simulator.ledger.dials.map(({ reach }) => reach)).toEqual(['no_answer', 'answered']);
    const { conversations } = elevenLabsAt(simulator.url).conversationalAi;
    expect((await conversations.get(late.conversationId ?? '')).transcript).toEqual([]);
    expect((await conversations.get(long.conversationId ?? '')).metadata.callDurationSecs).toBe(40);
  });

  test('changes faults over HTTP, and says what is wrong with bad ones', async () => {
    const post = (path: string, body: unknown) =>
      fetch(`${simulator.url}/_sim/${path}`, { method: 'POST', body: JSON.stringify(body) });
    expect((await post('faults', { dialThrottle: { next: 1 } })).status).toBe(200);
    await expect(dial(PEOPLE.converts, 'lead.1')).rejects.toMatchObject({ statusCode: 429 });
    expect((await dial(PEOPLE.converts, 'lead.1')).success).toBe(true);
    const bad = await post('faults', { gremlins: 1 });
    expect(bad.status).toBe(400);
    expect(await bad.text()).toContain('gremlins');
    expect((await post('webhook', { url: 'nowhere' })).status).toBe(400);
    expect((await post('webhook', { url: 'http://127.0.0.1:9/', secret: 's' })).status).toBe(200);
    expect(await (await fetch(`${simulator.url}/_sim/health`)).json()).toMatchObject({ ok: true, seed: 7 });
  });

  test('leaves nothing behind when stopped in the middle of calls', async () => {
    await dial(PEOPLE.converts, 'lead.1');
    await simulator.stop();
    const endedBefore = simulator.ledger.dials.map(({ endedAt }) => endedAt);
    await expect(fetch(`${simulator.url}/_sim/health`)).rejects.toThrow();
    expect(simulator.ledger.dials.map(({ endedAt }) => endedAt)).toEqual(endedBefore);
    simulator = await startSimulator({ seed: 7, speed: 1000 });
  });
});
