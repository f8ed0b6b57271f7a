import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import type { Env } from './env.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const seconds = z.coerce.number().positive().max(86_400);
const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');
const url = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

const schema = z.object({
  PORT: port.default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: url.optional(),
  DATABASE_URL: z.string({ error: 'is required' }).regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL'),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(10),
  TEMPORAL_ADDRESS: z.string({ error: 'is required' }).regex(/^[^\s/]+:\d+$/, 'must be host:port'),
  TEMPORAL_NAMESPACE: z.string().default('default'),
  TEMPORAL_API_KEY: z.string().optional(),
  TEMPORAL_TLS: flag.optional(),
  TEMPORAL_TASK_QUEUE: z.string().default('ringleader'),
  TEMPORAL_WEB_URL: url.optional(),
  RINGLEADER_API_KEY: z.string().min(20, 'must have at least 20 characters').optional(),
  ELEVENLABS_API_KEY: z.string({ error: 'is required' }),
  ELEVENLABS_AGENT_ID: z.string().optional(),
  ELEVENLABS_BASE_URL: url.optional(),
  ELEVENLABS_WEBHOOK_SECRET: z
    .string({ error: 'is required: without it no webhook can be verified' })
    .transform((list) =>
      list
        .split(',')
        .map((secret) => secret.trim())
        .filter(Boolean),
    )
    .refine((secrets) => secrets.length > 0, 'must name at least one secret'),
  ELEVENLABS_CENTS_PER_CREDIT: z.coerce.number().min(0).default(0.02),
  TWILIO_ACCOUNT_SID: z.string().optional(),
  TWILIO_AUTH_TOKEN: z.string().optional(),
  TWILIO_BASE_URL: url.optional(),
  TWILIO_PHONE_NUMBER: z
    .string()
    .regex(/^(\+\d{6,15}|MG[0-9a-f]{32})$/, 'must be a number such as +12125550190 or a messaging service')
    .optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp or smtps URL' }).optional(),
  MAIL_FROM: z.string().optional(),
  RECORDINGS_DIR: z.string().default('.ringleader/recordings'),
  RECORDINGS_MAX_MB: z.coerce.number().positive().max(1_000_000).default(2_000),
  SYNC_EVERY_SECONDS: seconds.default(300),
  OUTBOUND_WEBHOOKS_ALLOW: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((address) => address.trim())
        .filter(Boolean),
    )
    .refine(
      (list) => list.every((entry) => ipaddr.isValid(entry) || ipaddr.isValidCIDR(entry)),
      'must name addresses or networks such as 10.0.0.0/8',
    ),
  DIAL_TIMEOUT_SECONDS: seconds.default(30),
  POLL_AFTER_SECONDS: seconds.default(90),
  POLL_EVERY_SECONDS: seconds.default(30),
  RECONCILE_FOR_SECONDS: seconds.default(180),
  CALL_MARGIN_SECONDS: seconds.default(60),
  SWEEP_EVERY_SECONDS: seconds.default(60),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** The validated configuration. Durations are in milliseconds. */
export interface Config {
  port: number;
  host: string;
  publicUrl: string | null;
  databaseUrl: string;
  databasePool: number;
  temporal: { address: string; namespace: string; apiKey: string | null; tls: boolean; taskQueue: string };
  /** Address of Temporal's Web UI, for the dashboard's links. */
  temporalWebUrl: string | null;
  apiKey: string | null;
  elevenLabs: {
    apiKey: string;
    agentId: string | null;
    baseUrl: string | null;
    webhookSecrets: string[];
    centsPerCredit: number;
  };
  /** Null without a Twilio account: the carrier then cannot be asked about a dial whose answer was lost. */
  twilio: {
    accountSid: string;
    authToken: string;
    baseUrl: string | null;
    /** A number or a messaging service (`MG…`). Null: texts cannot be sent. */
    textsFrom: string | null;
  } | null;
  /** Null: mails cannot be sent. */
  mail: { smtpUrl: string; from: string } | null;
  recordings: { dir: string; maxBytes: number };
  /** Private addresses (`127.0.0.1`, `10.0.0.0/8`) that outbound webhooks may go to. */
  outboundWebhooksAllow: string[];
  timeouts: {
    dialTimeoutMs: number;
    pollAfterMs: number;
    pollEveryMs: number;
    reconcileForMs: number;
    callMarginMs: number;
    sweepEveryMs: number;
    syncEveryMs: number;
  };
  logLevel: string;
}

/** Every problem of the configuration, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

/** @throws ConfigError naming every variable that is missing or invalid. */
export function loadConfig(env: Env): Config {
  const parsed = schema.safeParse(env);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  if ((env.TWILIO_ACCOUNT_SID === undefined) !== (env.TWILIO_AUTH_TOKEN === undefined)) {
    problems.push('TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN must be set together');
  }
  if ((env.SMTP_URL === undefined) !== (env.MAIL_FROM === undefined)) {
    problems.push('SMTP_URL and MAIL_FROM must be set together');
  }
  if (parsed.success) problems.push(...impatience(parsed.data));
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  return toConfig(parsed.data);
}

/** A provider's list may show a placed call only after so long. The simulated network's is on this machine, and quick. */
const LEAST_RECONCILE_SECONDS = 60;

function impatience({
  RECONCILE_FOR_SECONDS: seconds,
  ELEVENLABS_BASE_URL: baseUrl,
}: z.infer<typeof schema>): string[] {
  const isSimulated = baseUrl !== undefined && isLoopback(new URL(baseUrl).hostname);
  if (isSimulated || seconds >= LEAST_RECONCILE_SECONDS) return [];
  return [
    `RECONCILE_FOR_SECONDS must be at least ${LEAST_RECONCILE_SECONDS}, unless ELEVENLABS_BASE_URL is on this machine: a provider may list a placed call only after that long, and one that is not found would be dialled a second time`,
  ];
}

function isLoopback(hostname: string): boolean {
  const address = hostname.replace(/^\[|\]$/g, '');
  return (
    address === 'localhost' || (ipaddr.isValid(address) && ipaddr.process(address).range() === 'loopback')
  );
}

function toConfig(values: z.infer<typeof schema>): Config {
  const ms = (value: number) => Math.round(value * 1_000);
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = values;
  return {
    port: values.PORT,
    host: values.HOST,
    publicUrl: values.PUBLIC_URL ?? null,
    databaseUrl: values.DATABASE_URL,
    databasePool: values.DATABASE_POOL,
    temporal: {
      address: values.TEMPORAL_ADDRESS,
      namespace: values.TEMPORAL_NAMESPACE,
      apiKey: values.TEMPORAL_API_KEY ?? null,
      tls: values.TEMPORAL_TLS ?? values.TEMPORAL_API_KEY !== undefined,
      taskQueue: values.TEMPORAL_TASK_QUEUE,
    },
    temporalWebUrl: values.TEMPORAL_WEB_URL ?? null,
    apiKey: values.RINGLEADER_API_KEY ?? null,
    elevenLabs: {
      apiKey: values.ELEVENLABS_API_KEY,
      agentId: values.ELEVENLABS_AGENT_ID ?? null,
      baseUrl: values.ELEVENLABS_BASE_URL ?? null,
      webhookSecrets: values.ELEVENLABS_WEBHOOK_SECRET,
      centsPerCredit: values.ELEVENLABS_CENTS_PER_CREDIT,
    },
    twilio:
      accountSid && authToken
        ? {
            accountSid,
            authToken,
            baseUrl: values.TWILIO_BASE_URL ?? null,
            textsFrom: values.TWILIO_PHONE_NUMBER ?? null,
          }
        : null,
    mail: values.SMTP_URL && values.MAIL_FROM ? { smtpUrl: values.SMTP_URL, from: values.MAIL_FROM } : null,
    recordings: { dir: values.RECORDINGS_DIR, maxBytes: Math.round(values.RECORDINGS_MAX_MB * 1_000_000) },
    outboundWebhooksAllow: values.OUTBOUND_WEBHOOKS_ALLOW,
    timeouts: {
      dialTimeoutMs: ms(values.DIAL_TIMEOUT_SECONDS),
      pollAfterMs: ms(values.POLL_AFTER_SECONDS),
      pollEveryMs: ms(values.POLL_EVERY_SECONDS),
      reconcileForMs: ms(values.RECONCILE_FOR_SECONDS),
      callMarginMs: ms(values.CALL_MARGIN_SECONDS),
      sweepEveryMs: ms(values.SWEEP_EVERY_SECONDS),
      syncEveryMs: ms(values.SYNC_EVERY_SECONDS),
    },
    logLevel: values.LOG_LEVEL,
  };
}
