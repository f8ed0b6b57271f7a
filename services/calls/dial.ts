import { type CallRow, readCallRow } from '#db/queries/calls.ts';
import type { Hold } from '#domain/gate.ts';
import type { DialAnswer, PreparedDial } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { historyOf } from './history.ts';
import type { Permit } from './permit.ts';
import { ABSENT_EVERYWHERE, reconcile } from './reconcile.ts';
import { type Absence, recordNotPlaced, recordPlaced } from './record.ts';
import type { DialTerms } from './subject.ts';

/** What a dial came to: the call as it is now, and why no phone rang, where that is certain. */
export interface Dialled {
  call: CallRow;
  /** Null for a call that may be under way: its end is waited for. */
  absence: Absence | null;
  /** The rule by which the gate held it when it was passed again; no phone rang then. */
  hold?: Hold;
}

/** A call that may be under way, for the workflow that waits for its end. Times are ISO. */
export interface PlacedCall {
  kind: 'placed';
  callId: string;
  pollAfterMs: number;
  deadlineAt: string;
  ended: boolean;
}

export function placedCall({ timeouts }: Pick<Context, 'timeouts'>, call: CallRow): PlacedCall {
  return {
    kind: 'placed',
    callId: call.id,
    pollAfterMs: timeouts.pollAfterMs,
    deadlineAt: call.deadline_at.toISOString(),
    ended: call.status === 'ended',
  };
}

/** Why a call is not placed that no run has dialled in time. */
export const NOBODY_CAME = 'Nobody came to dial it in time.';

/** What is read before the gate, so that nothing but the request follows it. */
export interface DialPreparation {
  voice: PreparedDial;
  /** Earlier calls and texts with the contact, for the agent. */
  history: string;
}

export async function prepareDial(
  { db, voice, now }: Pick<Context, 'db' | 'voice' | 'now'>,
  { phone, agentId }: { phone: string; agentId: string },
): Promise<DialPreparation> {
  const [prepared, history] = await Promise.all([
    voice.prepareDial(agentId),
    historyOf(db, phone, await now()),
  ]);
  return { voice: prepared, history };
}

/** A passed gate: the row that it wrote, how it is dialled, and for how long that is allowed. */
export interface Passed {
  call: CallRow;
  terms: DialTerms;
  permit: Permit;
}

type PassedAgain =
  | ({ kind: 'go' } & Passed)
  | { kind: 'met'; call: CallRow }
  | { kind: 'held'; verdict: Hold; call: CallRow };

/** A process that comes too late for its permission more often than this in a row is too slow to dial. */
const MOST_PASSES = 5;
const TOO_SLOW =
  'This machine is too slow: each permission to dial ran out before the request could be sent.';

/**
 * Dials. Only the run of an activity that wrote the intent, or marked that it dials, may come here, and once: every
 * other run looks for what came of the dial instead (`resume`). Where the permission runs out before the request can
 * be sent, the gate is passed `again`.
 */
export async function dial(
  context: Context,
  first: Passed,
  { prepared, again }: { prepared: DialPreparation; again: () => Promise<PassedAgain> },
): Promise<Dialled> {
  let passed = first;
  for (let passes = 1; ; passes += 1) {
    const { call, terms, permit } = passed;
    await context.checkpoint?.('intent_committed');
    const answer = await send(context, passed, prepared);
    if (answer.kind !== 'kept_back') {
      await context.checkpoint?.('dial_answered');
      return await recordAnswer(context, call, answer, terms);
    }
    // Another run may have looked for this call by now, in vain. Only this run could have dialled, so that it is
    // certain that nobody did.
    if (permit.ageMs > context.timeouts.dialTimeoutMs) {
      return await endAsNotPlaced(context, call, { failure: NOBODY_CAME, source: null }, terms);
    }
    if (passes >= MOST_PASSES) {
      return await endAsNotPlaced(context, call, { failure: TOO_SLOW, source: null }, terms);
    }
    // Whoever shuts down meanwhile does not begin anew.
    const standsBack = context.standsBack();
    if (standsBack !== null) {
      return await endAsNotPlaced(context, call, { failure: standsBack, source: null }, terms);
    }
    const next = await again();
    if (next.kind === 'met') return await resume(context, next.call);
    if (next.kind === 'held') return { call: next.call, absence: null, hold: next.verdict };
    passed = next;
  }
}

/** Nothing is awaited between the question whether it may be sent and the request. */
async function send(
  context: Context,
  { call, terms, permit }: Passed,
  prepared: DialPreparation,
): Promise<DialAnswer> {
  const to = call.phone ?? '';
  // The campaign was given another agent since: what is read of that one takes time, for which the permit accounts.
  const { voice, history } =
    prepared.voice.agentId === call.agent_id
      ? prepared
      : await prepareDial(context, { phone: to, agentId: call.agent_id });
  const { ringSeconds, maxCallSeconds, voicemail, overrides } = terms;
  return await voice.send({
    attemptId: call.id,
    phoneNumberId: call.phone_number_id ?? '',
    to,
    ringSeconds,
    maxCallSeconds,
    variables: terms.variables({ voicemail_action: voicemail, ...(history === '' ? {} : { history }) }),
    ...(overrides === undefined ? {} : { overrides }),
    timeoutMs: Math.max(1, Math.min(context.timeouts.dialTimeoutMs, permit.closesInMs)),
    maySend: () => permit.isValid(),
  });
}

async function recordAnswer(
  context: Context,
  call: CallRow,
  answer: Exclude<DialAnswer, { kind: 'kept_back' }>,
  terms: DialTerms,
): Promise<Dialled> {
  switch (answer.kind) {
    case 'placed': {
      const after = await recordPlaced(context, call, answer);
      await context.checkpoint?.('answer_recorded');
      return { call: after, absence: null };
    }
    case 'refused': {
      const absence = { failure: answer.message, source: null, refusal: answer.cause };
      return await endAsNotPlaced(context, call, absence, terms);
    }
    case 'deferred': {
      const absence = { failure: answer.message, source: null, retryAfterMs: answer.retryAfterMs ?? 0 };
      return await endAsNotPlaced(context, call, absence, terms);
    }
    case 'ambiguous':
      return await settle(context, call);
  }
}

/** Goes on from where an earlier run of the activity got to. Never dials. */
export async function resume(context: Context, call: CallRow): Promise<Dialled> {
  if (call.status !== 'ended' && call.conversation_id === null) return await settle(context, call);
  return dialled(call, { failure: call.failure ?? '', source: call.source });
}

/** Finds out whether the dial was made. What stays uncertain is waited for like a call that was placed. */
async function settle(context: Context, call: CallRow): Promise<Dialled> {
  if ((await reconcile(context, call)) === 'absent')
    return await endAsNotPlaced(context, call, ABSENT_EVERYWHERE);
  return { call: await readCallRow(context.db, call.id), absence: null };
}

async function endAsNotPlaced(
  context: Context,
  call: CallRow,
  absence: Absence,
  terms?: Pick<DialTerms, 'whenNotPlaced'>,
): Promise<Dialled> {
  return dialled(await recordNotPlaced(context, call, absence, terms?.whenNotPlaced), absence);
}

/** A call that was placed after all is waited for, whatever its dial said. */
function dialled(call: CallRow, absence: Absence): Dialled {
  return { call, absence: call.reach === 'not_placed' ? absence : null };
}
