import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { PHONE_NUMBERS } from '../fleet.ts';
import type { DialOutcome, LedgerText } from '../ledger.ts';
import { textRefusalOf } from '../texters.ts';
import { openText, senderFor } from '../texts.ts';
import { leaveUnanswered } from '../unanswered.ts';
import type { World } from '../world.ts';
import { day, failure, missing, pageOf } from './http.ts';
import { twilioMessage } from './message.ts';
import type { SimulatedText } from './text-params.ts';

type TextContext = Context<{ Bindings: HttpBindings }>;

const MAX_BODY_CHARACTERS = 1600;
const RETRY_AFTER_SECONDS = 1;

/** A request to send a text; empty strings for missing fields. */
interface TextForm {
  from: string;
  service: string;
  to: string;
  body: string;
  media: string[];
  statusCallback: string;
}

/** Twilio's message resource under `/2010-04-01/Accounts/{sid}`; the caller authenticates. */
export function textRoutes(world: World): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  let lists = 0;
  const requestsByNumber = new Map<string, number>();

  app.post('/:account/Messages.json', async (c) => {
    const form = formOf(await c.req.parseBody({ all: true }));
    const entry = openText({
      direction: 'outbound',
      by: 'api',
      from: form.service === '' ? form.from : senderFor(form.to),
      to: form.to,
      body: form.body,
      media: form.media,
    });
    world.ledger.addText(entry);
    const refusal = refusalOf(world, form, entry);
    if (refusal !== null) {
      entry.errorCode = refusal.code;
      return failure(c, 400, refusal.code, refusal.message);
    }
    const nth = requestsByNumber.get(form.to) ?? 0;
    requestsByNumber.set(form.to, nth + 1);
    const place = [form.to, nth];
    if (world.faults.strikes('textThrottle', ...place)) {
      entry.answer = 'throttled';
      const { retryAfterSeconds } = world.faults.options;
      c.header('Retry-After', String(retryAfterSeconds || RETRY_AFTER_SECONDS));
      return failure(c, 429, 20429, 'Too many requests');
    }
    if (world.faults.strikes('textErrorsBeforeAccept', ...place)) {
      entry.answer = 'server_error';
      return failure(c, 500, 20500, 'Internal server error');
    }
    return accept(c, world, { form, entry, place });
  });

  app.get('/:account/Messages.json', (c) => {
    const query = new URL(c.req.url).searchParams;
    const path = `/2010-04-01/Accounts/${c.req.param('account')}/Messages.json`;
    lists += 1;
    const ignoresFilters = world.faults.strikes('listIgnoresFilters', 'texts', lists);
    const found = pageOf(findTexts(world, ignoresFilters ? new URLSearchParams() : query), { query, path });
    return c.json({ messages: found.items.map(twilioMessage), ...found.paging });
  });

  app.get('/:account/Messages/:file{.+\\.json}', (c) => {
    const text = world.texts.sid(c.req.param('file').replace(/\.json$/, ''));
    return text === null ? missing(c) : c.json(twilioMessage(text));
  });

  return app;
}

async function accept(
  c: TextContext,
  world: World,
  { form, entry, place }: { form: TextForm; entry: LedgerText; place: Array<string | number> },
): Promise<Response> {
  entry.answer = answerAfterAccept(world, place);
  const text = world.texts.send({
    accountSid: c.req.param('account') ?? '',
    authToken: passwordOf(c.req.header('authorization')),
    messagingServiceSid: form.service === '' ? null : form.service,
    direction: 'outbound-api',
    from: entry.from,
    to: form.to,
    body: form.body,
    media: form.media,
    statusCallback: form.statusCallback === '' ? null : form.statusCallback,
    entry,
  });
  const answer = twilioMessage(text);
  switch (entry.answer) {
    case 'server_error':
      return failure(c, 500, 20500, 'Internal server error');
    case 'malformed': {
      const whole = JSON.stringify(answer);
      return c.body(whole.slice(0, whole.length / 2), 201, { 'content-type': 'application/json' });
    }
    case 'reset':
    case 'timeout':
      return await leaveUnanswered(c, entry.answer);
    default:
      return c.json(answer, 201);
  }
}

function answerAfterAccept({ faults }: World, place: Array<string | number>): DialOutcome {
  if (faults.strikes('textErrorsAfterAccept', ...place)) return 'server_error';
  if (faults.strikes('textMalformedAfterAccept', ...place)) return 'malformed';
  if (faults.strikes('textTimeoutAfterAccept', ...place)) return 'timeout';
  if (faults.strikes('textResetAfterAccept', ...place)) return 'reset';
  return 'placed';
}

/** The reason for a refusal, with Twilio's error number; null for none. */
function refusalOf(
  world: World,
  form: TextForm,
  { from }: LedgerText,
): { code: number; message: string } | null {
  const { to, body, media, service } = form;
  if (to === '') return { code: 21604, message: "A 'To' phone number is required." };
  if (from === '') return { code: 21603, message: "A 'From' phone number is required." };
  if (!isE164(to)) return { code: 21211, message: `The 'To' number ${to} is not a valid phone number.` };
  const refused = textRefusalOf(to);
  if (refused !== null) return { code: refused, message: `The 'To' number ${to} cannot get messages.` };
  if (service === '' && !PHONE_NUMBERS.some(({ phoneNumber }) => phoneNumber === from)) {
    return { code: 21659, message: `The 'From' number ${from} is not one of the account's.` };
  }
  if (to === from) return { code: 21266, message: "'To' and 'From' cannot be the same." };
  if (body === '' && media.length === 0) return { code: 21602, message: 'Message body is required.' };
  if ([...body].length > MAX_BODY_CHARACTERS) {
    return { code: 21617, message: `The message body exceeds ${MAX_BODY_CHARACTERS} characters.` };
  }
  if (form.statusCallback !== '' && !URL.canParse(form.statusCallback)) {
    return { code: 21609, message: "The 'StatusCallback' URL is not valid." };
  }
  if (world.texts.optOuts.has({ own: from, person: to })) {
    return { code: 21610, message: 'The recipient has opted out of messages from this number.' };
  }
  return null;
}

/**
 * Newest first. `DateSent` compares days when it names a day, otherwise instants; a text not yet sent has
 * none.
 */
function findTexts(world: World, query: URLSearchParams): SimulatedText[] {
  const to = query.get('To');
  const from = query.get('From');
  const listedUntilMs = Date.now() - world.faults.options.carrierListingLagMs;
  return world.texts.all
    .filter(
      (text) =>
        text.createdAtMs <= listedUntilMs &&
        (to === null || text.to === to) &&
        (from === null || text.from === from) &&
        isSent(text, query.get('DateSent'), (sent, wanted) => sent === wanted) &&
        isSent(text, query.get('DateSent>'), (sent, wanted) => sent >= wanted) &&
        isSent(text, query.get('DateSent<'), (sent, wanted) => sent <= wanted),
    )
    .toReversed();
}

function isSent(
  text: SimulatedText,
  wanted: string | null,
  compare: (sent: string, wanted: string) => boolean,
): boolean {
  if (wanted === null) return true;
  if (text.sentAtMs === null) return false;
  const sent = new Date(text.sentAtMs).toISOString();
  const wantedAt = new Date(wanted);
  // To the second, the precision of the list's own dates.
  return wanted.length <= 10 || Number.isNaN(wantedAt.getTime())
    ? compare(sent.slice(0, 10), day(wanted) ?? '')
    : compare(sent.slice(0, 19), wantedAt.toISOString().slice(0, 19));
}

function formOf(body: Record<string, unknown>): TextForm {
  return {
    from: text(body.From),
    service: text(body.MessagingServiceSid),
    to: text(body.To),
    body: text(body.Body),
    media: [body.MediaUrl].flat().filter((url): url is string => typeof url === 'string'),
    statusCallback: text(body.StatusCallback),
  };
}

function isE164(number: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(number);
}

/** The account's token, which also signs its reports. */
function passwordOf(authorization: string | undefined): string {
  const decoded = Buffer.from(authorization?.replace(/^Basic /i, '') ?? '', 'base64').toString();
  return decoded.slice(decoded.indexOf(':') + 1);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
