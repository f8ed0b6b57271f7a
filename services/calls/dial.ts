import { type CallRow, readCallRow } from '#db/queries/calls.ts';
import type { DialAnswer } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { historyOf } from './history.ts';
import { ABSENT_EVERYWHERE, reconcile } from './reconcile.ts';
import { type Absence, recordNotPlaced, recordPlaced } from './record.ts';
import type { DialTerms } from './subject.ts';

/** What a dial came to: the call as it is now, and why no phone rang, where that is certain. */
export interface Dialled {
  call: CallRow;
  /** Null for a call that may be under way: its end is waited for. */
  absence: Absence | null;
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

/**
 * Dials. Only the run of an activity that wrote the intent, or marked that it dials, may come here, and once: every
 * other run looks for what came of the dial instead (`resume`).
 */
export async function dial(context: Context, call: CallRow, terms: DialTerms): Promise<Dialled> {
  await context.checkpoint?.('intent_committed');
  const to = call.phone ?? '';
  const history = await historyOf(context.db, to, await context.now());
  // A process that slept through its own deadline must not dial: another run may have looked for this call by now.
  // Only this run could have dialled, so it is certain that nobody did.
  if (await isLate(context, call)) {
    const absence = { failure: 'Nobody came to dial it in time.', source: null };
    return await endAsNotPlaced(context, call, absence, terms);
  }
  const { ringSeconds, maxCallSeconds, voicemail, overrides } = terms;
  const answer = await context.voice.dial({
    attemptId: call.id,
    agentId: call.agent_id,
    phoneNumberId: call.phone_number_id ?? '',
    to,
    ringSeconds,
    maxCallSeconds,
    variables: terms.variables({ voicemail_action: voicemail, ...(history === '' ? {} : { history }) }),
    ...(overrides === undefined ? {} : { overrides }),
    timeoutMs: context.timeouts.dialTimeoutMs,
  });
  await context.checkpoint?.('dial_answered');
  return await recordAnswer(context, call, answer, terms);
}

async function isLate({ timeouts, now }: Context, call: CallRow): Promise<boolean> {
  return (await now()).getTime() - call.started_at.getTime() > timeouts.dialTimeoutMs;
}

async function recordAnswer(
  context: Context,
  call: CallRow,
  answer: DialAnswer,
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
