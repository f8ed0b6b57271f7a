import { type Selectable, sql } from 'kysely';
import type { Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { currentSettings } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { type ContactLead, leadsOfContact } from '#db/queries/leads.ts';
import { lockContactsBehind } from '#db/queries/locks.ts';
import { insertMessage } from '#db/queries/messages.ts';
import type { CallsTable } from '#db/schema/calls.ts';
import type { Attachment } from '#db/schema/messages.ts';
import { findConversion } from '#domain/conversion.ts';
import { readWish, type TextWish } from '#domain/opt-out.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { measureText } from '#domain/text-length.ts';
import { waitingLeads } from '../leads/replies.ts';
import { addOptOut, optInByText } from '../opt-outs/opt-outs.ts';

/** A text as the carrier delivered it. */
export interface IncomingText {
  /** The id of the row to be. */
  id: string;
  /** The person's number, E.164. */
  phone: string;
  /** Ours. */
  to: string;
  body: string;
  attachments: Attachment[];
  providerId: string;
  /** The carrier's own reading of a keyword, where it has one. */
  optOut: Exclude<TextWish, 'none'> | null;
}

/** A call under way, as far as commands into it need to know it. */
export type LiveCall = Pick<
  Selectable<CallsTable>,
  'id' | 'campaign_id' | 'lead_id' | 'conversation_id' | 'status'
>;

/** What is to be told and done after the commit. */
export interface TextConsequences {
  messageId: string;
  leadId: string | null;
  campaignId: string | null;
  wish: TextWish;
  /** Leads that wait between calls and need wait no longer. */
  waiting: string[];
  /** The live call in which the agent should know of the text. */
  liveCall: LiveCall | null;
  /** An answer may be composed. */
  answer: boolean;
}

/**
 * Stores a received text with everything that follows from it: opt-out or opt-in, the leads' reply, a conversion.
 * Null when the text was stored before.
 */
export async function receiveText(tx: Tx, text: IncomingText, now: Date): Promise<TextConsequences | null> {
  await lockContactsBehind(tx, [text.phone]);
  const leads = await leadsOfContact(tx, text.phone);
  const lead = leads[0] ?? null;
  const liveCall = await findLiveCall(tx, text.phone);
  const { encoding, segments } = measureText(text.body);
  const stored = await insertMessage(tx, {
    id: text.id,
    channel: 'sms',
    direction: 'inbound',
    phone: text.phone,
    lead_id: lead?.leadId ?? null,
    campaign_id: lead?.campaignId ?? null,
    call_id: liveCall?.id ?? null,
    own_address: text.to,
    body: text.body,
    attachments: toJson(text.attachments),
    status: 'received',
    source: 'contact',
    provider_id: text.providerId,
    segments,
    encoding,
    created_at: now,
    updated_at: now,
  });
  if (!stored) return null;
  const wish = readWish(text.body, text.optOut);
  const subject = subjectOf(text, lead);
  await appendEvent(tx, {
    type: 'message.received',
    ...subject,
    callId: liveCall?.id ?? null,
    data: { wish, otherLeads: Math.max(0, leads.length - 1), attachments: text.attachments.length },
  });
  if (wish === 'stop') {
    const reason = 'The person asked for it in a text.';
    for (const phone of numbersOf(text, leads))
      await addOptOut(tx, { phone, reason, source: 'message', about: subject });
  }
  if (wish === 'start') await optInByText(tx, { phones: numbersOf(text, leads), about: subject });
  if (wish === 'none') await noteReply(tx, text, leads, now);
  const settings = lead === null ? null : (await currentSettings(tx, lead.campaignId)).settings;
  if (wish === 'none' && lead !== null && settings !== null) await convert(tx, text, lead, { settings, now });
  return {
    messageId: text.id,
    leadId: lead?.leadId ?? null,
    campaignId: lead?.campaignId ?? null,
    wish,
    waiting: waitingLeads(leads),
    liveCall,
    answer: wish === 'none' && settings !== null && settings.autoReply !== null,
  };
}

type Subject = { campaignId: string | null; leadId: string | null; messageId: string };

function subjectOf({ id }: IncomingText, lead: ContactLead | null): Subject {
  return { campaignId: lead?.campaignId ?? null, leadId: lead?.leadId ?? null, messageId: id };
}

async function findLiveCall(tx: Tx, phone: string): Promise<LiveCall | null> {
  const call = await tx
    .selectFrom('calls')
    .select(['id', 'campaign_id', 'lead_id', 'conversation_id', 'status'])
    .where('phone', '=', phone)
    .where('status', '!=', 'ended')
    .where('conversation_id', 'is not', null)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return call ?? null;
}

/** The number that the text came from, and those at which the same person is called. */
function numbersOf({ phone }: IncomingText, leads: readonly ContactLead[]): string[] {
  return [...new Set([phone, ...leads.map((lead) => lead.phone)])];
}

async function noteReply(
  tx: Tx,
  { id }: IncomingText,
  leads: readonly ContactLead[],
  now: Date,
): Promise<void> {
  if (leads.length === 0) return;
  await tx
    .updateTable('leads')
    .set({ replied_at: sql<Date>`greatest(replied_at, ${now}::timestamptz)` })
    .where(
      'id',
      'in',
      leads.map(({ leadId }) => leadId),
    )
    .execute();
  for (const { leadId, campaignId } of leads) {
    await appendEvent(tx, {
      type: 'lead.replied',
      campaignId,
      leadId,
      messageId: id,
      data: { by: 'message' },
    });
  }
}

/** The campaign's rule on the words of the text; a rule about what a call brings never meets here. */
async function convert(
  tx: Tx,
  text: IncomingText,
  lead: ContactLead,
  { settings, now }: { settings: CampaignSettings; now: Date },
): Promise<void> {
  const said = { role: 'user' as const, text: text.body, atSeconds: null };
  const reason = findConversion(settings.conversion, {
    verdict: null,
    dataCollection: {},
    evaluation: {},
    transcript: [said],
  });
  if (reason === null) return;
  const { numUpdatedRows } = await tx
    .updateTable('leads')
    .set({
      converted: true,
      outcome: sql`case when outcome in ('answered', 'replied') then 'converted' else outcome end`,
      updated_at: now,
    })
    .where('id', '=', lead.leadId)
    .where('converted', '=', false)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  await appendEvent(tx, {
    type: 'lead.converted',
    ...subjectOf(text, lead),
    data: { by: 'message', rule: reason.rule },
  });
}
