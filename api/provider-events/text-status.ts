import { createRoute } from '@hono/zod-openapi';
import { inTransaction, type Tx } from '#db/client.ts';
import { lockContact } from '#db/queries/locks.ts';
import { findMessage, lockMessage, type Message, recordTextReport } from '#db/queries/messages.ts';
import { storeWebhookEvent } from '#db/queries/provider-events.ts';
import { UUID } from '#domain/ids.ts';
import { messageStatusOf } from '#domain/message.ts';
import { RECIPIENT_OPTED_OUT } from '#providers/twilio/texts.ts';
import { normaliseTextStatus, type TextStatusReport } from '#providers/twilio/webhook.ts';
import { addCarrierOptOut } from '#services/messages/reports.ts';
import { notifyOptedOut } from '#services/opt-outs/opt-outs.ts';
import type { Api, ApiContext } from '../context.ts';
import { problems } from '../schemas/problem.ts';
import { readSignedForm } from './twilio-form.ts';

const route = createRoute({
  method: 'post',
  path: '/webhooks/twilio/status',
  operationId: 'receiveTextStatus',
  tags: ['webhooks'],
  summary: 'What became of a text that was sent, signed in the header X-Twilio-Signature',
  request: {
    body: {
      required: true,
      content: { 'application/x-www-form-urlencoded': { schema: { type: 'object' as const } } },
    },
  },
  responses: { 204: { description: 'Noted' }, ...problems(403, 408, 413, 503) },
});

export function receiveTextStatus(app: Api, context: ApiContext): void {
  app.openapi(route, async (c) => {
    const params = await readSignedForm(context, c);
    const report = normaliseTextStatus(params);
    if (report !== null) {
      // We put it into the address ourselves when we sent the text.
      const named = c.req.query('message') ?? '';
      const optedOut = await note(context, report, { params, messageId: UUID.test(named) ? named : null });
      if (optedOut !== null) await notifyOptedOut(context, optedOut);
    }
    return c.body(null, 204);
  });
}

/** Resolves with the number of a contact that turned out to have opted out. */
async function note(
  context: ApiContext,
  report: TextStatusReport,
  { params, messageId }: { params: unknown; messageId: string | null },
): Promise<string | null> {
  return await inTransaction(context.db, async (tx) => {
    const now = await context.now();
    const event = await storeWebhookEvent(tx, {
      provider: 'twilio',
      dedupKey: `${report.messageSid}:${report.status}`,
      type: 'text-status',
      conversationId: null,
      payload: params,
      now,
      settled: true,
    });
    if (!event.isNew) return null;
    const found = await findReported(tx, report.messageSid, messageId);
    const status = messageStatusOf(report.status);
    if (found === null || status === null) return null;
    await lockContact(tx, found.phone);
    const message = await lockMessage(tx, found.id);
    const { messageSid: providerId, errorCode } = report;
    await recordTextReport(tx, message, { status, providerId, errorCode }, now);
    return errorCode === RECIPIENT_OPTED_OUT && (await addCarrierOptOut(tx, message)) ? message.phone : null;
  });
}

/** By the carrier's id; a report that overtakes the answer to the sending, by ours. */
async function findReported(tx: Tx, messageSid: string, messageId: string | null): Promise<Message | null> {
  const known = await tx
    .selectFrom('messages')
    .selectAll()
    .where('provider_id', '=', messageSid)
    .executeTakeFirst();
  if (known !== undefined) return known;
  const named = messageId === null ? null : await findMessage(tx, messageId);
  // The answer may have been recorded between the two reads.
  const isOurs = named?.provider_id === null || named?.provider_id === messageSid;
  return named?.direction === 'outbound' && isOurs ? named : null;
}
