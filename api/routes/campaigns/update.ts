import { createRoute } from '@hono/zod-openapi';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { changeCampaign, releaseWindowHolds } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { holdCampaign } from '#services/campaigns/transitions.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Problem } from '../../http/errors.ts';
import { Campaign, CampaignUpdate, toCampaign } from '../../schemas/campaign.ts';
import { idParam } from '../../schemas/common.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';
import { mergeSettings } from '../../schemas/settings.ts';

const route = createRoute({
  method: 'patch',
  path: '/api/campaigns/{id}',
  operationId: 'updateCampaign',
  tags: ['campaigns'],
  summary: 'Change a campaign, also while it runs; settings apply from the next attempt on',
  ...access('operator'),
  request: {
    params: idParam,
    body: { required: true, content: { 'application/json': { schema: CampaignUpdate } } },
  },
  responses: { 200: json('The campaign as it is now', Campaign), ...bodyProblems, ...problems(404, 409) },
});

export function updateCampaign(app: Api, { db, workflows, logger, now }: ApiContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const { name, agentId, phoneNumberIds, settings } = c.req.valid('json');
    const { before, after } = await inTransaction(db, async (tx) => {
      const before = await holdCampaign(tx, id);
      if (before.archived_at !== null) throw new Problem('wrong-state', 'The campaign is archived.');
      if (phoneNumberIds?.length === 0 && before.phone_number_ids.length > 0 && before.started_at !== null) {
        throw new Problem('wrong-state', 'A campaign that was started needs a number to call from.');
      }
      const after = await changeCampaign(tx, before, {
        ...(name === undefined ? {} : { name }),
        ...(agentId === undefined ? {} : { agent_id: agentId }),
        ...(phoneNumberIds === undefined ? {} : { phone_number_ids: phoneNumberIds }),
        ...(settings === undefined ? {} : { settings: mergeSettings(before.settings, settings) }),
        now: await now(),
      });
      if (hoursChanged(before, after)) await releaseWindowHolds(tx, id, await now());
      const data = { fields: Object.keys(c.req.valid('json')), settingsVersion: after.settings_version };
      await appendEvent(tx, { type: 'campaign.changed', campaignId: id, data });
      await appendAudit(tx, { actor: c.get('actor'), action: 'campaign.changed', subject: id, data });
      return { before, after };
    });
    const { lines } = after.settings;
    const isActive = after.status === 'running' || after.status === 'paused';
    if (isActive && (lines !== before.settings.lines || hoursChanged(before, after))) {
      // Told of a change, the workflow feeds at once; untold, it reads the settings with its next feed.
      const told = await workflows.changeSettings(id, { lines });
      if (told.kind !== 'done') {
        logger.warn(
          { campaignId: id, answer: told.kind },
          'the campaign workflow was not told of its settings',
        );
      }
    }
    return c.json(toCampaign(after), 200);
  });
}

type WithSettings = Pick<Awaited<ReturnType<typeof changeCampaign>>, 'settings'>;

function hoursChanged(before: WithSettings, after: WithSettings): boolean {
  return JSON.stringify(before.settings.window) !== JSON.stringify(after.settings.window);
}
