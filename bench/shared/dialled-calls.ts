import { campaignWorkflowId, leadWorkflowId } from '#domain/ids.ts';
import { type CampaignParts, importCampaign } from './campaign.ts';
import { fictionalNumbers } from './fictional-leads.ts';
import type { DialledCall } from './post-call.ts';
import { say } from './report.ts';

const STARTS_AT_ONCE = 20;
/** A queue without a worker: workflows there receive signals and do nothing. */
const QUEUE_WITHOUT_WORKER = 'bench-nobody';

/** Dialled calls in flight, each with its lead's workflow waiting for the end. */
export async function dialCalls(parts: CampaignParts, count: number): Promise<DialledCall[]> {
  const { database, temporal } = parts;
  say(`dialling ${count} calls`);
  const { campaignId } = await importCampaign(parts, {
    numbers: fictionalNumbers(count),
    lines: 50,
    callsPerSecond: 10,
  });
  await database.client.query(
    `update leads set state = 'calling', attempts_used = 1 where campaign_id = $1`,
    [campaignId],
  );
  const { rows: calls } = await database.client.query<DialledCall>(
    `insert into calls (id, campaign_id, lead_id, attributed_by, phone, attempt, agent_id, conversation_id, call_sid,
       status, started_at, deadline_at, day)
     select id || '.1', campaign_id, id, 'dial', phone, 1, 'agent_default', 'conv_' || replace(id::text, '-', ''),
       'CA' || replace(id::text, '-', ''), 'in_progress', now() - interval '2 minutes',
       now() + interval '15 minutes', current_date
     from leads where campaign_id = $1
     returning id, lead_id as "leadId", phone, conversation_id as "conversationId"`,
    [campaignId],
  );
  await database.client.query('vacuum analyze');
  const waiting = [...calls];
  const startOn = async () => {
    for (let call = waiting.pop(); call !== undefined; call = waiting.pop()) {
      await temporal.client.workflow.start('leadWorkflow', {
        workflowId: leadWorkflowId(call.leadId),
        taskQueue: QUEUE_WITHOUT_WORKER,
        args: [{ leadId: call.leadId, campaignWorkflowId: campaignWorkflowId(campaignId) }],
      });
    }
  };
  await Promise.all(Array.from({ length: STARTS_AT_ONCE }, startOn));
  return calls;
}
