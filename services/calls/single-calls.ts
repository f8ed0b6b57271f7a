import { heartbeat } from '@temporalio/activity';
import { inTransaction, type Tx } from '#db/client.ts';
import type { Reach } from '#domain/call.ts';
import type { DialAnswer } from '#providers/ports.ts';
import type { ActivityDeps } from '../context.ts';
import { isOptedOut } from '../opt-outs/opt-outs.ts';
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

export function createSingleCalls(deps: ActivityDeps) {
  return {
    /**
     * Dials a call outside of campaigns, whose intent was written with the gate's `go`. May be run again at any
     * point: one run takes the dial on and makes it once, every other looks for what came of it.
     */
    async placeSingleCall({ callId }: { callId: string }): Promise<PlacedCall> {
      const beating = setInterval(() => heartbeat(), HEARTBEAT_MS);
      try {
        const single = await readSingleCall(deps.db, callId);
        const { call } = single;
        switch (await begin(deps, single)) {
          case 'ours':
            return await dial(deps, single);
          case 'met':
            return call.conversation_id === null ? await settle(deps, call) : awaitEnd(deps, call);
          case 'over':
            return awaitEnd(deps, await read(deps, callId));
        }
      } finally {
        clearInterval(beating);
      }
    },

    /** Closes a call outside of campaigns once it has ended, or as unknown past its deadline. Null while it goes on. */
    async concludeSingleCall({ callId }: { callId: string }): Promise<{ reach: Reach } | null> {
      const concluded = await inTransaction(deps.db, async (tx) => {
        const now = await deps.now();
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
      if (concluded !== null) await deps.checkpoint?.('call_concluded');
      return concluded;
    },
  };
}

async function read(deps: ActivityDeps, callId: string): Promise<Call> {
  return await deps.db.selectFrom('calls').selectAll().where('id', '=', callId).executeTakeFirstOrThrow();
}

/**
 * Takes the dial on, unless that was done before. A dial that nobody took on within its own deadline is not made at
 * all: whoever asked for the call does not expect it any more. Nor is one to a contact that has opted out since the
 * gate.
 */
async function begin(deps: ActivityDeps, { call, request }: Single): Promise<Begun> {
  return await inTransaction(deps.db, async (tx) => {
    const now = await deps.now();
    const current = await lockCall(tx, call);
    if (current.status === 'ended') return 'over';
    if (current.conversation_id !== null || !(await beginDial(tx, call.id, now))) return 'met';
    const failure = await whyNot(tx, deps, current, now);
    if (failure !== null) {
      await endNotPlaced(tx, current, { now, failure, source: null });
      return 'over';
    }
    const deadlineAt = new Date(call.started_at.getTime() + longestCallMs(deps, request.settings));
    await tx.updateTable('calls').set({ deadline_at: deadlineAt }).where('id', '=', call.id).execute();
    return 'ours';
  });
}

async function whyNot(tx: Tx, deps: ActivityDeps, call: Call, now: Date): Promise<string | null> {
  if (isLate(deps, call, now)) return LATE;
  return call.phone !== null && (await isOptedOut(tx, call.phone)) ? OPTED_OUT : null;
}

function isLate({ patience }: ActivityDeps, call: Call, now: Date): boolean {
  return now.getTime() - call.started_at.getTime() > patience.dialTimeoutMs;
}

async function dial(deps: ActivityDeps, { call, request }: Single): Promise<PlacedCall> {
  await deps.checkpoint?.('intent_committed');
  const to = call.phone ?? '';
  const history = await tellHistory(deps.db, to, await deps.now());
  // A process that slept through its own deadline must not dial: another run may have looked for this call by now.
  // Nobody else could have dialled, so that it is certain.
  if (isLate(deps, call, await deps.now()))
    return awaitEnd(deps, await recordAbsence(deps, call, { failure: LATE, source: null }));
  const { settings, overrides, variables } = request;
  const answer = await deps.voice.dial({
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
    timeoutMs: deps.patience.dialTimeoutMs,
  });
  await deps.checkpoint?.('dial_answered');
  return await recordAnswer(deps, call, answer);
}

/** What was certainly not placed is over: it is asked for again, not tried again by itself. */
async function recordAnswer(deps: ActivityDeps, call: Call, answer: DialAnswer): Promise<PlacedCall> {
  switch (answer.kind) {
    case 'placed': {
      const after = await recordPlaced(deps, call, answer);
      await deps.checkpoint?.('answer_recorded');
      return awaitEnd(deps, after);
    }
    case 'refused':
    case 'deferred':
      return awaitEnd(deps, await recordAbsence(deps, call, { failure: answer.message, source: null }));
    case 'ambiguous':
      return await settle(deps, call);
  }
}

/** The dial may or may not have been made: find out. What stays uncertain is waited for like a placed call. */
async function settle(deps: ActivityDeps, call: Call): Promise<PlacedCall> {
  if ((await reconcile(deps, call)) === 'absent') await recordAbsence(deps, call, ABSENT_EVERYWHERE);
  return awaitEnd(deps, await read(deps, call.id));
}
