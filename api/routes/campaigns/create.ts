import { createRoute } from '@hono/zod-openapi';
import { v7 as uuid } from 'uuid';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { type Campaign as CampaignRow, findCampaign, insertCampaign } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { invalid } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Campaign, CampaignCreate, toCampaign } from '../../schemas/campaign.ts';
import { bodyProblems, json } from '../../schemas/problem.ts';
import { settingsOf } from '../../schemas/settings.ts';

const route = createRoute({
  method: 'post',
  path: '/api/campaigns',
  operationId: 'createCampaign',
  tags: ['campaigns'],
  summary: 'Create a campaign, as a draft',
  ...access('operator'),
  request: { body: { required: true, content: { 'application/json': { schema: CampaignCreate } } } },
  responses: { 201: json('The draft', Campaign), ...bodyProblems },
});

export function createCampaign(app: Api, { db, config, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { name, agentId = config.elevenLabs.agentId, phoneNumberIds, settings } = c.req.valid('json');
    if (agentId === null) {
      throw invalid([{ path: 'agentId', message: 'is required, since no default agent is configured' }]);
    }
    const actor = c.get('actor');
    const id = uuid();
    const campaign = await inTransaction(db, async (tx): Promise<CampaignRow> => {
      const draft = { id, name, agentId, phoneNumberIds, settings: settingsOf(settings), now: await now() };
      await insertCampaign(tx, draft);
      await appendEvent(tx, { type: 'campaign.created', campaignId: id });
      await appendAudit(tx, { actor, action: 'campaign.created', subject: id });
      const stored = await findCampaign(tx, id);
      if (stored === null) throw new Error('A campaign that was just stored is not there.');
      return stored;
    });
    return c.json(toCampaign(campaign), 201, { location: `/api/campaigns/${id}` });
  });
}
