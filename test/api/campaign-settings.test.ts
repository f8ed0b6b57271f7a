import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  type ApiRig,
  actOn,
  draftCampaign,
  outboundNumber,
  recordMessages,
  startApi,
} from '../support/api-rig.ts';

let api: ApiRig;
let received: string[];
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(() => {
  received = recordMessages(api);
  api.phoneNumbers.splice(0, Infinity, outboundNumber('pn_in', false), outboundNumber('pn_out'));
});

const draft = (body?: Record<string, unknown>) => draftCampaign(api, body);
const act = (id: string, action: string, body?: unknown) => actOn(api, id, action, body);

test('a draft has defaults, and what was set', async () => {
  const id = await draft({
    settings: { lines: 3, caps: { perDay: null }, window: { timeZone: 'America/Chicago' } },
  });
  const { body } = await api.call('GET', `/api/campaigns/${id}`);
  expect(body).toMatchObject({
    name: 'Spring',
    status: 'draft',
    agentId: 'agent_default',
    settingsVersion: 1,
  });
  expect(body.settings).toMatchObject({
    lines: 3,
    maxAttempts: 3,
    caps: { perDay: null, perWeek: 7 },
    retryAfterSeconds: { no_answer: 7_200, busy: 14_400 },
    window: { timeZone: 'America/Chicago', strictest: true },
  });
});

test('bad settings are all told at once, with their paths', async () => {
  const { status, body } = await api.call('POST', '/api/campaigns', {
    body: {
      name: ' ',
      colour: 'red',
      settings: {
        lines: 0,
        callsPerSecond: 1_000,
        maxAttempts: 21,
        ringSeconds: 4,
        followUps: 'none',
        arms: [],
        conversion: { rule: 'fortune' },
        retryAfterSeconds: { busy: 0 },
        window: {
          timeZone: 'Mars/Base',
          strictest: false,
          holidays: 'US-ZZ',
          days: hours([['19:00', '10:00']]),
        },
      },
    },
  });
  expect(status).toBe(422);
  expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
    'colour',
    'name',
    'settings.arms',
    'settings.callsPerSecond',
    'settings.conversion.rule',
    'settings.followUps',
    'settings.lines',
    'settings.maxAttempts',
    'settings.retryAfterSeconds.busy',
    'settings.ringSeconds',
    'settings.window.days.mon.0',
    'settings.window.holidays',
    'settings.window.strictest',
    'settings.window.timeZone',
  ]);
});

function hours(mon: [string, string][]) {
  return { mon, tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };
}

test('changes make a version of the settings, merge into it, and reach a running workflow', async () => {
  const id = await draft({ phoneNumberIds: ['pn_1'], settings: { window: { holidays: 'US' } } });
  await act(id, 'start');
  const patch = (body: unknown) => api.call('PATCH', `/api/campaigns/${id}`, { body });
  const changed = await patch({ name: 'Summer', settings: { lines: 7, caps: { minGapSeconds: 0 } } });
  expect(changed.body).toMatchObject({ name: 'Summer', settingsVersion: 2, status: 'running' });
  expect(changed.body.settings).toMatchObject({ lines: 7, caps: { perDay: 3, minGapSeconds: 0 } });
  expect(changed.body.settings.window.holidays).toBe('US');
  expect(
    (await patch({ settings: { window: { holidays: null } } })).body.settings.window.holidays,
  ).toBeUndefined();
  expect((await patch({ name: 'Autumn' })).body.settingsVersion).toBe(3);
  // Its lines and its hours are told, and leads are judged by what is looser; a name is not the workflow's matter.
  expect(received).toEqual([
    'startCampaign',
    'changeSettings',
    'workOnLeads',
    'changeSettings',
    'workOnLeads',
  ]);
  const versions = await api.context.db
    .selectFrom('campaign_settings')
    .select('settings')
    .where('campaign_id', '=', id)
    .orderBy('version')
    .execute();
  expect(versions.map(({ settings }) => settings.lines)).toEqual([10, 7, 7]);
});

test('the settings of an answer can be sent back as they are', async () => {
  const id = await draft();
  const { body } = await api.call('GET', `/api/campaigns/${id}`);
  const echoed = await api.call('PATCH', `/api/campaigns/${id}`, { body: { settings: body.settings } });
  expect(echoed.body.settings).toEqual(body.settings);
});
