import { expect, vi } from 'vitest';
import type { CampaignSettings } from '#domain/settings.ts';
import { checkInvariants } from '#invariants/check.ts';
import type { Chain } from './chain-rig.ts';
import { eventsWithWords } from './event-words.ts';

export async function createCampaign(chain: Chain, settings: Partial<CampaignSettings>): Promise<string> {
  const created = await chain.call<{ id: string }>('POST', '/api/campaigns', { name: 'Chain', settings });
  expect(created, JSON.stringify(created.body)).toMatchObject({ status: 201 });
  return created.body.id;
}

export async function launchCampaign(
  chain: Chain,
  phones: string[],
  settings: Partial<CampaignSettings>,
): Promise<string> {
  const id = await createCampaign(chain, settings);
  const leads = phones.map((phone, index) => ({ phone, name: `Person ${index}` }));
  const added = await chain.call('POST', `/api/campaigns/${id}/leads`, { leads });
  expect(added, JSON.stringify(added.body)).toMatchObject({ body: { accepted: phones.length } });
  expect((await chain.call('POST', `/api/campaigns/${id}/start`, {})).status).toBe(202);
  return id;
}

export async function expectInvariants({ db, simulator, client, context }: Chain): Promise<void> {
  await vi.waitFor(() => expect(simulator.ledger.liveCalls).toBe(0), { timeout: 20_000 });
  const verdict = await checkInvariants({
    db,
    ledger: simulator.ledger.snapshot(),
    temporal: client,
    dialTimeoutMs: context.timeouts.dialTimeoutMs,
  });
  const violations = Object.entries(verdict).flatMap(([name, { violations }]) =>
    violations.map((text) => `${name}: ${text}`),
  );
  expect(violations).toEqual([]);
  expect(await eventsWithWords(db), 'the log holds ids and codes').toEqual([]);
}
