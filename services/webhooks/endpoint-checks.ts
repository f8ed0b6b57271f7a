import { randomBytes } from 'node:crypto';
import type { Tx } from '#db/client.ts';
import { findCampaign } from '#db/queries/campaigns.ts';
import type { Context } from '../context.ts';
import { invalid } from '../errors.ts';

/** Standard Webhooks asks for 24 to 64 bytes. */
const SECRET_BYTES = 32;

export function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** @throws ServiceError 422 on a URL to which nothing may be sent */
export function checkUrl({ webhookSender }: Pick<Context, 'webhookSender'>, url: string): void {
  const problem = webhookSender.urlProblem(url);
  if (problem !== null) throw invalid([{ path: 'url', message: problem }]);
}

/** @throws ServiceError 422 when there is no such campaign */
export async function checkCampaign(tx: Tx, campaignId: string): Promise<void> {
  if ((await findCampaign(tx, campaignId)) === null) {
    throw invalid([{ path: 'campaignId', message: 'is not a campaign' }]);
  }
}
