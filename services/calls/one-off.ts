import { v7 as uuid } from 'uuid';
import { inTransaction, type Tx } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { type CallRow, readCallRow } from '#db/queries/calls.ts';
import { lockWorkspace } from '#db/queries/gate.ts';
import { lockCall } from '#db/queries/locks.ts';
import {
  markDialBegun,
  type OneOffCallRow,
  openOneOffCalls,
  readOneOffCall,
  setOneOffCallSettings,
} from '#db/queries/one-off-calls.ts';
import type { Actor } from '#domain/access.ts';
import { callWorkflowId } from '#domain/ids.ts';
import type { OneOffCallSettings } from '#domain/one-off-call.ts';
import { forbiddenOverrides } from '../agents/overrides.ts';
import type { Context } from '../context.ts';
import { type FieldError, invalid, reachable, requireReady, unavailable } from '../errors.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached } from '../workflows.ts';
import { dial, NOBODY_CAME, type PlacedCall, placedCall, prepareDial, resume } from './dial.ts';
import { passGate, passGateAgain } from './gate.ts';
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
 * Dials a one-off call that the gate permitted when it was requested. May be run again at any point: one run dials, and
 * once; every other looks for what came of it. Everything is judged again right before the dial, since the request's
 * permission is older than that. A call that was not placed is over: nobody tries it again.
 */
export async function placeOneOffCall(context: Context, { callId }: { callId: string }): Promise<PlacedCall> {
  const request = await readOneOffCall(context.db, callId);
  const found = await readCallRow(context.db, callId);
  const subject = subjectOf(request, found);
  const prepared = await prepareDial(context, { phone: subject.phone, agentId: subject.agentId });
  const terms = dialTermsOfOneOff(request);
  const pass = async (claim?: (tx: Tx, call: CallRow) => Promise<boolean>) => {
    const result = await passGateAgain(context, found, { subject, ...(claim && { claim }) });
    return result.kind === 'go' ? { ...result, terms } : result;
  };
  requireReady(context);
  // Whoever comes late does not dial, as a lead's run that comes late: others may have looked for the call by now.
  const passed = await pass(async (tx, call) => {
    const now = await context.clock(tx);
    return !isLate(context, call, now) && (await markDialBegun(tx, callId, now));
  });
  if (passed.kind === 'held') return placedCall(context, passed.call);
  const { call } =
    passed.kind === 'go'
      ? await dial(context, passed, { prepared, again: () => pass() })
      : await resumeOneOff(context, passed.call);
  return placedCall(context, call);
}

/** The request, as the gate judges it: by the rules that have permitted it. */
function subjectOf(
  { variables, overrides, consent, actor, settings }: OneOffCallRow,
  { id: callId, phone, agent_id: agentId, phone_number_id: phoneNumberId }: CallRow,
): OneOffCall {
  if (phone === null || phoneNumberId === null) throw new Error('A one-off call has numbers.');
  const parties = { callId, phone, agentId, phoneNumberId };
  // Only the key's id is written anywhere.
  const asked = { variables, overrides, consent, actor: { id: actor, role: 'operator' as const } };
  return { kind: 'one_off', ...parties, ...asked, rules: settings };
}

function isLate({ timeouts }: Context, call: CallRow, now: Date): boolean {
  return now.getTime() - call.started_at.getTime() > timeouts.dialTimeoutMs;
}

/** Another run dialled it, or nobody has come in time. */
async function resumeOneOff(context: Context, call: CallRow) {
  if (await withdraw(context, call.id, NOBODY_CAME)) {
    return { call: await readCallRow(context.db, call.id) };
  }
  return await resume(context, call);
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
  return await run.throughPages(
    {
      pageSize: PAGE,
      name: ({ id }: { id: string }) => `call ${id}`,
      read: (after) => openOneOffCalls(db, { before: run.before, after: after?.id ?? null, limit: PAGE }),
    },
    async ({ id }) => {
      if (await reached(workflows.isRunning(callWorkflowId(id)))) return false;
      await reached(workflows.startOneOffCall(id));
      return true;
    },
  );
}
