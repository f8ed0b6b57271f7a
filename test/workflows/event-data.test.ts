import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { inTransaction } from '#db/client.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import { eventsWithWords, wordsIn } from '../support/event-words.ts';
import { createPhoneBook, QUICK } from '../support/people.ts';
import { connectTexts, textFrom } from '../support/texting-rig.ts';

/** A word of each kind that must not come into the log; in small letters, as codes are. */
const PERSONAL = {
  name: 'adalovelace',
  company: 'analyticalengines',
  said: 'tuesdayafternoon',
  note: 'vipcustomer',
};

const SETTINGS: Partial<CampaignSettings> = {
  ...QUICK,
  conversion: {
    rule: 'any',
    rules: [{ rule: 'call_successful' }, { rule: 'keywords', keywords: [PERSONAL.said] }],
  },
  followUps: [
    { id: 'thanks', on: { converted: true }, afterSeconds: 0, channel: 'sms', body: `${PERSONAL.note}!` },
    { id: 'late', on: { converted: true }, afterSeconds: 0, channel: 'email', subject: 'x', body: 'x' },
  ],
};

let chain: Chain;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  chain = await startChain();
  connectTexts(chain);
});
afterAll(() => chain?.stop());

describe('what counts as words', () => {
  test.for([
    'Ada',
    'ada lovelace',
    '+12025550100',
    '12025550100',
    'The number cannot be called.',
    'ada@example.com',
    '"yes" was said',
  ])('%s does', (text) => {
    expect(wordsIn({ deep: [{ text }] })).toEqual([text]);
  });

  test('ids, codes, instants and short numbers do not', () => {
    const id = '019aa2ae-0000-7000-8000-000000000001';
    const data = {
      id,
      call: `${id}.2`,
      at: '2026-11-21T19:00:00.000Z',
      rule: 'campaign_running',
      code: '30007',
    };
    expect(wordsIn({ ...data, of: 'call.ended', fields: ['timeZone'], count: 3, none: null })).toEqual([]);
  });
});

async function expectNoWords(): Promise<void> {
  expect(await eventsWithWords(chain.db)).toEqual([]);
  const log = JSON.stringify(await chain.db.selectFrom('events').selectAll().execute());
  for (const word of Object.values(PERSONAL)) expect(log).not.toContain(word);
}

test('a campaign with people of every kind leaves ids and codes alone', async () => {
  const phones = phonesOf('00', '01', '02', '03', '05', '06', '07', '08', '12', '15');
  const [converting = ''] = phones;
  chain.simulator.setFaults({ dialThrottle: { next: 1 } });
  const id = await chain.create({ ...SETTINGS, maxAttempts: 2 });
  const leads = phones.map((phone) => ({
    phone,
    name: PERSONAL.name,
    variables: { company: PERSONAL.company },
  }));
  await chain.call('POST', `/api/campaigns/${id}/leads`, { leads });
  await chain.call('POST', `/api/campaigns/${id}/start`, {});
  await chain.reaches(id, 'completed');
  await textFrom(chain, converting, `${PERSONAL.said}, please`);
  const { body: found } = await chain.call<{
    items: { id: string; leadId: string; failure: string | null }[];
  }>('GET', `/api/campaigns/${id}/calls?limit=100`);
  const [call] = found.items;
  await chain.call('PATCH', `/api/calls/${call?.id}`, { notes: PERSONAL.note, disposition: 'qualified' });
  await chain.call('PATCH', `/api/leads/${call?.leadId}`, { name: `${PERSONAL.name} again` });
  await vi.waitFor(
    async () => {
      const planned = await chain.db
        .selectFrom('follow_ups')
        .select('id')
        .where('status', '=', 'planned')
        .execute();
      expect(planned).toEqual([]);
    },
    { timeout: 20_000 },
  );
  // The provider's words are where a reader of the event finds them.
  const failures = found.items.map(({ failure }) => failure);
  expect(failures).toContainEqual(expect.stringContaining('The number cannot be called.'));
  await expectNoWords();
});

test('a text that converts names the rule, not what was said', async () => {
  const [phone = ''] = phonesOf('08');
  const id = await chain.launch([phone], SETTINGS);
  await chain.reaches(id, 'completed');
  await textFrom(chain, phone, `${PERSONAL.said}, please`);
  const converted = await chain.db
    .selectFrom('events')
    .select('data')
    .where('campaign_id', '=', id)
    .where('type', '=', 'lead.converted')
    .execute();
  expect(converted).toEqual([{ data: { by: 'message', rule: 'any' } }]);
  await expectNoWords();
});

test('a campaign that pauses itself says in its own row why', async () => {
  const id = await chain.create(SETTINGS);
  await chain.call('PATCH', `/api/campaigns/${id}`, { agentId: 'agent_gone' });
  await chain.call('POST', `/api/campaigns/${id}/leads`, { leads: [{ phone: phonesOf('00')[0] }] });
  await chain.call('POST', `/api/campaigns/${id}/start`, {});
  await chain.reaches(id, 'paused');
  const { body } = await chain.call<{ pauseReason: string | null }>('GET', `/api/campaigns/${id}`);
  expect(body.pauseReason).toMatch(/agent/i);
  const events = await chain.db
    .selectFrom('events')
    .select(['type', 'data'])
    .where('campaign_id', '=', id)
    .where('type', 'in', ['call.ended', 'campaign.paused'])
    .orderBy('id')
    .execute();
  expect(events).toEqual([
    { type: 'call.ended', data: { reach: 'not_placed', source: null } },
    { type: 'campaign.paused', data: { cause: 'configuration', inFlight: 0, inFlightCallIds: [] } },
  ]);
  await expectNoWords();
});

test('events of before, with words in them, are still read', async () => {
  const [phone = ''] = phonesOf('08');
  const id = await chain.launch([phone], SETTINGS);
  await chain.reaches(id, 'completed');
  const { body } = await chain.call<{ items: { id: string }[] }>('GET', `/api/campaigns/${id}/leads`);
  const leadId = body.items[0]?.id ?? '';
  const data = { reach: 'not_placed', failure: 'The number cannot be called.' };
  await inTransaction(chain.db, (tx) =>
    appendEvent(tx, { type: 'call.ended', campaignId: id, leadId, data }),
  );
  const timeline = await chain.call<{ items: object[] }>('GET', `/api/leads/${leadId}/timeline`);
  expect(timeline.body.items[0]).toMatchObject({ type: 'call.ended', data });
});
