import { createHash, timingSafeEqual } from 'node:crypto';
import { createRoute, z } from '@hono/zod-openapi';
import { findCampaign } from '#db/queries/campaigns.ts';
import { leadsOfContact } from '#db/queries/contact-leads.ts';
import { findLead } from '#db/queries/leads.ts';
import { parsePhone } from '#domain/phone.ts';
import { verifyElevenLabsSignature } from '#providers/elevenlabs/webhook.ts';
import { tellHistory } from '#services/calls/history.ts';
import type { Api, ApiContext } from '../context.ts';
import { Problem } from '../http/errors.ts';
import { type BodyLimit, readBody } from '../http/limits.ts';
import { json, problems } from '../schemas/problem.ts';

const LIMIT: BodyLimit = { maxBytes: 16 * 1024, idleMs: 2_000, totalMs: 5_000 };
/** The caller hears nothing until we have answered: past this the call begins without knowing who it is. */
const ANSWER_WITHIN_MS = 400;

const Variables = z.record(z.string(), z.union([z.string(), z.boolean()]));
type Variables = z.infer<typeof Variables>;

/** Of a caller whom nobody knows. The agent's prompt may use every one of these. */
const UNKNOWN_CALLER: Variables = { known_caller: false, name: '', campaign: '', history: '' };

const route = createRoute({
  method: 'post',
  path: '/webhooks/elevenlabs/initiation',
  operationId: 'answerInitiation',
  tags: ['webhooks'],
  summary: 'Who calls: variables for an inbound call, within half a second',
  description:
    'Authenticated by the header ElevenLabs-Signature where it is sent, else by X-Ringleader-Secret: a header ' +
    'that is set for this webhook at the provider, and holds one of the configured webhook secrets.',
  request: {
    body: { required: true, content: { 'application/json': { schema: { type: 'object' as const } } } },
  },
  responses: {
    200: json(
      'What the agent is told of the caller',
      z
        .object({ type: z.literal('conversation_initiation_client_data'), dynamic_variables: Variables })
        .openapi('CallInitiation'),
    ),
    ...problems(400, 401, 408, 413),
  },
});

export function answerInitiation(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const rawBody = await readBody(c.req.raw, LIMIT);
    authenticate(context, rawBody, {
      signature: c.req.header('elevenlabs-signature'),
      secret: c.req.header('x-ringleader-secret'),
      at: await context.now(),
    });
    const caller = parsePhone(callerOf(rawBody));
    const variables = caller.ok ? await inTime(variablesOf(context, caller.e164)) : null;
    if (caller.ok && variables === null) context.logger.warn({}, 'an inbound call begins without context');
    return c.json(
      {
        type: 'conversation_initiation_client_data' as const,
        dynamic_variables: variables ?? UNKNOWN_CALLER,
      },
      200,
    );
  });
}

/**
 * The provider signs its other webhooks, and to this one sends the headers that were configured with it: hence a
 * shared secret in a header where there is no signature.
 *
 * @throws Problem 401
 */
function authenticate(
  { config }: ApiContext,
  rawBody: Buffer,
  { signature, secret, at }: { signature: string | undefined; secret: string | undefined; at: Date },
): void {
  const secrets = config.elevenLabs.webhookSecrets;
  if (signature !== undefined) {
    const check = verifyElevenLabsSignature({ rawBody, header: signature, secrets, now: at });
    if (check.ok) return;
    throw new Problem('invalid-signature', `The signature is ${check.reason}.`);
  }
  const given = digest(secret ?? '');
  // Every secret is compared: how long it takes must not tell which one was near.
  const matches = secrets.filter((known) => known !== '' && timingSafeEqual(digest(known), given));
  if (matches.length === 0) throw new Problem('invalid-signature', 'The secret is missing or wrong.');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** https://elevenlabs.io/docs/eleven-agents/customization/personalization/twilio-personalization */
function callerOf(rawBody: Buffer): string {
  try {
    const parsed: unknown = JSON.parse(rawBody.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null) {
      return 'caller_id' in parsed && typeof parsed.caller_id === 'string' ? parsed.caller_id : '';
    }
  } catch {
    // Answered below, as anything else that is no object.
  }
  throw new Problem('malformed-request', 'The request is not a JSON object.');
}

/** Null when it takes too long, or fails: a call is better begun without knowing than not at all. */
async function inTime(work: Promise<Variables>): Promise<Variables | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ANSWER_WITHIN_MS, null);
  });
  try {
    return await Promise.race([work.catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function variablesOf({ db, now }: ApiContext, phone: string): Promise<Variables> {
  const at = await now();
  const [leads, history] = await Promise.all([leadsOfContact(db, phone), tellHistory(db, phone, at)]);
  const [latest] = leads;
  if (latest === undefined) return { ...UNKNOWN_CALLER, history };
  const [lead, campaign] = await Promise.all([
    findLead(db, latest.leadId),
    findCampaign(db, latest.campaignId),
  ]);
  return {
    ...UNKNOWN_CALLER,
    ...(lead?.variables ?? {}),
    known_caller: true,
    lead_id: latest.leadId,
    name: lead?.name ?? '',
    ...(lead?.email == null ? {} : { email: lead.email }),
    campaign: campaign?.name ?? '',
    history,
  };
}
