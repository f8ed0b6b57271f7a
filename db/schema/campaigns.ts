import type { ColumnType, Generated } from 'kysely';
import type { CampaignStatus } from '#domain/campaign.ts';
import type { CampaignSettings } from '#domain/settings.ts';

export interface CampaignsTable {
  id: string;
  name: string;
  status: Generated<CampaignStatus>;
  agent_id: string;
  phone_number_ids: string[];
  settings_version: number;
  /** Set time of the start, while scheduled. */
  start_at: Date | null;
  started_at: Date | null;
  finished_at: Date | null;
  paused_at: Date | null;
  /** Why the campaign paused itself; null when a person did it. */
  pause_reason: string | null;
  archived_at: Date | null;
  /** The earliest instant of the next dial by the campaign's pace. */
  next_pace_at: Date | null;
  /** The version of the settings by which every lead that waits has been judged. */
  judged_version: Generated<number>;
  /** Set time of the end: from then on nobody is dialled. */
  end_at: Date | null;
  /** When that end took effect. */
  ended_at: Date | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** How often a campaign was changed in a way that its workflow must know of, and up to which change it has read. */
export interface CampaignChangesTable {
  campaign_id: string;
  generation: Generated<number>;
  seen_generation: Generated<number>;
  /** When the first change was made that the workflow has not read. */
  changed_at: Generated<Date>;
}

/** Every version of a campaign's settings; `campaigns.settings_version` names the one in force. */
export interface CampaignSettingsTable {
  campaign_id: string;
  version: number;
  settings: ColumnType<CampaignSettings, string, never>;
  created_at: Generated<Date>;
}
