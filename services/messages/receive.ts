import { v7 as uuid } from 'uuid';
import type { Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import { type CallRow, findLiveCall } from '#db/queries/calls.ts';
import { currentSettings } from '#db/queries/campaigns.ts';
import { appendEvent } from '#db/queries/events.ts';
import { type ContactLead, changeLead, leadsOfContact, lockLead, markReplied } from '#db/queries/leads.ts';
import { lockContactsBehind } from '#db/queries/locks.ts';
import { insertMessage } from '#db/queries/messages.ts';
import { findConversion } from '#domain/conversion.ts';
import { readWish, type TextWish } from '#domain/opt-out.ts';
import { parsePhone } from '#domain/phone.ts';
import type { CampaignSettings } from '#domain/settings.ts';
import { measureText } from '#domain/text-length.ts';
import type { InboundText } from '#providers/ports.ts';
import { waitingLeads } from '../leads/replies.ts';
import { addOptOut, optInByText } from '../opt-outs/opt-outs.ts';

/** A text that was stored, and whom it concerns: they are notified after the commit. */
export interface StoredText {
  messageId: string;
  /** The person's number. */
  phone: string;
  body: string;
  wish: TextWish;
  /** Leads between two calls, which need not wait any longer. */
  waiting: string[];
  /** The call under way whose agent should know of the text. */
  liveCall: CallRow | null;
  /** An answer may be composed. */
  answer: boolean;
}

/**
 * Stores a received text with everything that follows from it: opt-out or opt-in, the leads' reply, a conversion. Null
 * when the text was stored before.
 */
export async function storeReceivedText(
  tx: Tx,
  { text, now }: { text: InboundText; now: Date },
): Promise<StoredText | null> {
  const phone = phoneOf(text.from);
  await lockContactsBehind(tx, [phone]);
  const leads = await leadsOfContact(tx, phone);
  const [lead = null] = leads;
  const liveCall = await findLiveCall(tx, phone);
  const about = { campaignId: lead?.campaignId ?? null, leadId: lead?.leadId ?? null, messageId: uuid() };
  const body = text.body.toWellFormed();
  const row = {
    ...rowOf(text, body),
    phone,
    call_id: liveCall?.id ?? null,
    created_at: now,
    updated_at: now,
  };
  const { messageId: id, leadId: lead_id, campaignId: campaign_id } = about;
  if (!(await insertMessage(tx, { ...row, id, lead_id, campaign_id }))) return null;
  const wish = readWish(body, text.optOut);
  await appendEvent(tx, {
    type: 'message.received',
    ...about,
    callId: liveCall?.id ?? null,
    data: { wish, otherLeads: Math.max(0, leads.length - 1), attachments: text.media.length },
  });
  const phones = [...new Set([phone, ...leads.map((each) => each.phone)])];
  const settings = lead === null ? null : (await currentSettings(tx, lead.campaignId)).settings;
  await fulfil(tx, wish, { phones, about });
  if (wish === 'none') await noteReply(tx, { leads, messageId: id, now });
  if (wish === 'none' && settings !== null) await convert(tx, { about, body, settings, now });
  const answer = wish === 'none' && settings !== null && settings.autoReply !== null;
  return { messageId: id, phone, body, wish, waiting: waitingLeads(leads), liveCall, answer };
}

/** E.164 where it is a person's number; a short code or another channel's address stays as it is. */
function phoneOf(from: string): string {
  const parsed = parsePhone(from);
  return parsed.ok ? parsed.e164 : from.slice(0, 64);
}

function rowOf({ to, messageSid, media }: InboundText, body: string) {
  const { encoding, segments } = measureText(body);
  const attachments = media.map(({ url, contentType }) => ({
    url,
    name: null,
    contentType: contentType ?? 'application/octet-stream',
  }));
  return {
    channel: 'sms' as const,
    direction: 'inbound' as const,
    own_address: to,
    body,
    attachments: toJson(attachments),
    status: 'received' as const,
    source: 'contact' as const,
    provider_id: messageSid,
    segments,
    encoding,
  };
}

/** What the text came about by: the lead contacted last, if there is one. */
interface About {
  campaignId: string | null;
  leadId: string | null;
  messageId: string;
}

/** Opts the person's numbers out or in: the one that the text came from, and those at which the person is called. */
async function fulfil(
  tx: Tx,
  wish: TextWish,
  { phones, about }: { phones: readonly string[]; about: About },
): Promise<void> {
  if (wish === 'stop') {
    const reason = 'The person asked for it in a text.';
    for (const phone of phones) await addOptOut(tx, { phone, reason, source: 'message', about });
  }
  if (wish === 'start') await optInByText(tx, { phones, about });
}

async function noteReply(
  tx: Tx,
  { leads, messageId, now }: { leads: readonly ContactLead[]; messageId: string; now: Date },
): Promise<void> {
  await markReplied(
    tx,
    leads.map(({ leadId }) => leadId),
    now,
  );
  for (const { leadId, campaignId } of leads) {
    await appendEvent(tx, { type: 'lead.replied', campaignId, leadId, messageId, data: { by: 'message' } });
  }
}

/** By the campaign's rule on words; a rule on what a call brings never applies to a text. */
async function convert(
  tx: Tx,
  { about, body, settings, now }: { about: About; body: string; settings: CampaignSettings; now: Date },
): Promise<void> {
  const said = { role: 'user' as const, text: body, atSeconds: null };
  const reason = findConversion(settings.conversion, {
    verdict: null,
    dataCollection: {},
    evaluation: {},
    transcript: [said],
  });
  if (reason === null || about.leadId === null) return;
  const lead = await lockLead(tx, about.leadId);
  if (lead === null || lead.converted) return;
  const counts = lead.outcome === 'answered' || lead.outcome === 'replied';
  await changeLead(tx, lead.id, {
    converted: true,
    outcome: counts ? 'converted' : lead.outcome,
    updated_at: now,
  });
  await appendEvent(tx, {
    type: 'lead.converted',
    ...about,
    data: { by: 'message', rule: reason.rule },
  });
}
