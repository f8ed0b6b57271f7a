import { type CampaignSettings, DEFAULT_SETTINGS } from '#domain/settings.ts';
import type { Db, Tx } from '../client.ts';

/** The settings in force. @throws Error when there is no such campaign. */
export async function currentSettings(
  db: Db | Tx,
  campaignId: string,
): Promise<{ version: number; settings: CampaignSettings }> {
  const row = await db
    .selectFrom('campaigns')
    .innerJoin('campaign_settings', (join) =>
      join
        .onRef('campaign_settings.campaign_id', '=', 'campaigns.id')
        .onRef('campaign_settings.version', '=', 'campaigns.settings_version'),
    )
    .select(['campaign_settings.version', 'campaign_settings.settings'])
    .where('campaigns.id', '=', campaignId)
    .executeTakeFirstOrThrow();
  // A version stored before a setting existed has its default.
  return { version: row.version, settings: { ...DEFAULT_SETTINGS, ...row.settings } };
}

/** The settings in force of several campaigns, and the default ones for what belongs to none. */
export async function settingsOf(
  db: Db | Tx,
  campaignIds: readonly (string | null)[],
): Promise<(campaignId: string | null) => CampaignSettings> {
  const known = new Map<string, CampaignSettings>();
  for (const id of new Set(campaignIds)) {
    if (id !== null) known.set(id, (await currentSettings(db, id)).settings);
  }
  return (id) => (id === null ? undefined : known.get(id)) ?? DEFAULT_SETTINGS;
}
