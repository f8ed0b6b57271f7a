import { inTransaction, type Tx } from '#db/client.ts';
import { isOptedOut } from '#db/queries/opt-outs.ts';
import type { Reach } from '#domain/call.ts';
import type { DialAnswer } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { giveUp } from './conclude.ts';
import { awaitEnd } from './dial.ts';
import { endNotPlaced, lockCall } from './end-call.ts';
import { type Call, longestCallMs } from './gate.ts';
import { tellHistory } from './history.ts';
import type { PlacedCall } from './placement.ts';
import { ABSENT_EVERYWHERE, reconcile } from './reconcile.ts';
import { recordAbsence, recordPlaced } from './record.ts';
import { beginDial, readSingleCall } from './single-call-rows.ts';

const HEARTBEAT_MS = 2_000;
const LATE = 'Nobody came to dial it in time.';
const OPTED_OUT = 'The contact opted out.';

/** `ours`: this run dials. `met`: an earlier run took it on. `over`: there is nothing to dial any more. */
type Begun = 'ours' | 'met' | 'over';

type Single = Awaited<ReturnType<typeof readSingleCall>>;

export function createSingleCalls(context: Context) {
  return {
    /**
     * Dials a call outside of campaigns, whose intent was written with the gate's `go`. May be run again at any
     * point: one run takes the dial on and makes it once, every other looks for what came of it.
     */
    async placeSingleCall({ callId }: { callId: string }): Promise<PlacedCall> {
      const beating = setInterval(() => context.heartbeat(), HEARTBEAT_MS);
      try {
        const single = await readSingleCall(context.db, callId);
        const { call } = single;
        switch (await begin(context, single)) {
          case 'ours':
            return await dial(context, single);
          case 'met':
            return call.conversation_id === null ? await settle(context, call) : awaitEnd(context, call);
          case 'over':
            return awaitEnd(context, await read(context, callId));
        }
      } finally {
        clearInterval(beating);
      }
    },

    /** Closes a call outside of campaigns once it has ended, or as unknown past its deadline. Null while it goes on. */
    async concludeSingleCall({ callId }: { callId: string }): Promise<{ reach: Reach } | null> {
      const concluded = await inTransaction(context.db, async (tx) => {
        const now = await context.now();
        const { phone } = await tx
          .selectFrom('calls')
          .select('phone')
          .where('id', '=', callId)
          .executeTakeFirstOrThrow();
        let call = await lockCall(tx, { id: callId, phone });
        if (call.status !== 'ended') {
          if (call.deadline_at > now) return null;
          call = await giveUp(tx, call, now);
        }
        if (call.concluded_at === null) {
          await tx.updateTable('calls').set({ concluded_at: now }).where('id', '=', callId).execute();
        }
        return { reach: call.reach ?? 'unknown' };
      });
      if (concluded !== null) await context.checkpoint?.('call_concluded');
      return concluded;
    },
  };
}

async function read(context: Context, callId: string): Promise<Call> {
  return await context.db.selectFrom('calls').selectAll().where('id', '=', callId).executeTakeFirstOrThrow();
}

/**
 * Takes the dial on, unless that was done before. A dial that nobody took on within its own deadline is not made at
 * all: whoever asked for the call does not expect it any more. Nor is one to a contact that has opted out since the
 * gate.
 */
async function begin(context: Context, { call, request }: Single): Promise<Begun> {
  return await inTransaction(context.db, async (tx) => {
    const now = await context.now();
    const current = await lockCall(tx, call);
    if (current.status === 'ended') return 'over';
    if (current.conversation_id !== null || !(await beginDial(tx, call.id, now))) return 'met';
    const failure = await whyNot(tx, context, current, now);
    if (failure !== null) {
      await endNotPlaced(tx, current, { now, failure, source: null });
      return 'over';
    }
    const deadlineAt = new Date(call.started_at.getTime() + longestCallMs(context, request.settings));
    await tx.updateTable('calls').set({ deadline_at: deadlineAt }).where('id', '=', call.id).execute();
    return 'ours';
  });
}

async function whyNot(tx: Tx, context: Context, call: Call, now: Date): Promise<string | null> {
  if (isLate(context, call, now)) return LATE;
  return call.phone !== null && (await isOptedOut(tx, call.phone)) ? OPTED_OUT : null;
}

function isLate({ timeouts }: Context, call: Call, now: Date): boolean {
  return now.getTime() - call.started_at.getTime() > timeouts.dialTimeoutMs;
}

async function dial(context: Context, { call, request }: Single): Promise<PlacedCall> {
  await context.checkpoint?.('intent_committed');
  const to = call.phone ?? '';
  const history = await tellHistory(context.db, to, await context.now());
  // A process that slept through its own deadline must not dial: another run may have looked for this call by now.
  // Nobody else could have dialled, so that it is certain.
  if (isLate(context, call, await context.now()))
    return awaitEnd(context, await recordAbsence(context, call, { failure: LATE, source: null }));
  const { settings, overrides, variables } = request;
  const answer = await context.voice.dial({
    attemptId: call.id,
    agentId: call.agent_id,
    phoneNumberId: call.phone_number_id ?? '',
    to,
    ringSeconds: settings.ringSeconds,
    maxCallSeconds: settings.maxCallSeconds,
    variables: {
      voicemail_action: settings.voicemail,
      ...(history === '' ? {} : { history }),
      ...variables,
    },
    overrides,
    timeoutMs: context.timeouts.dialTimeoutMs,
  });
  await context.checkpoint?.('dial_answered');
  return await recordAnswer(context, call, answer);
}

/** What was certainly not placed is over: it is asked for again, not tried again by itself. */
async function recordAnswer(context: Context, call: Call, answer: DialAnswer): Promise<PlacedCall> {
  switch (answer.kind) {
    case 'placed': {
      const after = await recordPlaced(context, call, answer);
      await context.checkpoint?.('answer_recorded');
      return awaitEnd(context, after);
    }
    case 'refused':
    case 'deferred':
      return awaitEnd(context, await recordAbsence(context, call, { failure: answer.message, source: null }));
    case 'ambiguous':
      return await settle(context, call);
  }
}

/** The dial may or may not have been made: find out. What stays uncertain is waited for like a placed call. */
async function settle(context: Context, call: Call): Promise<PlacedCall> {
  if ((await reconcile(context, call)) === 'absent') await recordAbsence(context, call, ABSENT_EVERYWHERE);
  return awaitEnd(context, await read(context, call.id));
}
