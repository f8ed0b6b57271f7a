import { inTransaction, type Tx } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { appendEvent } from '#db/queries/events.ts';
import { hangUpsTo } from '#db/queries/hang-ups.ts';
import { leadsOfContact } from '#db/queries/leads.ts';
import { lockContact } from '#db/queries/locks.ts';
import {
  callsInFlightTo,
  deleteOptOuts,
  hangsUpOnOptOut,
  insertOptOut,
  type OptOut,
  readOptOut,
  startedLeads,
} from '#db/queries/opt-outs.ts';
import type { Actor } from '#domain/access.ts';
import type { OptOutSource } from '#domain/opt-out.ts';
import { performHangUps, requestHangUp } from '../calls/hang-up.ts';
import type { Context } from '../context.ts';
import { notFound } from '../errors.ts';

/** What an opt-out or an opt-in came about by. */
interface Occasion {
  campaignId: string | null;
  leadId: string | null;
  callId?: string;
  messageId?: string;
}

export interface AddedOptOut {
  optOut: OptOut;
  /** False when the number was on the list already: the first reason stands. */
  created: boolean;
  /** Ids of the calls to the number that are in flight at this instant; no other follows them. */
  inFlight: string[];
}

/**
 * Adds a number with its contact held: a gate that decides about it at the same time has either written its intent,
 * or sees the opt-out. The log names what it came about by, else the lead contacted last, and the calls in flight. Those
 * are marked to be hung up, where the workspace wants that: all but the one in which the person is still speaking.
 */
export async function addOptOut(
  tx: Tx,
  { phone, reason, source, about }: { phone: string; reason: string; source: OptOutSource; about?: Occasion },
): Promise<AddedOptOut> {
  await lockContact(tx, phone);
  const inFlight = await callsInFlightTo(tx, phone);
  const optOut = await insertOptOut(tx, { phone, reason, source, in_flight: inFlight });
  const ended = inFlight.filter((callId) => source !== 'call' || callId !== about?.callId);
  if (await hangsUpOnOptOut(tx)) await requestHangUp(tx, { callIds: ended, reason: 'opt_out' });
  if (optOut === null) return { optOut: await readOptOut(tx, phone), created: false, inFlight };
  const occasion = about ?? (await latestLead(tx, phone));
  await appendEvent(tx, {
    type: 'contact.opted_out',
    ...occasion,
    data: { source, inFlight: inFlight.length, inFlightCallIds: inFlight },
  });
  return { optOut, created: true, inFlight };
}

/** Adds a number for the API, and notifies its leads. */
export async function addOptOutByHand(
  context: Context,
  { phone, reason, actor }: { phone: string; reason: string; actor: Actor },
): Promise<AddedOptOut> {
  const added = await inTransaction(context.db, async (tx) => {
    const result = await addOptOut(tx, { phone, reason, source: 'api' });
    const data = { inFlightCallIds: result.inFlight };
    if (result.created) await appendAudit(tx, { actor, action: 'opt-out.added', subject: phone, data });
    return result;
  });
  if (added.created || added.inFlight.length > 0) await notifyOptedOut(context, phone);
  return added;
}

/** Changes whether opt-outs end the calls that they find in flight, from the next one on. */
export async function changeOptOutSettings(
  { db }: Pick<Context, 'db'>,
  { actor, hangUpOnOptOut }: { actor: Actor; hangUpOnOptOut: boolean },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await tx.updateTable('workspace').set({ hang_up_on_opt_out: hangUpOnOptOut }).execute();
    const data = { fields: ['hangUpOnOptOut'] };
    await appendAudit(tx, { actor, action: 'settings.changed', subject: 'opt-outs', data });
  });
}

/** Takes a number off the list for the API. @throws ServiceError `not-found` */
export async function removeOptOut(
  { db }: Pick<Context, 'db'>,
  { phone, actor }: { phone: string; actor: Actor },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockContact(tx, phone);
    if (!(await deleteOptOuts(tx, [phone]))) throw notFound('opt-out');
    await appendEvent(tx, { type: 'contact.opted_in', ...(await latestLead(tx, phone)) });
    await appendAudit(tx, { actor, action: 'opt-out.removed', subject: phone });
  });
}

/** A text takes back what a text has said, and nothing that was said in a call or by hand. The contacts are held. */
export async function optInByText(
  tx: Tx,
  { phones, about }: { phones: readonly string[]; about: Occasion },
): Promise<void> {
  if (!(await deleteOptOuts(tx, phones, { source: 'message' }))) return;
  await appendEvent(tx, { type: 'contact.opted_in', ...about });
}

async function latestLead(tx: Tx, phone: string): Promise<Occasion> {
  const [lead] = await leadsOfContact(tx, phone);
  return { campaignId: lead?.campaignId ?? null, leadId: lead?.leadId ?? null };
}

/**
 * Hangs up what the opt-out has marked, and notifies every lead of a number that has just opted out, so that those
 * between two attempts end at once: the gate refuses them in any case. False when a workflow did not answer; the sweep
 * repeats what could not be hung up.
 */
export async function notifyOptedOut(context: Context, phone: string): Promise<boolean> {
  const [marked, leadIds] = await Promise.all([
    hangUpsTo(context.db, phone),
    startedLeads(context.db, phone),
  ]);
  const [replies] = await Promise.all([
    Promise.all(leadIds.map((leadId) => context.workflows.optedOut(leadId))),
    performHangUps(context, marked),
  ]);
  return replies.every(({ kind }) => kind === 'done' || kind === 'absent');
}
