import { createRoute } from '@hono/zod-openapi';
import { v7 as uuid } from 'uuid';
import { inTransaction, type Tx } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { leadsOfContact } from '#db/queries/contact-leads.ts';
import { findLead } from '#db/queries/leads.ts';
import { lockContact } from '#db/queries/locks.ts';
import { findMessage, lastHeardAt, type Message, scheduleText } from '#db/queries/messages.ts';
import { isOptedOut } from '#db/queries/opt-outs.ts';
import type { Actor } from '#domain/access.ts';
import { textAllowedAt } from '#domain/quiet-hours.ts';
import { zonesForPhone } from '#domain/zones/zones-for-phone.ts';
import { notFound } from '#services/errors.ts';
import type { Api, ApiContext } from '../../context.ts';
import { access } from '../../http/auth.ts';
import { Problem } from '../../http/errors.ts';
import { Message as MessageSchema, MessageSend, toMessage } from '../../schemas/message.ts';
import { bodyProblems, json, problems } from '../../schemas/problem.ts';

const route = createRoute({
  method: 'post',
  path: '/api/messages',
  operationId: 'sendMessage',
  tags: ['messages'],
  summary: 'Send a text; refused when the contact opted out, and in quiet hours unless it may wait',
  ...access('operator'),
  request: { body: { required: true, content: { 'application/json': { schema: MessageSend } } } },
  responses: {
    202: json('It is being sent; the answer says how many segments it has', MessageSchema),
    ...bodyProblems,
    ...problems(404),
  },
});

/** Whom a text goes to. */
interface Recipient {
  phone: string;
  leadId: string | null;
  campaignId: string | null;
  zones: string[];
}

export function sendMessage(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const { leadId, to, body, whenAllowed = false } = c.req.valid('json');
    if (context.config.twilio?.textsFrom == null) {
      throw new Problem('wrong-state', 'No number to send texts from is configured.');
    }
    const now = await context.now();
    const message = await inTransaction(context.db, async (tx) => {
      const recipient = await findRecipient(tx, leadId, to);
      await lockContact(tx, recipient.phone);
      await refuseOptedOut(tx, recipient.phone);
      const notBefore = await hourOf(tx, recipient, { whenAllowed, now });
      return await schedule(tx, recipient, { body, notBefore, actor: c.get('actor'), now });
    });
    // Whom Temporal does not hear of now, the sweep tells it of later.
    await context.workflows.startMessage(message.id);
    return c.json(toMessage(message), 202);
  });
}

async function findRecipient(tx: Tx, leadId: string | undefined, to: string | undefined): Promise<Recipient> {
  if (leadId !== undefined) {
    const lead = await findLead(tx, leadId);
    if (lead === null) throw notFound('lead');
    return { phone: lead.phone, leadId: lead.id, campaignId: lead.campaign_id, zones: lead.zones };
  }
  const phone = to ?? '';
  const [latest] = await leadsOfContact(tx, phone);
  if (latest === undefined) return { phone, leadId: null, campaignId: null, zones: zonesForPhone(phone) };
  return { phone, leadId: latest.leadId, campaignId: latest.campaignId, zones: latest.zones };
}

async function refuseOptedOut(tx: Tx, phone: string): Promise<void> {
  if (await isOptedOut(tx, phone)) throw new Problem('wrong-state', 'The contact opted out.');
}

/** Null to send at once. @throws Problem 409 that names the next hour at which it may be sent */
async function hourOf(
  tx: Tx,
  { phone, zones }: Recipient,
  { whenAllowed, now }: { whenAllowed: boolean; now: Date },
): Promise<Date | null> {
  const allowedAt = textAllowedAt({ zones, lastHeardAt: await lastHeardAt(tx, phone), now });
  if (allowedAt === null) {
    const known = zones.length === 0 ? 'none is known' : zones.join(', ');
    throw new Problem('wrong-state', `No hour is allowed in every zone (${known}).`);
  }
  if (allowedAt <= now) return null;
  if (!whenAllowed) {
    throw new Problem('wrong-state', `These are quiet hours there, until ${allowedAt.toISOString()}.`);
  }
  return allowedAt;
}

async function schedule(
  tx: Tx,
  { phone, leadId, campaignId }: Recipient,
  { body, notBefore, actor, now }: { body: string; notBefore: Date | null; actor: Actor; now: Date },
): Promise<Message> {
  const key = await tx.selectFrom('api_keys').select('name').where('id', '=', actor.id).executeTakeFirst();
  const id = uuid();
  const author = key?.name ?? null;
  await scheduleText(tx, { id, phone, leadId, campaignId, body, source: 'person', author, notBefore }, now);
  await appendAudit(tx, { actor, action: 'message.sent', subject: id });
  const message = await findMessage(tx, id);
  if (message === null) throw new Error('The message is gone.');
  return message;
}
