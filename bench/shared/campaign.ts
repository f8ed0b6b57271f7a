import { campaignWorkflowId } from '#domain/ids.ts';
import { ALWAYS_OPEN, type CampaignSettings } from '#domain/settings.ts';
import { leadCsv } from './fictional-leads.ts';
import type { BenchDatabase, BenchTemporal, Product } from './rig.ts';

/** An open window and no caps, so that only the machinery takes time. */
const OPEN: Partial<CampaignSettings> = {
  window: ALWAYS_OPEN,
  caps: { perDay: null, perWeek: null, minGapSeconds: 0 },
};

export interface CampaignParts {
  product: Product;
  database: BenchDatabase;
  temporal: BenchTemporal;
}

/** An imported campaign, ready to start. The pace is written past the API, which allows 100 a second. */
export async function importCampaign(
  { product, database }: CampaignParts,
  options: { numbers: readonly string[]; lines: number; callsPerSecond: number },
): Promise<{ campaignId: string; importMs: number }> {
  const { numbers, lines, callsPerSecond } = options;
  const settings = { ...OPEN, lines };
  const { id } = await product.call<{ id: string }>('POST', '/api/campaigns', { name: 'Bench', settings });
  await database.client.query(
    `update campaign_settings set settings = jsonb_set(settings, '{callsPerSecond}', to_jsonb($2::numeric))
      where campaign_id = $1`,
    [id, callsPerSecond],
  );
  await database.client.query('update workspace set lines = greatest(lines, $1)', [lines]);
  const startedMs = performance.now();
  const report = await product.call<{ accepted: number }>(
    'POST',
    `/api/campaigns/${id}/leads/import`,
    leadCsv(numbers),
  );
  if (report.accepted !== numbers.length) throw new Error(`The import gave ${JSON.stringify(report)}.`);
  return { campaignId: id, importMs: performance.now() - startedMs };
}

/**
 * Runs an imported campaign to the end of its workflow.
 *
 * @throws Error when a lead was not answered in exactly one call, since that is another run than the one to
 * measure
 */
export async function runCampaign(
  { product, database, temporal }: CampaignParts,
  campaignId: string,
): Promise<number> {
  const startedMs = performance.now();
  await product.call('POST', `/api/campaigns/${campaignId}/start`, {});
  await temporal.client.workflow.getHandle(campaignWorkflowId(campaignId)).result();
  const runMs = performance.now() - startedMs;
  const { rows } = await database.client.query<{ reach: string; source: string; calls: number }>(
    `select reach, source, count(*)::int as calls from calls where campaign_id = $1
      group by 1, 2 order by 3 desc`,
    [campaignId],
  );
  const { rows: leads } = await database.client.query<{ total: number; once: number }>(
    `select count(*)::int as total, count(*) filter (where attempts_used = 1)::int as once
      from leads where campaign_id = $1`,
    [campaignId],
  );
  const [{ total, once } = { total: 0, once: -1 }] = leads;
  const reported = rows.filter(({ reach, source }) => reach === 'answered' && source === 'webhook');
  if (total !== once || reported[0]?.calls !== total) {
    throw new Error(
      `Not every lead was one answered call reported by webhook: ${JSON.stringify({ leads, rows })}`,
    );
  }
  return runMs;
}

export async function leadIdsOf({ database }: CampaignParts, campaignId: string): Promise<string[]> {
  const { rows } = await database.client.query<{ id: string }>(
    'select id from leads where campaign_id = $1 order by id',
    [campaignId],
  );
  return rows.map(({ id }) => id);
}
