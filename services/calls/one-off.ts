import { v7 as uuid } from 'uuid';
import { inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { readCallRow } from '#db/queries/calls.ts';
import { lockWorkspace } from '#db/queries/gate.ts';
import { lockCall } from '#db/queries/locks.ts';
import {
  markDialBegun,
  openOneOffCalls,
  readOneOffCall,
  setOneOffCallSettings,
} from '#db/queries/one-off-calls.ts';
import { isOptedOut } from '#db/queries/opt-outs.ts';
import type { Actor } from '#domain/access.ts';
import { callWorkflowId } from '#domain/ids.ts';
import type { OneOffCallSettings } from '#domain/one-off-call.ts';
import { forbiddenOverrides } from '../agents/overrides.ts';
import type { Context } from '../context.ts';
import { type FieldError, invalid, reachable, unavailable } from '../errors.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached } from '../workflows.ts';
import { dial, type PlacedCall, placedCall, resume } from './dial.ts';
import { passGate } from './gate.ts';
import { heldError } from './held-error.ts';
import { endNotPlaced } from './record.ts';
import { dialTermsOfOneOff, type OneOffCall } from './subject.ts';

/**
 * Takes a request for a one-off call: the gate decides at once, and the call's own workflow dials it.
 *
 * @returns the call's id
 * @throws ServiceError `invalid-request` for what the provider would refuse; `wrong-state` with every rule that holds
 *   the call, which does not wait; `provider-unavailable`; `unavailable` when Temporal does not answer
 */
export async function requestOneOffCall(
  context: Context,
  request: Omit<OneOffCall, 'kind' | 'callId'>,
): Promise<string> {
  const wrong = await wrongAtProvider(context, request);
  if (wrong.length > 0) throw invalid(wrong);
  const call: OneOffCall = { kind: 'one_off', callId: uuid(), ...request };
  const passed = await passGate(context, call);
  if (passed.kind === 'held') throw heldError(passed.holds, await context.now());
  await start(context, call.callId);
  return call.callId;
}

/** What the provider knows to be impossible, and would fail the call for. */
async function wrongAtProvider(
  { voice }: Context,
  { agentId, phoneNumberId, phone, overrides }: Omit<OneOffCall, 'kind' | 'callId'>,
): Promise<FieldError[]> {
  const [agent, numbers] = await reachable(() =>
    Promise.all([voice.getAgent(agentId), voice.listPhoneNumbers()]),
  );
  const number = numbers.find((each) => each.phoneNumberId === phoneNumberId);
  const wrong: FieldError[] = [];
  const add = (path: string, message: string) => wrong.push({ path, message });
  if (agent === null) add('agentId', 'is no agent of the voice provider');
  if (number === undefined) add('phoneNumberId', 'is no phone number of the voice provider');
  if (number?.supportsOutbound === false)
    add('phoneNumberId', 'cannot place calls: the voice provider takes only calls in on it');
  if (number?.phoneNumber === phone) add('to', 'is the number that would call');
  return agent === null ? wrong : [...wrong, ...forbiddenOverrides(overrides, agent.overrides)];
}

/**
 * Starts the call's workflow. When Temporal does not answer, nobody waits for it: the call is withdrawn, unless the
 * workflow runs after all and dials already.
 */
async function start(context: Context, callId: string): Promise<void> {
  const { kind } = await context.workflows.startOneOffCall(callId);
  if (kind === 'done') return;
  const failure = 'Temporal did not answer.';
  if (await withdraw(context, callId, failure))
    throw unavailable(`${failure} The call is not placed, and does not wait.`);
}

/** Ends a call that nobody has dialled as not placed. False when somebody dials it, or it is over. */
async function withdraw(
  { db, now: clock }: Pick<Context, 'db' | 'now'>,
  callId: string,
  failure: string,
): Promise<boolean> {
  const now = await clock();
  const { id, phone } = await readCallRow(db, callId);
  return await inTransaction(db, async (tx) => {
    const call = await lockCall(tx, { id, phone });
    if (call.status !== 'dialling' || !(await markDialBegun(tx, callId, now))) return false;
    await endNotPlaced(tx, call, { now, failure, source: null });
    return true;
  });
}

/**
 * Dials a one-off call that the gate permitted. May be run again at any point: one run dials, and once; every other looks
 * for what came of it. A call that was not placed is over: nobody tries it again.
 */
export async function placeOneOffCall(context: Context, { callId }: { callId: string }): Promise<PlacedCall> {
  const request = await readOneOffCall(context.db, callId);
  const { call, isOurs } = await beginDial(context, callId);
  const dialled = isOurs
    ? await dial(context, call, dialTermsOfOneOff(request))
    : await resume(context, call);
  return placedCall(context, dialled.call);
}

/** Marks that this run dials, unless an earlier one did, or the contact has opted out since the gate. */
async function beginDial({ db, now: clock }: Context, callId: string) {
  const found = await readCallRow(db, callId);
  return await inTransaction(db, async (tx) => {
    const now = await clock();
    const call = await lockCall(tx, found);
    if (call.status === 'ended' || call.conversation_id !== null || !(await markDialBegun(tx, callId, now)))
      return { call, isOurs: false };
    if (call.phone !== null && (await isOptedOut(tx, call.phone))) {
      const failure = 'The contact opted out.';
      return { call: await endNotPlaced(tx, call, { now, failure, source: null }), isOurs: false };
    }
    return { call, isOurs: true };
  });
}

/**
 * Changes the workspace's rules for one-off calls. A gate that is being passed has the rules of before, and stores them
 * with its call.
 *
 * @param change what is to be set, made from the rules as they are
 */
export async function changeOneOffCallSettings(
  { db }: Pick<Context, 'db'>,
  { actor, change }: { actor: Actor; change: (rules: OneOffCallSettings) => Partial<OneOffCallSettings> },
): Promise<OneOffCallSettings> {
  return await inTransaction(db, async (tx) => {
    const { oneOffCalls: before } = await lockWorkspace(tx);
    const changed = change(before);
    await setOneOffCallSettings(tx, changed);
    await appendAudit(tx, {
      actor,
      action: 'settings.changed',
      subject: 'single-calls',
      data: { fields: Object.keys(changed) },
    });
    return { ...before, ...changed };
  });
}

const PAGE = 200;

/** Starts the workflows of calls that are open and have none. Returns how many. */
export async function restartOneOffCalls(
  { db, workflows }: Pick<Context, 'db' | 'workflows'>,
  run: PartRun,
): Promise<number> {
  let after: string | null = null;
  for (let restarted = 0; ; ) {
    const page = await openOneOffCalls(db, { before: run.before, after, limit: PAGE });
    restarted += await run.each(page, { name: ({ id }) => `call ${id}` }, async ({ id }) => {
      if (await reached(workflows.isRunning(callWorkflowId(id)))) return false;
      await reached(workflows.startOneOffCall(id));
      return true;
    });
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE || run.isOver) return restarted;
    after = last.id;
  }
}
