import { createTransport } from 'nodemailer';
import addressParser from 'nodemailer/lib/addressparser';
import { type Mail, MailError, type Mailer } from '../ports.ts';
import { composeInvitation } from './calendar.ts';

const CONNECTION_MS = 15_000;
const GREETING_MS = 15_000;
/** Some servers scan a message for minutes before they accept it. */
const SILENCE_MS = 120_000;
const CONNECTIONS = 3;
const MAILS_PER_CONNECTION = 100;

/** The mail server of a URL (`smtp://user:password@host:587`, `smtps://…`), over a few kept connections. */
export function createMailer({
  smtpUrl,
  from,
}: {
  smtpUrl: string;
  /** An address, or a name with one: `Ada <ada@example.com>`. */
  from: string;
}): Mailer & { close(): void } {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: CONNECTIONS,
    maxMessages: MAILS_PER_CONNECTION,
    connectionTimeout: CONNECTION_MS,
    greetingTimeout: GREETING_MS,
    socketTimeout: SILENCE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const sender = parseSender(from);
  return {
    from: sender,
    async send(mail) {
      const calendar = calendarOf(mail, sender);
      try {
        await transport.sendMail({
          messageId: mail.messageId,
          from: { address: sender.address, name: sender.name ?? '' },
          to: { address: mail.to.address, name: mail.to.name ?? '' },
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          ...calendar,
        });
      } catch (error) {
        throw mailError(error);
      }
      return { messageId: mail.messageId };
    },
    async ping() {
      try {
        await transport.verify();
      } catch (error) {
        throw mailError(error);
      }
    },
    close: () => transport.close(),
  };
}

function parseSender(from: string): Mailer['from'] {
  const [parsed] = addressParser(from, { flatten: true });
  return { address: parsed?.address || from, name: parsed?.name || null };
}

/** As an alternative to the text, which mail programs offer to accept, and as a file for all others. */
function calendarOf({ invitation, to }: Mail, organizer: Mailer['from']) {
  if (invitation === null) return {};
  const content = composeInvitation({ ...invitation, organizer, guest: to });
  return { icalEvent: { method: 'REQUEST', filename: 'invite.ics', content } };
}

/** nodemailer's errors: its own code, and the server's reply where there was one. */
interface SmtpFailure {
  code?: string;
  responseCode?: number;
  response?: string;
}

/**
 * A reply of 5xx to the envelope or the message is final (RFC 5321, 4.2.1), and so is an address that no server
 * was asked about. A refused login is not: it can be corrected while the mail waits.
 */
function mailError(error: unknown): MailError {
  const { code, responseCode, response } = error as SmtpFailure;
  const aboutMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  const permanent = aboutMail && (responseCode === undefined || responseCode >= 500);
  const words = error instanceof Error ? error.message : String(error);
  return new MailError((response ?? words).slice(0, 500), { permanent, cause: error });
}
