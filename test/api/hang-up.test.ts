import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { inTransaction } from '#db/client.ts';
import { readCallRow } from '#db/queries/calls.ts';
import { lockContact } from '#db/queries/locks.ts';
import { createProviders } from '#providers/registry.ts';
import { performHangUps, repeatHangUps, requestHangUp } from '#services/calls/hang-up.ts';
import { pollCall } from '#services/calls/poll.ts';
import { recordPlaced } from '#services/calls/record.ts';
import { addOptOut } from '#services/opt-outs/opt-outs.ts';
import { NO_FAULTS } from '#simulator/faults.ts';
import { AGENTS, PHONE_NUMBERS } from '#simulator/fleet.ts';
import { type Simulator, startSimulator } from '#simulator/server.ts';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';
import { testConfig } from '../support/config.ts';
import { createPhoneBook } from '../support/people.ts';
import { ACCOUNT_SID } from '../support/simulator-clients.ts';
import { WITHIN } from '../support/within.ts';

/** Slow enough for a talk to last through a test. */
const SPEED = 20;
const LONG_CALL = '09';
const WARM = AGENTS[0]?.agentId ?? '';
/** Its agent lets no monitor in. */
const LOCKED = AGENTS.find(({ locked }) => locked)?.agentId ?? '';

let api: ApiRig;
let network: Simulator;
let real: ReturnType<typeof createProviders>;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
  network = await startSimulator({ seed: 3, speed: SPEED });
  real = createProviders(
    testConfig({
      ELEVENLABS_BASE_URL: network.url,
      TWILIO_BASE_URL: network.url,
      TWILIO_ACCOUNT_SID: ACCOUNT_SID,
      TWILIO_AUTH_TOKEN: 'simulated',
    }),
  );
});
beforeEach(() => {
  api.context.voice = { ...real.voice };
  api.context.carrier = real.carrier === null ? null : { ...real.carrier };
});
afterEach(() => {
  network.setFaults(NO_FAULTS);
  api.setNow(new Date());
});
afterAll(async () => {
  await network.stop();
  await api.stop();
});

interface Talk {
  callId: string;
  conversationId: string;
  callSid: string;
}

/** A call that was dialled through the real adapter, and whose row is as the gate wrote it. */
async function dialled(agentId = WARM): Promise<Talk> {
  const { db, voice } = api.context;
  const [phone = ''] = phonesOf(LONG_CALL);
  const { body } = await api.call('POST', '/api/campaigns', { body: { name: 'Spring' } });
  await api.call('POST', `/api/campaigns/${body.id}/leads`, { body: { leads: [{ phone }] } });
  const leads = await api.call('GET', `/api/campaigns/${body.id}/leads`);
  const callId = await insertCall(db, leads.body.items[0].id, { agent_id: agentId });
  const prepared = await voice.prepareDial(agentId);
  const answer = await prepared.send({
    attemptId: callId,
    phoneNumberId: PHONE_NUMBERS[0]?.phoneNumberId ?? '',
    to: phone,
    ringSeconds: 30,
    maxCallSeconds: 3_600,
    variables: {},
    timeoutMs: 20_000,
    maySend: () => true,
  });
  if (answer.kind !== 'placed') throw new Error(`It was ${answer.kind}.`);
  return { callId, conversationId: answer.conversationId, callSid: answer.callSid ?? '' };
}

/** As `dialled`, in conversation, and recorded. */
async function talking(agentId = WARM): Promise<Talk> {
  const talk = await dialled(agentId);
  await recordPlaced(api.context, await readCallRow(api.context.db, talk.callId), talk);
  await vi.waitFor(() => expect(inNetwork(talk)?.answeredAtMs).not.toBeNull(), WITHIN);
  return talk;
}

const inNetwork = ({ callSid }: Talk) => network.call(callSid);
const isLive = (talk: Talk) => inNetwork(talk)?.endedAtMs === null;

async function want(callId: string): Promise<string[]> {
  const { db } = api.context;
  const { phone } = await readCallRow(db, callId);
  return await inTransaction(db, async (tx) => {
    await lockContact(tx, phone);
    return await requestHangUp(tx, { callIds: [callId], reason: 'opt_out' });
  });
}

async function attention(callId: string): Promise<{ kind: string; settlement: string | null }[]> {
  return await api.context.db
    .selectFrom('attention')
    .select(['kind', 'settlement'])
    .where('subject', '=', callId)
    .execute();
}

async function eventsOf(callId: string): Promise<string[]> {
  const rows = await api.context.db
    .selectFrom('events')
    .select(['type', 'data'])
    .where('call_id', '=', callId)
    .where('type', 'in', ['call.hang_up_requested', 'call.hang_up_failed'])
    .orderBy('id')
    .execute();
  return rows.map(({ type, data }) => `${type} ${JSON.stringify(data)}`);
}

/** Resolves when the row has the end that the providers tell. */
async function ended(callId: string): Promise<void> {
  await vi.waitFor(async () => {
    await pollCall(api.context, { callId }).catch(() => undefined);
    expect((await readCallRow(api.context.db, callId)).status).toBe('ended');
  }, WITHIN);
}

test('a call that is marked is ended through its monitor, once', async () => {
  const talk = await talking();
  expect(await want(talk.callId)).toEqual([talk.callId]);
  expect(await want(talk.callId)).toEqual([]);
  await performHangUps(api.context, [talk.callId]);
  expect(isLive(talk)).toBe(false);
  expect(inNetwork(talk)?.hungUp).toMatchObject({ by: 'operator' });
  expect(await eventsOf(talk.callId)).toEqual(['call.hang_up_requested {"reason":"opt_out"}']);
  await ended(talk.callId);
  expect(await repeatHangUps(api.context)).toBe(0);
});

test('where the agent lets no monitor in, the carrier hangs up', async () => {
  const talk = await talking(LOCKED);
  await want(talk.callId);
  await performHangUps(api.context, [talk.callId]);
  expect(isLive(talk)).toBe(false);
  await ended(talk.callId);
});

test('a monitor that takes the order in vain is passed over for the carrier at the next try', async () => {
  const talk = await talking();
  await want(talk.callId);
  network.setFaults({ hangUpIgnored: { next: 1 } });
  await performHangUps(api.context, [talk.callId]);
  expect(isLive(talk)).toBe(true);
  await dueAgain(talk.callId);
  expect(await repeatHangUps(api.context)).toBe(1);
  expect(isLive(talk)).toBe(false);
  await ended(talk.callId);
});

test('a call that no provider has named yet is hung up when its name is recorded', async () => {
  const talk = await dialled();
  await want(talk.callId);
  await performHangUps(api.context, [talk.callId]);
  expect(isLive(talk)).toBe(true);
  expect(await readCallRow(api.context.db, talk.callId)).toMatchObject({ hang_up_tries: 0 });
  await recordPlaced(api.context, await readCallRow(api.context.db, talk.callId), talk);
  expect(isLive(talk)).toBe(false);
});

test('a call that is over is neither marked nor hung up', async () => {
  const talk = await talking();
  await want(talk.callId);
  network.letEnd(talk.callSid);
  await performHangUps(api.context, [talk.callId]);
  // Its end is still to be reported: nothing is tried again until then, and nobody is asked.
  expect(await readCallRow(api.context.db, talk.callId)).toMatchObject({ hang_up_next_at: null });
  await ended(talk.callId);
  expect(await want(talk.callId)).toEqual([]);
  expect(await attention(talk.callId)).toEqual([]);
});

test('while the carrier does not answer the sweep repeats it, until a person is asked; the end settles that', async () => {
  const talk = await talking(LOCKED);
  await want(talk.callId);
  network.setFaults({ hangUpErrors: 1 });
  await performHangUps(api.context, [talk.callId]);
  expect(await repeatHangUps(api.context), 'not due yet').toBe(0);
  for (let tried = 2; tried <= 6; tried += 1) {
    await dueAgain(talk.callId);
    expect(await repeatHangUps(api.context)).toBe(1);
    expect(await readCallRow(api.context.db, talk.callId)).toMatchObject({ hang_up_tries: tried });
    expect(await attention(talk.callId)).toEqual([]);
  }
  await dueAgain(talk.callId);
  await repeatHangUps(api.context);
  expect(await attention(talk.callId)).toEqual([{ kind: 'unended_call', settlement: null }]);
  expect((await eventsOf(talk.callId)).at(-1)).toBe('call.hang_up_failed {"tries":6,"reason":"opt_out"}');
  await dueAgain(talk.callId);
  expect(await repeatHangUps(api.context), 'no further try').toBe(0);
  network.letEnd(talk.callSid);
  await ended(talk.callId);
  expect(await attention(talk.callId)).toEqual([{ kind: 'unended_call', settlement: 'It has ended.' }]);
});

/** Brings the next try, if there is one. */
async function dueAgain(callId: string): Promise<void> {
  await api.context.db
    .updateTable('calls')
    .set({ hang_up_next_at: new Date(0) })
    .where('id', '=', callId)
    .where('hang_up_next_at', 'is not', null)
    .execute();
}

describe('an opt-out', () => {
  async function optOut(talk: Talk) {
    const { phone } = await readCallRow(api.context.db, talk.callId);
    return await api.call('POST', '/api/opt-outs', { body: { phone } });
  }

  test('names the call in flight, and hangs it up', async () => {
    const talk = await talking();
    const { status, body } = await optOut(talk);
    expect([status, body.inFlight, body.inFlightCallIds]).toEqual([201, 1, [talk.callId]]);
    await vi.waitFor(() => expect(isLive(talk)).toBe(false), WITHIN);
    const { in_flight } = await api.context.db
      .selectFrom('opt_outs')
      .select('in_flight')
      .where('phone', '=', body.phone)
      .executeTakeFirstOrThrow();
    expect(in_flight).toEqual([talk.callId]);
    const event = await api.context.db
      .selectFrom('events')
      .select('data')
      .where('type', '=', 'contact.opted_out')
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow();
    expect(event.data).toEqual({ source: 'api', inFlight: 1, inFlightCallIds: [talk.callId] });
  });

  test('leaves it alone where the workspace wants that', async () => {
    const off = await api.call('PATCH', '/api/settings/opt-outs', { body: { hangUpOnOptOut: false } });
    expect([off.status, off.body]).toEqual([200, { hangUpOnOptOut: false }]);
    const talk = await talking();
    expect((await optOut(talk)).body.inFlightCallIds).toEqual([talk.callId]);
    expect((await readCallRow(api.context.db, talk.callId)).hang_up_requested_at).toBeNull();
    expect(isLive(talk)).toBe(true);
    await api.call('PATCH', '/api/settings/opt-outs', { body: { hangUpOnOptOut: true } });
    expect((await api.call('GET', '/api/settings/opt-outs')).body).toEqual({ hangUpOnOptOut: true });
  });

  test('that is spoken in a call does not cut that call off', async () => {
    const talk = await talking();
    const call = await readCallRow(api.context.db, talk.callId);
    const about = { campaignId: call.campaign_id, leadId: call.lead_id, callId: call.id };
    const { inFlight } = await inTransaction(api.context.db, (tx) =>
      addOptOut(tx, { phone: call.phone ?? '', reason: 'asked', source: 'call', about }),
    );
    expect(inFlight).toEqual([talk.callId]);
    expect((await readCallRow(api.context.db, talk.callId)).hang_up_requested_at).toBeNull();
  });
});
