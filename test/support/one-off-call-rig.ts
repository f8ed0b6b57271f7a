import type { Db } from '#db/client.ts';
import type { OneOffCallSettings } from '#domain/one-off-call.ts';
import { AGENTS, PHONE_NUMBERS } from '#simulator/fleet.ts';
import type { Answer, Chain } from './chain-rig.ts';
import { QUICK } from './people.ts';

/** What of a call these tests read. */
export interface PlacedCall {
  id: string;
  status: string;
  reach: string | null;
  failure: string | null;
  source: string | null;
  conversationId: string | null;
  detail: string;
}

/** Open at any hour and without limits, but for what a test is about. */
export async function setOneOffCallRules(
  db: Db,
  rules: Partial<OneOffCallSettings>,
  lines = 100,
): Promise<void> {
  const { window, caps } = QUICK;
  const all = { window, caps, nationalHolidays: false, ...rules };
  await db
    .updateTable('workspace')
    .set({ single_call_settings: JSON.stringify(all), lines })
    .execute();
}

/** Asks for a one-off call, as a person would. */
export async function placeCall(
  chain: Chain,
  to: string,
  more: Record<string, unknown> = {},
): Promise<Answer<PlacedCall>> {
  const agentId = AGENTS[0]?.agentId ?? '';
  const phoneNumberId = PHONE_NUMBERS[0]?.phoneNumberId ?? '';
  return await chain.call('POST', '/api/calls', { agentId, phoneNumberId, to, ...more });
}
