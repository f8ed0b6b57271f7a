import { createRoute, z } from '@hono/zod-openapi';
import { UUID } from '#domain/ids.ts';
import { format, NOT_BLANK } from '#domain/text.ts';
import { receiveReport, receiveText } from '#services/provider-events/texts.ts';
import type { Api, ApiContext } from '../context.ts';
import type { BodyLimit } from '../http/limits.ts';
import { problems } from '../schemas/problem.ts';
import { readRequest } from './request.ts';

/** A text of 1,600 characters, each escaped to twelve bytes, and room for the other fields. */
const FORM_LIMIT: BodyLimit = { maxBytes: 128 * 1024, idleMs: 10_000, totalMs: 15_000 };

/** No answer of ours in the response: what is answered is sent by itself, and recorded. */
const NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>';

const named = { type: 'string' as const };

/** A form; of what Twilio sends, that which is read. */
const form = (properties: Record<string, object>, required: string[]) => ({
  required: true,
  content: {
    'application/x-www-form-urlencoded': { schema: { type: 'object' as const, required, properties } },
  },
});

const textForm = form(
  {
    MessageSid: { ...named, pattern: NOT_BLANK },
    From: { ...named, ...format('phone') },
    To: { ...named, ...format('phone') },
    Body: named,
    NumMedia: named,
    OptOutType: { ...named, enum: ['STOP', 'START', 'HELP'] },
  },
  ['MessageSid', 'From', 'To'],
);
const reportForm = form(
  { MessageSid: named, MessageStatus: named, ErrorCode: named, To: named, From: named },
  [],
);

const textRoute = createRoute({
  method: 'post',
  path: '/webhooks/twilio/sms',
  operationId: 'receiveTexts',
  tags: ['webhooks'],
  summary: 'A text from a person, signed in the header X-Twilio-Signature for the public address',
  security: [{ twilioSignature: [] }],
  request: { body: textForm },
  responses: {
    200: { description: 'Stored; an empty TwiML document', content: { 'text/xml': { schema: z.string() } } },
    ...problems(400, 403, 408, 413, 503),
  },
});

const reportRoute = createRoute({
  method: 'post',
  path: '/webhooks/twilio/status',
  operationId: 'receiveTextStatus',
  tags: ['webhooks'],
  summary: 'What became of a text that was sent, signed in the header X-Twilio-Signature',
  security: [{ twilioSignature: [] }],
  request: {
    query: z.object({
      message: z.string().optional().openapi({ description: 'The id of our message: we put it there' }),
    }),
    body: reportForm,
  },
  responses: { 204: { description: 'Noted' }, ...problems(403, 408, 413, 503) },
});

export function receiveTwilio(app: Api, context: ApiContext): void {
  app.openapi(textRoute, async (c) => {
    await receiveText(context, await readRequest(context, c, FORM_LIMIT));
    return c.body(NO_ANSWER, 200, { 'content-type': 'text/xml; charset=utf-8' });
  });

  app.openapi(reportRoute, async (c) => {
    const request = await readRequest(context, c, FORM_LIMIT);
    // We put it into the address ourselves when we sent the text.
    const named = c.req.query('message') ?? '';
    await receiveReport(context, { request, messageId: UUID.test(named) ? named : null });
    return c.body(null, 204);
  });
}
