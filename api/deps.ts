import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Config } from '../config/config.ts';
import type { Logger } from '../config/logger.ts';
import type { Db } from '../db/client.ts';
import type { Actor } from '../db/queries/api-keys.ts';
import type { VoiceProvider } from '../providers/ports.ts';
import type { CampaignControl } from './temporal.ts';

/** What the API rests on. Tests put their own in its place. */
export interface ApiDeps {
  db: Db;
  temporal: CampaignControl;
  voice: VoiceProvider;
  config: Pick<Config, 'elevenLabs' | 'publicUrl'>;
  logger: Logger;
  /** The time by which everything is judged. */
  clock: () => Date;
}

/** What middleware leaves for handlers. `actor` is set on every route below /api. */
export interface ApiEnv {
  Variables: { actor: Actor };
}

export type Api = OpenAPIHono<ApiEnv>;
