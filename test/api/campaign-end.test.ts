import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { passGate } from '#services/calls/gate.ts';
import { workOnLeads } from '#services/campaigns/lead-work.ts';
import { type ApiRig, actOn, draftCampaign, recordMessages, startApi } from '../support/api-rig.ts';
import { insertCall, setLead } from '../support/api-rows.ts';
import { createPhoneBook } from '../support/people.ts';

const HOUR_MS = 3_600_000;
const phonesOf = createPhoneBook();

let api: ApiRig;
let received: string[];

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(() => {
  received = recordMessages(api);
});

const inHours = (hours: number) => new Date(Date.now() + hours * HOUR_MS).toISOString();
const draft = () => draftCampaign(api, { phoneNumberIds: ['pn_1'] });
const change = (id: string, body: unknown) => api.call('PATCH', `/api/campaigns/${id}`, { body });

/** The answer's status, and what it says of the end. */
function problemOf({ status, body }: Awaited<ReturnType<typeof change>>): [number, string | undefined] {
  const field = body.errors?.find(({ path }: { path: string }) => path === 'endAt');
  return [status, field?.message ?? body.detail];
}

/** The campaign's set end is past, by its row. */
async function passEnd(id: string): Promise<void> {
  const end_at = new Date(Date.now() - 1_000);
  await api.context.db.updateTable('campaigns').set({ end_at }).where('id', '=', id).execute();
}

async function addLeads(id: string, count: number): Promise<string[]> {
  const leads = phonesOf(...Array<string>(count).fill('00')).map((phone) => ({ phone }));
  const added = await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads } });
  expect(added.body).toMatchObject({ accepted: count });
  const { items } = (await api.call('GET', `/api/campaigns/${id}/leads`)).body;
  return items.map((lead: { id: string }) => lead.id);
}

test('19: an end is set with the start, moved, and taken away', async () => {
  const id = await draft();
  const [endAt, later] = [inHours(5), inHours(6)];
  expect((await actOn(api, id, 'start', { at: inHours(1), endAt })).body).toMatchObject({ endAt });
  expect((await change(id, { endAt: later })).body).toMatchObject({ endAt: later });
  expect((await actOn(api, id, 'start', {})).body).toMatchObject({ status: 'running', endAt: later });
  expect((await change(id, { endAt: null })).body).toMatchObject({ endAt: null });
  expect((await api.call('GET', `/api/campaigns/${id}`)).body).toMatchObject({ endAt: null });
});

test('19: an end that is past, or not after the start, is refused and says how to mend it', async () => {
  const id = await draft();
  expect(problemOf(await change(id, { endAt: inHours(-1) }))).toEqual([
    422,
    expect.stringMatching(/^is past: it is .* now/),
  ]);
  expect(problemOf(await actOn(api, id, 'start', { at: inHours(2), endAt: inHours(1) }))).toEqual([
    422,
    expect.stringMatching(/^is not after the start/),
  ]);
  expect(problemOf(await actOn(api, id, 'start', { endAt: 'soon' }))[0]).toBe(422);
  expect((await api.call('GET', `/api/campaigns/${id}`)).body).toMatchObject({
    status: 'draft',
    endAt: null,
  });
  await actOn(api, id, 'start', { at: inHours(2) });
  expect(problemOf(await change(id, { endAt: inHours(1) }))).toEqual([
    422,
    expect.stringMatching(/^is not after the start/),
  ]);
  await change(id, { endAt: inHours(3) });
  expect(problemOf(await actOn(api, id, 'start', { at: inHours(4) }))).toEqual([
    422,
    expect.stringMatching(/^must be sent, since the end that is set, .* is not after the start/),
  ]);
  await actOn(api, id, 'stop');
  expect(problemOf(await change(id, { endAt: inHours(3) }))).toEqual([
    409,
    expect.stringContaining('stopped'),
  ]);
});

test('19: past its end a campaign dials nobody, is not resumed, and takes no leads', async () => {
  const id = await draft();
  const [leadId = ''] = await addLeads(id, 1);
  await actOn(api, id, 'start', { endAt: inHours(1) });
  await passEnd(id);
  const passed = await passGate(api.context, { kind: 'lead', campaignId: id, leadId, attempt: 1, line: 1 });
  expect(passed).toMatchObject({ kind: 'held', verdict: { verdict: 'never', rule: 'campaign_end' } });
  const lead = (await api.call('GET', `/api/leads/${leadId}`)).body;
  expect(lead).toMatchObject({ state: 'finished', outcome: 'ended' });
  expect(
    problemOf(
      await api.call('POST', `/api/campaigns/${id}/leads`, {
        body: { leads: [{ phone: phonesOf('00')[0] }] },
      }),
    ),
  ).toEqual([409, expect.stringContaining('set end has passed')]);
  await actOn(api, id, 'pause');
  expect(problemOf(await actOn(api, id, 'resume'))).toEqual([
    409,
    expect.stringContaining('set end has passed'),
  ]);
});

test('19: at its end the leads without a call are finished as ended, and it winds up', async () => {
  const id = await draft();
  const [waiting = '', again = '', calling = ''] = await addLeads(id, 3);
  const { db } = api.context;
  await actOn(api, id, 'start', { endAt: inHours(1) });
  await insertCall(db, again, { status: 'ended', reach: 'busy' });
  await setLead(db, again, {
    state: 'backing_off',
    hold_rule: 'retry',
    not_before: new Date(Date.now() + HOUR_MS),
  });
  await insertCall(db, calling, { status: 'in_progress' });
  await setLead(db, calling, { state: 'calling' });
  const outcomes = async () => {
    const rows = await db
      .selectFrom('leads')
      .select(['id', 'outcome', 'closing'])
      .where('campaign_id', '=', id)
      .execute();
    return Object.fromEntries(rows.map((lead) => [lead.id, [lead.outcome, lead.closing]]));
  };
  await workOnLeads(api.context, { campaignId: id });
  expect(Object.values(await outcomes())).toEqual(Array(3).fill([null, false]));
  await actOn(api, id, 'pause');
  await passEnd(id);
  await workOnLeads({ ...api.context, workflows: api.workflows.current }, { campaignId: id });
  expect(await outcomes()).toEqual({
    [waiting]: ['ended', false],
    [again]: ['ended', false],
    [calling]: [null, false],
  });
  expect(received.filter((name) => name === 'campaignStopped')).toHaveLength(1);
  const campaign = (await api.call('GET', `/api/campaigns/${id}`)).body;
  expect(campaign).toMatchObject({ status: 'running', pausedAt: null });
  expect(problemOf(await change(id, { endAt: inHours(2) }))).toEqual([
    409,
    expect.stringContaining('reached its set end'),
  ]);
  const events = await db
    .selectFrom('events')
    .select(['type', 'lead_id'])
    .where('campaign_id', '=', id)
    .execute();
  const of = (type: string) => events.filter((event) => event.type === type).map(({ lead_id }) => lead_id);
  expect([of('campaign.ended'), of('lead.finished')]).toEqual([[null], [again]]);
  await workOnLeads({ ...api.context, workflows: api.workflows.current }, { campaignId: id });
  expect(
    await db.selectFrom('events').selectAll().where('type', '=', 'campaign.ended').execute(),
  ).toHaveLength(1);
});
