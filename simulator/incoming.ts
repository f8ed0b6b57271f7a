import { z } from 'zod';
import type { SimulatedCall } from './calls.ts';
import { findAgent, PHONE_NUMBERS } from './fleet.ts';
import { openEntry } from './ledger.ts';
import { digest } from './random.ts';
import type { JsonObject } from './talks.ts';
import type { InitiationTarget, World } from './world.ts';

/** A person's call to one of the workspace's numbers, both E.164. */
export interface IncomingCall {
  from: string;
  to: string;
}

const INITIATION_TIMEOUT_MS = 2_000;
const DEFAULT_MAX_CALL_SECONDS = 600;

const answerSchema = z.looseObject({
  type: z.literal('conversation_initiation_client_data'),
  dynamic_variables: z.record(z.string(), z.unknown()).nullish(),
  conversation_config_override: z.record(z.string(), z.unknown()).nullish(),
  user_id: z.string().nullish(),
});

const targetSchema = z
  .strictObject({ url: z.url(), headers: z.record(z.string(), z.string()).optional() })
  .nullable();
const callSchema = z.strictObject({
  from: z.string().regex(/^\+[1-9]\d{6,14}$/),
  to: z.string().regex(/^\+[1-9]\d{6,14}$/),
});

/** Throws an error that names the fault. */
export function parseInitiationTarget(value: unknown): InitiationTarget | null {
  const result = targetSchema.safeParse(value);
  if (!result.success) throw new TypeError(`bad initiation target: ${z.prettifyError(result.error)}`);
  if (result.data === null) return null;
  const { url, headers } = result.data;
  return headers === undefined ? { url } : { url, headers };
}

/** Throws an error that names the fault. */
export function parseIncomingCall(value: unknown): IncomingCall {
  const result = callSchema.safeParse(value);
  if (!result.success) throw new TypeError(`bad incoming call: ${z.prettifyError(result.error)}`);
  return result.data;
}

/**
 * A person calls one of our numbers: the initiation webhook is asked about the caller (2 s of the wall clock;
 * no answer or a malformed one counts as nothing known), then the agent's conversation runs. Throws when the
 * number is not the workspace's or has no agent.
 */
export async function callIn(world: World, { from, to }: IncomingCall): Promise<SimulatedCall> {
  const number = PHONE_NUMBERS.find(({ phoneNumber }) => phoneNumber === to);
  if (number === undefined) throw new RangeError(`${to} is not a number of the workspace`);
  const agent = findAgent(number.assignedAgentId ?? '');
  if (agent === null) throw new RangeError(`${to} has no agent`);
  const nth = world.exchange.calls.number(from).length;
  const callSid = `CA${digest('incoming', world.seed, from, nth, world.exchange.calls.size).slice(0, 32)}`;
  const clientData = await requestInitiation(world, {
    caller_id: from,
    agent_id: agent.agentId,
    called_number: to,
    call_sid: callSid,
  });
  const { call } = world.exchange.place({
    direction: 'inbound',
    callSid,
    attemptId: null,
    userId: typeof clientData.user_id === 'string' ? clientData.user_id : null,
    agentId: agent.agentId,
    phoneNumberId: number.phoneNumberId,
    from,
    to,
    clientData,
    variables: (clientData.dynamic_variables as JsonObject | null | undefined) ?? {},
    ringTimeoutSeconds: DEFAULT_MAX_CALL_SECONDS,
    maxDurationSeconds: DEFAULT_MAX_CALL_SECONDS,
    entry: {
      ...openEntry({ attemptId: null, to, fromNumberId: number.phoneNumberId, agentId: agent.agentId }),
      accepted: true,
      answer: 'placed',
    },
  });
  const { agentId, receivedAt, conversationId, webhooks } = call.entry;
  world.ledger.addIncoming({ from, to, agentId, receivedAt, conversationId, callSid, webhooks });
  return call;
}

/** The product's answer, or an empty object. */
async function requestInitiation(world: World, question: JsonObject): Promise<JsonObject> {
  if (world.initiation === null) return {};
  const { url, headers = {} } = world.initiation;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(question),
      redirect: 'manual',
      signal: AbortSignal.timeout(INITIATION_TIMEOUT_MS),
    });
    const answer = answerSchema.safeParse(await response.json());
    if (!response.ok || !answer.success) return {};
    const { type: _type, ...clientData } = answer.data;
    return clientData;
  } catch {
    // The call proceeds with what the agent knows by itself.
    return {};
  }
}
