import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { z } from 'zod';
import { findAgent, findPhoneNumber } from '../fleet.ts';
import { type DialOutcome, type LedgerEntry, openEntry } from '../ledger.ts';
import { isRefusedNumber } from '../people.ts';
import { between, seededRandom } from '../random.ts';
import type { JsonObject } from '../talks.ts';
import { leaveUnanswered } from '../unanswered.ts';
import type { World } from '../world.ts';
import { invalid, problem } from './errors.ts';

type DialContext = Context<{ Bindings: HttpBindings }>;

const DEFAULT_RING_SECONDS = 60;
const DEFAULT_MAX_CALL_SECONDS = 600;
const MAX_HOLD_MS = 20_000;
const ANSWER_AFTER_MS = [60, 240] as const;

const clientDataSchema = z.looseObject({
  user_id: z.string().nullish(),
  dynamic_variables: z.record(z.string(), z.unknown()).nullish(),
  conversation_config_override: z
    .looseObject({
      conversation: z.looseObject({ max_duration_seconds: z.int().min(1).nullish() }).nullish(),
    })
    .nullish(),
});

const dialSchema = z.looseObject({
  agent_id: z.string(),
  agent_phone_number_id: z.string(),
  to_number: z.string(),
  conversation_initiation_client_data: clientDataSchema.nullish(),
  telephony_call_config: z.looseObject({ ringing_timeout_secs: z.int().min(1).nullish() }).nullish(),
});

type Dial = z.infer<typeof dialSchema>;

/**
 * Handles `POST /v1/convai/twilio/outbound-call` and enters every request in the ledger, refused ones
 * included. ElevenLabs does not document what a dial beyond the concurrency limit is answered with; here it
 * is 429.
 */
export function dialHandler(world: World): (c: DialContext) => Promise<Response> {
  const requestsByNumber = new Map<string, number>();

  return async (c) => {
    const body: unknown = await c.req.json().catch(() => null);
    const entry = entryOf(body);
    world.ledger.add(entry);
    if (!c.req.header('xi-api-key')) return problem(c, 401, 'missing_api_key', 'No API key was given.');

    const parsed = dialSchema.safeParse(body);
    if (!parsed.success) return invalid(c, parsed.error.issues.map(locate));
    const refusal = refuse(c, parsed.data);
    if (refusal !== null) return refusal;

    const { maxConcurrentCalls, ledger, faults } = world;
    if (maxConcurrentCalls !== null && ledger.liveCalls >= maxConcurrentCalls) {
      entry.answer = 'throttled';
      return problem(c, 429, 'too_many_concurrent_requests', 'Too many calls are in flight.');
    }
    // Counted here, independent of timing, so that a repeated run meets the same faults.
    const nth = requestsByNumber.get(entry.to) ?? 0;
    requestsByNumber.set(entry.to, nth + 1);
    const place = [entry.to, nth];
    if (faults.strikes('dialRefuse', ...place)) {
      return problem(c, 400, 'invalid_phone_number', 'The number cannot be called.', 'to_number');
    }
    if (faults.strikes('dialThrottle', ...place)) {
      entry.answer = 'throttled';
      const { retryAfterSeconds } = faults.options;
      if (retryAfterSeconds > 0) c.header('Retry-After', String(retryAfterSeconds));
      return problem(c, 429, 'system_busy', 'The system is busy; try again later.');
    }
    if (faults.strikes('dialServerErrorBeforeAccept', ...place)) {
      entry.answer = 'server_error';
      return problem(c, 500, 'internal_error', 'Something went wrong.');
    }
    return accept(c, world, { dial: parsed.data, entry, place });
  };
}

async function accept(
  c: DialContext,
  world: World,
  { dial, entry, place }: { dial: Dial; entry: LedgerEntry; place: Array<string | number> },
): Promise<Response> {
  const { faults } = world;
  entry.accepted = true;
  entry.answer = answerAfterAccept(world, place);
  const { call, concluded } = world.exchange.place(orderOf(dial, entry));
  if (faults.strikes('webhookBeforeAnswer', ...place)) {
    await Promise.race([concluded, world.timers.sleep(MAX_HOLD_MS)]);
  } else {
    const [low, high] = ANSWER_AFTER_MS;
    await world.timers.sleep(between(seededRandom('answer', world.seed, ...place), low, high) / world.speed);
  }
  const answer = {
    success: true,
    message: 'Success',
    conversation_id: call.conversationId,
    callSid: call.callSid,
  };
  switch (entry.answer) {
    case 'server_error':
      return problem(c, 500, 'internal_error', 'Something went wrong.');
    case 'malformed':
      return c.json({ ...answer, message: undefined });
    case 'reset':
    case 'timeout':
      return await leaveUnanswered(c, entry.answer);
    default:
      return c.json(answer);
  }
}

function answerAfterAccept({ faults }: World, place: Array<string | number>): DialOutcome {
  if (faults.strikes('dialServerErrorAfterAccept', ...place)) return 'server_error';
  if (faults.strikes('dialMalformedAfterAccept', ...place)) return 'malformed';
  if (faults.strikes('dialTimeoutAfterAccept', ...place)) return 'timeout';
  if (faults.strikes('dialResetAfterAccept', ...place)) return 'reset';
  return 'placed';
}

function locate({ path, message }: z.core.$ZodIssue): { loc: string[]; msg: string } {
  return { loc: ['body', ...path.map(String)], msg: message };
}

function refuse(c: DialContext, dial: Dial): Response | null {
  if (findAgent(dial.agent_id) === null) {
    return problem(c, 404, 'agent_not_found', `No agent has the id ${dial.agent_id}.`, 'agent_id');
  }
  if (findPhoneNumber(dial.agent_phone_number_id) === null) {
    const message = `No phone number has the id ${dial.agent_phone_number_id}.`;
    return problem(c, 404, 'phone_number_not_found', message, 'agent_phone_number_id');
  }
  if (!/^\+[1-9]\d{6,14}$/.test(dial.to_number) || isRefusedNumber(dial.to_number)) {
    return problem(c, 400, 'invalid_phone_number', 'The number cannot be called.', 'to_number');
  }
  return null;
}

function orderOf(dial: Dial, entry: LedgerEntry): Parameters<World['exchange']['place']>[0] {
  const clientData = dial.conversation_initiation_client_data ?? {};
  return {
    direction: 'outbound',
    attemptId: entry.attemptId,
    userId: dial.conversation_initiation_client_data?.user_id ?? null,
    agentId: dial.agent_id,
    phoneNumberId: dial.agent_phone_number_id,
    from: findPhoneNumber(dial.agent_phone_number_id)?.phoneNumber ?? '',
    to: dial.to_number,
    clientData,
    variables: dial.conversation_initiation_client_data?.dynamic_variables ?? {},
    ringTimeoutSeconds: dial.telephony_call_config?.ringing_timeout_secs ?? DEFAULT_RING_SECONDS,
    maxDurationSeconds:
      dial.conversation_initiation_client_data?.conversation_config_override?.conversation
        ?.max_duration_seconds ?? DEFAULT_MAX_CALL_SECONDS,
    entry,
  };
}

/** Accepts a body of any shape, since refused requests are entered too. */
function entryOf(body: unknown): LedgerEntry {
  const request = asObject(body);
  const clientData = asObject(request.conversation_initiation_client_data);
  const variables = asObject(clientData.dynamic_variables);
  return openEntry({
    attemptId: text(variables.attempt_id) || text(clientData.user_id) || null,
    to: text(request.to_number),
    fromNumberId: text(request.agent_phone_number_id),
    agentId: text(request.agent_id),
  });
}

function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
