import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiRig, recordingWorkflows, startApi } from '../support/api-rig.ts';

let api: ApiRig;
const at = (minute: number) => new Date(Date.UTC(2026, 2, 2, 12, minute));

beforeAll(async () => {
  api = await startApi();
  api.workflows.current = recordingWorkflows();
});
afterAll(() => api.stop());

async function campaignWith(name: string, leads: unknown[]): Promise<string> {
  const { body } = await api.call('POST', '/api/campaigns', {
    body: { name, phoneNumberIds: ['pn_1'] },
  });
  await api.call('POST', `/api/campaigns/${body.id}/leads`, { body: { leads } });
  return body.id;
}

async function write(
  phone: string,
  minute: number,
  direction: 'inbound' | 'outbound',
  leadId: string | null = null,
): Promise<string> {
  const id = uuid();
  await api.context.db
    .insertInto('contacts')
    .values({ phone })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await api.context.db
    .insertInto('messages')
    .values({
      id,
      channel: 'sms',
      direction,
      phone,
      lead_id: leadId,
      body: `at ${minute}`,
      status: direction === 'inbound' ? 'received' : 'delivered',
      source: direction === 'inbound' ? 'contact' : 'person',
      created_at: at(minute),
      updated_at: at(minute),
    })
    .execute();
  return id;
}

test('leads of every campaign are found by name, address or number, the newest first', async () => {
  const spring = await campaignWith('Spring', [
    { phone: '+14155550117', name: 'Ada Farrow' },
    { phone: '+14155550118', name: 'Bo Quill', email: 'ada@people.example' },
  ]);
  const autumn = await campaignWith('Autumn', [{ phone: '+14155550117', name: 'Ada F.' }]);
  const found = async (q: string) =>
    (await api.call('GET', `/api/leads?q=${encodeURIComponent(q)}`)).body.items.map(
      (lead: { campaignName: string; phone: string; campaignId: string }) => [
        lead.campaignName,
        lead.phone,
        lead.campaignId,
      ],
    );
  expect(await found('ada')).toEqual([
    ['Autumn', '+14155550117', autumn],
    ['Spring', '+14155550118', spring],
    ['Spring', '+14155550117', spring],
  ]);
  expect(await found('+14155550117')).toHaveLength(2);
  expect(await found('5550118')).toHaveLength(1);
  expect(await found('nobody')).toEqual([]);
  expect(await found('%')).toEqual([]);
});

test('found leads go page by page; a search without words, or by a foreign cursor, is refused', async () => {
  const names: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body } = await api.call('GET', `/api/leads?q=ada&limit=2${cursor && `&cursor=${cursor}`}`);
    names.push(...body.items.map(({ name }: { name: string }) => name));
    cursor = body.nextCursor;
  }
  expect(names).toEqual(['Ada F.', 'Bo Quill', 'Ada Farrow']);
  for (const query of ['', '?q=', '?q=%20', '?q=ada&cursor=nonsense']) {
    expect([query, (await api.call('GET', `/api/leads${query}`)).status]).toEqual([query, 422]);
  }
});

test('one conversation a number, by its latest message, with its name and whether it opted out', async () => {
  const [{ id: leadId }] = (await api.call('GET', '/api/leads?q=Quill')).body.items;
  await write('+14155550118', 1, 'outbound', leadId);
  await write('+14155550199', 2, 'outbound');
  await write('+14155550118', 3, 'inbound', leadId);
  await write('+14155550117', 4, 'inbound');
  // Of the same instant the later id is the later message.
  const last = await write('+14155550117', 4, 'outbound');
  await api.call('POST', '/api/opt-outs', { body: { phone: '+14155550199' } });
  const threads = async (query = '') =>
    (await api.call('GET', `/api/messages/threads${query}`)).body.items.map(
      (thread: { phone: string; name: string | null; optedOut: boolean; latest: { body: string } }) => [
        thread.phone.slice(-3),
        thread.name,
        thread.optedOut,
        thread.latest.body,
      ],
    );
  expect(await threads()).toEqual([
    ['117', null, false, 'at 4'],
    ['118', 'Bo Quill', false, 'at 3'],
    ['199', null, true, 'at 2'],
  ]);
  const [newest] = (await api.call('GET', '/api/messages/threads?limit=1')).body.items;
  expect(newest.latest.id).toBe(last);
  expect(await threads('?direction=inbound')).toEqual([['118', 'Bo Quill', false, 'at 3']]);
});

test('conversations go page by page, each number once', async () => {
  const phones: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body } = await api.call('GET', `/api/messages/threads?limit=1${cursor && `&cursor=${cursor}`}`);
    phones.push(...body.items.map(({ phone }: { phone: string }) => phone.slice(-3)));
    cursor = body.nextCursor;
  }
  expect(phones).toEqual(['117', '118', '199']);
  expect((await api.call('GET', '/api/messages/threads?cursor=nonsense')).status).toBe(422);
});

test('opt-outs are found by any part of their number, however it is written', async () => {
  await api.call('POST', '/api/opt-outs', { body: { phone: '+442079460123' } });
  const found = async (q: string) =>
    (await api.call('GET', `/api/opt-outs?q=${encodeURIComponent(q)}`)).body.items.map(
      ({ phone }: { phone: string }) => phone,
    );
  expect(await found('0199')).toEqual(['+14155550199']);
  expect(await found('+44 20 7946')).toEqual(['+442079460123']);
  expect(await found('0')).toEqual(['+14155550199', '+442079460123']);
  expect(await found('abc')).toEqual([]);
  expect(await found('%')).toEqual([]);
});
