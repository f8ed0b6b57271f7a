import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Config } from '#config/config.ts';
import type { Logger } from '#config/logger.ts';
import type { Db } from '#db/client.ts';
import type { Actor } from '#db/queries/api-keys.ts';
import type { Carrier, VoiceProvider } from '#providers/ports.ts';
import type { CampaignControl } from '#temporal/control.ts';
import type { EventHub } from './stream/hub.ts';

/** What the API rests on. Tests put their own in its place. */
export interface ApiDeps {
  db: Db;
  temporal: CampaignControl;
  voice: VoiceProvider;
  /** Null when no carrier account is configured. */
  carrier: Carrier | null;
  config: Pick<Config, 'elevenLabs' | 'twilio' | 'publicUrl' | 'recordings' | 'outboundWebhooksAllow'> & {
    temporal?: Pick<Config['temporal'], 'namespace'>;
    temporalWebUrl?: string | null;
  };
  /** Where the built dashboard is, when not in its usual place. */
  dashboardDir?: string;
  /** Tells clients what happens, as it happens. */
  stream: EventHub;
  logger: Logger;
  /** The time by which everything is judged. */
  clock: () => Date;
}

/** What middleware and handlers leave for each other. `actor` is set on every route below /api. */
export interface ApiEnv {
  Variables: {
    actor: Actor;
    /** The hash of the dashboard's session that the request came with; not set for one that brought a key. */
    sessionHash?: string;
    /** What a repetition under the same Idempotency-Key gets, when the answer holds a secret that is not to be kept. */
    answerToKeep?: unknown;
    /** The answer is good for minutes only and holds a secret: a repetition makes it anew, and none is kept. */
    madeAnew?: true;
  };
}

export type Api = OpenAPIHono<ApiEnv>;
