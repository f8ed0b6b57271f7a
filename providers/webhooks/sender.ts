import { lookup as dnsLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { Agent, buildConnector, request } from 'undici';
import { retryAfterMsOf } from '../connection.ts';
import type { OutboundAnswer, OutboundRequest, WebhookSender } from '../ports.ts';
import { type AllowedNetworks, literalAddress, parseAllowed, refusalOf, urlProblem } from './addresses.ts';

/** The addresses of a name. */
export type Resolve = (hostname: string) => Promise<{ address: string; family: number }[]>;

export interface SenderOptions {
  /** Addresses and networks that may be reached although they are not public. */
  allow: readonly string[];
  resolve?: Resolve;
  timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;
/** An answer's body is not used; a connection whose body is longer is closed. */
const ANSWER_BYTES = 64 * 1024;

class BlockedError extends Error {
  override readonly name = 'BlockedError';
}

/**
 * Signed webhooks as https://www.standardwebhooks.com describes them. The address that is judged is the one that
 * is connected to: a name that resolves differently the second time (DNS rebinding) gains nothing.
 *
 * @throws Error on an entry of `allow` that cannot be read
 */
export function createWebhookSender(options: SenderOptions): WebhookSender {
  const { resolve = resolveName, timeoutMs = TIMEOUT_MS } = options;
  const allowed = parseAllowed(options.allow);
  const connect = createConnector(allowed, resolve, timeoutMs);
  const agent = new Agent({ connect, headersTimeout: timeoutMs, bodyTimeout: timeoutMs, allowH2: false });
  return {
    send: (webhook) => send(agent, webhook, timeoutMs),
    urlProblem: (url) => urlProblem(url, allowed),
    close: () => agent.destroy(),
  };
}

async function send(agent: Agent, webhook: OutboundRequest, timeoutMs: number): Promise<OutboundAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const { statusCode, headers, body } = await request(webhook.url, {
      dispatcher: agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Ringleader-Webhooks/1',
        ...signed(webhook),
      },
      body: webhook.body,
      signal,
    });
    // The status is the answer, even when the body is cut off or too slow.
    await body.dump({ limit: ANSWER_BYTES, signal }).catch(() => {});
    return {
      kind: 'answered',
      status: statusCode,
      retryAfterMs: retryAfterMsOf(oneOf(headers['retry-after']), webhook.at.getTime()),
    };
  } catch (error) {
    const blocked = causes(error).find((cause) => cause instanceof BlockedError);
    if (blocked !== undefined) return { kind: 'blocked', reason: blocked.message };
    return {
      kind: 'unanswered',
      reason: signal.aborted ? `No answer within ${timeoutMs / 1_000} s.` : named(error),
    };
  }
}

function signed({ id, at, body, secrets }: OutboundRequest): Record<string, string> {
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, body)).join(' '),
  };
}

/** Judges a literal address itself, and every address of a name within the look-up that the connection is made by. */
function createConnector(
  allowed: AllowedNetworks,
  resolve: Resolve,
  timeout: number,
): buildConnector.connector {
  const connectors = [false, true].map((encrypted) =>
    buildConnector({ timeout, allowH2: false, lookup: judgedLookup(allowed, resolve, encrypted) }),
  );
  return (options, callback) => {
    const encrypted = options.protocol === 'https:';
    const literal =
      literalAddress(options.hostname) ?? (isIP(options.hostname) > 0 ? options.hostname : null);
    const refusal = literal === null ? null : refusalOf(literal, { allowed, encrypted });
    if (refusal !== null) return callback(new BlockedError(refusal), null);
    connectors[encrypted ? 1 : 0]?.(options, callback);
  };
}

/** One refused address is enough: we do not choose which one is connected to. */
function judgedLookup(allowed: AllowedNetworks, resolve: Resolve, encrypted: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) return callback(new Error('The name has no address.'), '', 0);
        for (const { address } of addresses) {
          const refusal = refusalOf(address, { allowed, encrypted });
          if (refusal !== null) return callback(new BlockedError(refusal), '', 0);
        }
        if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}

async function resolveName(hostname: string): Promise<{ address: string; family: number }[]> {
  return await dnsLookup(hostname, { all: true });
}

function oneOf(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

function causes(error: unknown): unknown[] {
  if (!(error instanceof Error)) return [];
  const inner = error instanceof AggregateError ? error.errors : [];
  return [error, ...[error.cause, ...inner].flatMap(causes)];
}

/** The error by its code: a message may contain addresses. */
function named(error: unknown): string {
  const code = causes(error)
    .map((cause) => (cause as { code?: unknown }).code)
    .find((code) => typeof code === 'string');
  return code === undefined ? 'The request failed.' : `The request failed: ${code}.`;
}
