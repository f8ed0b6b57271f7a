import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DEFAULT_ONE_OFF_CALL_SETTINGS } from '#domain/one-off-call.ts';
import { type ApiRig, type CallOptions, recordingWorkflows, startApi } from '../support/api-rig.ts';

const PATH = '/api/settings/single-calls';

let api: ApiRig;
beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
});
afterAll(() => api.stop());
beforeEach(async () => {
  await api.context.db.updateTable('workspace').set({ single_call_settings: null }).execute();
  await api.context.db.deleteFrom('audit_log').execute();
});

const read = async () => (await api.call('GET', PATH, { key: 'viewer' })).body;
const change = (body: unknown, options: CallOptions = {}) =>
  api.call('PATCH', PATH, { key: 'operator', body, ...options });
const stored = async () =>
  (await api.context.db.selectFrom('workspace').select('single_call_settings').executeTakeFirstOrThrow())
    .single_call_settings;

test('without a word of anybody the rules are those of a new campaign', async () => {
  const { window, ...rest } = DEFAULT_ONE_OFF_CALL_SETTINGS;
  expect(await read()).toEqual({ ...rest, window: { ...window, strictest: true } });
});

test('a part is set, the others stay, and what was never set goes on following its default', async () => {
  const before = await read();
  const changed = await change({
    window: { timeZone: 'Europe/London' },
    caps: { perDay: 1 },
    ringSeconds: 20,
  });
  expect([changed.status, changed.body]).toEqual([
    200,
    {
      ...before,
      window: { ...before.window, timeZone: 'Europe/London' },
      caps: { ...before.caps, perDay: 1 },
      ringSeconds: 20,
    },
  ]);
  await change({ window: { holidays: 'GB' }, nationalHolidays: false });
  const after = await read();
  expect(after.window).toEqual({ ...before.window, timeZone: 'Europe/London', holidays: 'GB' });
  expect([after.nationalHolidays, after.ringSeconds]).toEqual([false, 20]);
  expect(Object.keys((await stored()) ?? {}).sort()).toEqual([
    'caps',
    'nationalHolidays',
    'ringSeconds',
    'window',
  ]);
  await change({ window: { holidays: null } });
  expect((await read()).window).toEqual({ ...before.window, timeZone: 'Europe/London' });
});

test('what a campaign may not have, they may not have either, and nothing is changed by it', async () => {
  const days = { mon: [['19:00', '10:00']] };
  const refused = async (body: unknown) => {
    const { status, body: problem } = await change(body);
    return [status, problem.errors.map(({ path }: { path: string }) => path)];
  };
  expect(await refused({ window: { timeZone: 'Mars/Olympus' } })).toEqual([422, ['window.timeZone']]);
  expect(await refused({ window: { days } })).toEqual([422, ['window.days.mon.0']]);
  expect(await refused({ window: { strictest: false } })).toEqual([422, ['window.strictest']]);
  expect(await refused({ caps: { perDay: 0 }, ringSeconds: 1 })).toEqual([
    422,
    ['ringSeconds', 'caps.perDay'],
  ]);
  expect(await refused({ ringSeconds: 20, lines: 5 })).toEqual([422, ['lines']]);
  expect((await change({})).status).toBe(422);
  expect((await change({ ringSeconds: 20 }, { key: 'viewer' })).status).toBe(403);
  expect(await stored()).toBeNull();
  expect(await api.context.db.selectFrom('audit_log').selectAll().execute()).toEqual([]);
});

test('who changed them is on record', async () => {
  await change({ voicemail: 'done' });
  const audit = await api.context.db.selectFrom('audit_log').select(['action', 'subject', 'data']).execute();
  expect(audit).toEqual([
    { action: 'settings.changed', subject: 'single-calls', data: { fields: ['voicemail'] } },
  ]);
});

test('changes at the same time are all kept', async () => {
  await Promise.all([
    change({ ringSeconds: 25 }),
    change({ maxCallSeconds: 120 }),
    change({ caps: { perWeek: 2 } }),
  ]);
  expect(await read()).toMatchObject({ ringSeconds: 25, maxCallSeconds: 120, caps: { perWeek: 2 } });
});
