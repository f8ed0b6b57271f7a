import { expect, vi } from 'vitest';
import { makeCampaign, product, reached, WITHIN } from './rig.ts';

/** What there is to look at before the first test: one campaign that has ended, with every kind of call. */
export interface World {
  campaignId: string;
  /** A lead that was called, and the call in which it converted. */
  lead: { id: string; phone: string };
  callId: string;
  /** A campaign that has not started. */
  draftId: string;
}

const PHONES = ['00', '01', '03', '05', '07', '08', '12', '13', '14', '15'].map((end) => `+121255501${end}`);

let made: World | null = null;

export function world(): World {
  if (made === null) throw new Error('There is nothing to look at yet.');
  return made;
}

interface Listed {
  items: { id: string; leadId: string; to: string; converted: boolean }[];
}

export async function makeWorld(): Promise<void> {
  const { call } = product();
  const campaignId = await makeCampaign('Harvest', PHONES);
  await reached(campaignId, 'completed');
  const converted = await vi.waitFor(async () => {
    const { items } = await call<Listed>('GET', `/api/campaigns/${campaignId}/calls?limit=200`);
    const found = items.find((each) => each.converted);
    expect(found, JSON.stringify(items)).toBeDefined();
    return found as Listed['items'][number];
  }, WITHIN);
  const draftId = await makeCampaign('Prepared', ['+12125550199'], { start: false });
  made = {
    campaignId,
    draftId,
    lead: { id: converted.leadId, phone: converted.to },
    callId: converted.id,
  };
}
