import { findCampaign } from '#db/queries/campaigns.ts';
import { findLead, leadsOfContact } from '#db/queries/leads.ts';
import { parsePhone } from '#domain/phone.ts';
import type { IncomingRequest } from '#providers/ports.ts';
import { historyOf } from '../calls/history.ts';
import type { Context } from '../context.ts';
import { refusal } from './receive.ts';

/** The caller hears nothing until we have answered: past this the call begins without knowing who it is. */
const ANSWER_WITHIN_MS = 400;

type Variables = Record<string, string | boolean>;

/** Of a caller whom nobody knows. The agent's prompt may use every one of these. */
const UNKNOWN_CALLER: Variables = { known_caller: false, name: '', campaign: '', history: '' };

/**
 * The variables of an inbound call that begins: who calls, and what passed with them before.
 *
 * @throws ServiceError `invalid-signature` or `malformed-request`
 */
export async function describeCaller(context: Context, request: IncomingRequest): Promise<Variables> {
  const verified = context.voice.verifyCallStart(request, await context.now());
  if (!verified.ok) throw refusal(context, verified.reason);
  const caller = parsePhone(context.voice.parseCallStart(verified.payload).caller);
  if (!caller.ok) return UNKNOWN_CALLER;
  const variables = await inTime(variablesOf(context, caller.e164));
  if (variables === null) context.logger.warn({}, 'an inbound call begins without context');
  return variables ?? UNKNOWN_CALLER;
}

/** Null when it takes too long, or fails: a call is better begun without knowing than not at all. */
async function inTime(work: Promise<Variables>): Promise<Variables | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, ANSWER_WITHIN_MS, null);
  });
  try {
    return await Promise.race([work.catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function variablesOf({ db, now }: Context, phone: string): Promise<Variables> {
  const at = await now();
  const [leads, history] = await Promise.all([leadsOfContact(db, phone), historyOf(db, phone, at)]);
  const [latest] = leads;
  if (latest === undefined) return { ...UNKNOWN_CALLER, history };
  const [lead, campaign] = await Promise.all([
    findLead(db, latest.leadId),
    findCampaign(db, latest.campaignId),
  ]);
  return {
    ...UNKNOWN_CALLER,
    ...(lead?.variables ?? {}),
    known_caller: true,
    lead_id: latest.leadId,
    name: lead?.name ?? '',
    ...(lead?.email == null ? {} : { email: lead.email }),
    campaign: campaign?.name ?? '',
    history,
  };
}
