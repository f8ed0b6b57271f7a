import { afterAll, beforeAll, expect, test } from 'vitest';
import { inTransaction } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import { markMerged, storeProviderEvent } from '#db/queries/provider-events.ts';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';
import { insertCall } from '../support/api-rows.ts';

let api: ApiRig;
let campaignId: string;
let leads: { id: string; name: string | null }[];

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
  campaignId = (await api.call('POST', '/api/campaigns', { body: { name: 'Spring' } })).body.id;
  const people = ['Ada', 'Bo', null].map((name, index) => ({ name, phone: `+1415555010${index}` }));
  await api.call('POST', `/api/campaigns/${campaignId}/leads`, { body: { leads: people } });
  leads = (await api.call('GET', `/api/campaigns/${campaignId}/leads`)).body.items;
});
afterAll(() => api.stop());

function leadId(name: string | null): string {
  const found = leads.find((lead) => lead.name === name);
  if (found === undefined) throw new Error(`There is no lead ${name}.`);
  return found.id;
}

const list = async (query: string): Promise<{ id: string; name: string | null }[]> =>
  (await api.call('GET', `/api/calls?${query}`)).body.items;
const ids = async (query: string) => (await list(query)).map(({ id }) => id);

test('calls are listed by what came of them, by kind, direction, agent, lead and id, with their names', async () => {
  const { db } = api.context;
  const at = (day: number) => new Date(Date.UTC(2026, 2, day, 17));
  const ended = { status: 'ended' } as const;
  const won = await insertCall(db, leadId('Ada'), {
    started_at: at(5),
    ...ended,
    reach: 'answered',
    disposition: 'converted',
  });
  const busy = await insertCall(db, leadId('Bo'), {
    started_at: at(4),
    ...ended,
    reach: 'busy',
    agent_id: 'agent_other',
  });
  const inbound = await insertCall(db, leadId(null), {
    started_at: at(3),
    ...ended,
    reach: 'answered',
    disposition: 'none',
    direction: 'inbound',
  });
  const talk = await insertCall(db, leadId('Bo'), {
    attempt: 2,
    started_at: at(2),
    ...ended,
    reach: 'answered',
    kind: 'browser',
  });
  expect((await list('')).map(({ id, name }) => [id, name])).toEqual([
    [won, 'Ada'],
    [busy, 'Bo'],
    [inbound, null],
    [talk, 'Bo'],
  ]);
  expect(await ids('reach=busy')).toEqual([busy]);
  expect(await ids('reach=answered&disposition=converted')).toEqual([won]);
  expect(await ids('disposition=none')).toEqual([inbound]);
  expect(await ids('direction=inbound')).toEqual([inbound]);
  expect(await ids('kind=browser')).toEqual([talk]);
  expect(await ids('agent=agent_other')).toEqual([busy]);
  expect(await ids('agent=agent_none')).toEqual([]);
  expect(await ids(`lead=${leadId('Bo')}`)).toEqual([busy, talk]);
  expect(await ids(`campaign=${campaignId}&direction=outbound&kind=phone`)).toEqual([won, busy]);
  expect(await ids(`ids=${talk},${won},nobody.1`)).toEqual([won, talk]);
  for (const query of ['reach=lovely', 'disposition=x', 'direction=up', 'kind=fax', 'lead=x', 'campaign=x']) {
    expect((await api.call('GET', `/api/calls?${query}`)).status, query).toBe(422);
  }
  const many = Array.from({ length: 101 }, (_, index) => `call.${index}`).join(',');
  expect((await api.call('GET', `/api/calls?ids=${many}`)).status).toBe(422);
});

test('one-off calls are listed by themselves, or left out', async () => {
  const placed = { campaign_id: null, lead_id: null, status: 'ended', reach: 'busy' } as const;
  await insertCall(api.context.db, leadId('Ada'), { ...placed, id: 'single' });
  // An inbound call has no campaign either, and was not placed by us.
  await insertCall(api.context.db, leadId('Ada'), {
    ...placed,
    id: 'came-in',
    attempt: null,
    direction: 'inbound',
  });
  expect(await ids('single=true')).toEqual(['single']);
  expect(await ids('single=true&reach=answered')).toEqual([]);
  const others = await ids('single=false');
  expect(others).toContain('came-in');
  expect(others).toHaveLength((await ids('')).length - 1);
  expect((await api.call('GET', '/api/calls?single=yes')).status).toBe(422);
});

test("a call's line of time has its events and the webhooks received of it, and no other call's", async () => {
  const { db } = api.context;
  const id = await insertCall(db, leadId('Ada'), { attempt: 7 });
  const other = await insertCall(db, leadId('Ada'), { attempt: 8 });
  const now = new Date('2026-03-06T17:00:00.000Z');
  await inTransaction(db, async (tx) => {
    await appendEvent(tx, { type: 'call.started', leadId: leadId('Ada'), callId: id, data: { attempt: 7 } });
    await appendEvent(tx, { type: 'call.started', leadId: leadId('Ada'), callId: other });
    await appendEvent(tx, { type: 'call.ended', callId: id });
    const webhook = {
      provider: 'elevenlabs' as const,
      dedupKey: 'once',
      type: 'post_call_transcription',
      conversationId: null,
      payload: { secret: 'words' },
      now,
    };
    await storeProviderEvent(tx, webhook);
    const stored = await storeProviderEvent(tx, webhook);
    await markMerged(tx, [{ id: stored.id, callId: id, notified: true }], now);
  });
  const { status, body } = await api.call('GET', `/api/calls/${id}/timeline`);
  expect(status).toBe(200);
  expect(body.events.map(({ type }: { type: string }) => type)).toEqual(['call.started', 'call.ended']);
  expect(body.events[0].data).toEqual({ attempt: 7 });
  expect(body.webhooks).toMatchObject([
    {
      provider: 'elevenlabs',
      type: 'post_call_transcription',
      deliveries: 2,
      receivedAt: now.toISOString(),
      mergedAt: now.toISOString(),
    },
  ]);
  expect(JSON.stringify(body)).not.toContain('words');
  expect((await api.call('GET', '/api/calls/nobody.1/timeline')).status).toBe(404);
});
