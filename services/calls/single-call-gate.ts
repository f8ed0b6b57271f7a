import { inTransaction, type Tx } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { lockContact } from '#db/queries/locks.ts';
import type { Actor } from '#domain/access.ts';
import { holidaysAround, isHolidayCalendar } from '#domain/holidays.ts';
import { parsePhone } from '#domain/phone.ts';
import { holdsOfSingleCall, type SingleCallSettings } from '#domain/single-call.ts';
import { isOpen, nextOpening } from '#domain/window.ts';
import { zonesForPhone } from '#domain/zones/zones-for-phone.ts';
import type { Context } from '../context.ts';
import { type ServiceError, wrongState } from '../errors.ts';
import {
  insertSingleCall,
  lockSingleCallWorkspace,
  logSingleCallDecision,
  type NewSingleCall,
  readSingleCallCounts,
  type SingleCallJudgement,
  type SingleCallWorkspace,
} from './single-call-rows.ts';

type Holds = SingleCallJudgement['holds'];

/**
 * The gate of a call outside of campaigns: intent and permission in one transaction, with the contact held. Either
 * the call's row exists after it, with the decision that allows it, or everything that holds is the answer. Both are
 * logged, and who asked.
 */
export async function passSingleCallGate(
  context: Pick<Context, 'db' | 'now'>,
  call: NewSingleCall,
  actor: Actor,
): Promise<Holds> {
  return await inTransaction(context.db, async (tx) => {
    await lockContact(tx, call.phone);
    const workspace = await lockSingleCallWorkspace(tx);
    const now = await context.now();
    const judgement = await judge(tx, call.phone, workspace, now);
    const { holds, settings } = judgement;
    const decisionId = await logSingleCallDecision(tx, call, judgement);
    if (holds.length === 0) {
      const { timeZone } = workspace;
      await insertSingleCall(tx, call, { settings, timeZone, decisionId, now });
    }
    const { agentId, phoneNumberId, consent } = call;
    await appendAudit(tx, {
      actor,
      action: holds.length === 0 ? 'call.requested' : 'call.refused',
      subject: call.id,
      data: { agentId, phoneNumberId, decisionId, consent: consent === null ? 'requested' : 'stated' },
    });
    return holds;
  });
}

async function judge(
  tx: Tx,
  phone: string,
  workspace: SingleCallWorkspace,
  now: Date,
): Promise<SingleCallJudgement> {
  const settings = withHolidays(workspace.settings, phone);
  const { window } = settings;
  const zones = window.timeZone === 'lead' ? zonesForPhone(phone) : [window.timeZone];
  const opening = { window, zones, holidays: holidaysAround(window.holidays, now) };
  const open = isOpen({ ...opening, at: now });
  const facts = {
    now,
    window: { open, nextOpeningAt: open ? now : nextOpening({ ...opening, from: now }), zones },
    ...(await readSingleCallCounts(tx, { phone, lines: workspace.lines, now })),
  };
  return { facts, settings, holds: holdsOfSingleCall(facts, settings) };
}

/** A number says its country and no region: its national holidays are kept, unless the workspace names others. */
function withHolidays(settings: SingleCallSettings, phone: string): SingleCallSettings {
  const { window, nationalHolidays } = settings;
  const parsed = parsePhone(phone);
  const country = parsed.ok ? parsed.country : null;
  if (!nationalHolidays || window.holidays !== undefined || country === null) return settings;
  return isHolidayCalendar(country) ? { ...settings, window: { ...window, holidays: country } } : settings;
}

/** The 409 that names everything that holds, and until when. The call is not queued, so it says that too. */
export function heldProblem(holds: Holds, now: Date): ServiceError {
  const errors = holds.map((held) => ({ path: held.rule, message: messageOf(held) }));
  const detail = `The call is not placed, and does not wait: ${errors.map(({ message }) => message).join(' ')}`;
  const untils = holds.map((held) => (held.verdict === 'wait' ? held.until.getTime() : null));
  const passes = untils.every((until) => until !== null);
  const seconds = Math.ceil((Math.max(...untils.map((until) => until ?? 0)) - now.getTime()) / 1_000);
  return wrongState(detail, { errors, ...(passes ? { retryAfterSeconds: Math.max(1, seconds) } : {}) });
}

function messageOf(held: Holds[number]): string {
  return held.verdict === 'wait' ? `${held.detail} Until ${held.until.toISOString()}.` : held.detail;
}
