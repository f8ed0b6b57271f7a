import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  from: string;
  to: string[];
  /** The whole message with its header (RFC 5322). */
  raw: string;
  receivedAt: string;
}

export interface Mailbox {
  /** For a mail client; no trailing slash. */
  url: string;
  /** Oldest first; only the latest are kept. */
  mails(): readonly ReceivedMail[];
  stop(): Promise<void>;
}

const MAX_KEPT = 1_000;
const LARGEST_BYTES = 1_000_000;

/**
 * A mail server on the loopback interface that accepts everything and delivers nothing. Two recipients
 * differ: `refused@…` does not exist (550), `later@…` must be retried once (451).
 */
export async function startMailbox({ port = 0 }: { port?: number } = {}): Promise<Mailbox> {
  const kept: ReceivedMail[] = [];
  const deferred = new Set<string>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: LARGEST_BYTES,
    // A stop does not wait for the idle connections that clients keep.
    closeTimeout: 1,
    onRcptTo({ address }, _session, done) {
      const refusal = refusalOf(address, deferred);
      done(refusal);
    },
    onData(stream, { envelope }, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', done);
      stream.on('end', () => {
        if (stream.sizeExceeded) return done(smtpError(552, 'It is too large.'));
        kept.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
          receivedAt: new Date().toISOString(),
        });
        if (kept.length > MAX_KEPT) kept.shift();
        done();
      });
    },
  });
  // A client's lost connection must not end the server.
  server.on('error', () => {});
  await new Promise<void>((resolve, reject) => {
    server.server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const { port: taken } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${taken}`,
    mails: () => kept,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function refusalOf(address: string, deferred: Set<string>): Error | null {
  const [user] = address.toLowerCase().split('@');
  if (user === 'refused') return smtpError(550, `${address} does not exist.`);
  if (user !== 'later' || deferred.has(address)) return null;
  deferred.add(address);
  return smtpError(451, 'Come again later.');
}

function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
