import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

const CONNECTS_AT_ONCE = 50;
const CONNECT_WITHIN_MS = 30_000;
/** At least the length of the text that is searched for. */
const TAIL_CHARS = 40;
/** Linux's code for an established connection. */
const ESTABLISHED = '01';

/** A client of the stream over a plain socket, so that its own cost does not affect the measurement. */
export interface SseClient {
  /** Stops reading for good, like a hanging page. */
  stall(): void;
  close(): void;
}

export interface SseOptions {
  url: string;
  key: string;
  /** Only this campaign's events. */
  campaignId?: string;
}

/**
 * Opens streams. `onEvent` is called for every event whose data has a number `nth`; with null the data are
 * read and dropped.
 *
 * @throws Error when a stream is not opened
 */
export async function openClients(
  count: number,
  options: SseOptions,
  onEvent: ((nth: number) => void) | null,
): Promise<SseClient[]> {
  const clients: SseClient[] = [];
  let left = count;
  const openOn = async () => {
    while (left > 0) {
      left -= 1;
      clients.push(await openClient(options, onEvent));
    }
  };
  await Promise.all(Array.from({ length: CONNECTS_AT_ONCE }, openOn));
  return clients;
}

async function openClient(
  { url, key, campaignId }: SseOptions,
  onEvent: ((nth: number) => void) | null,
): Promise<SseClient> {
  const { hostname, port, host } = new URL(url);
  const path = `/api/stream${campaignId === undefined ? '' : `?campaign=${campaignId}`}`;
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${key}\r\n\r\n`);
  // A closed connection shows that the stream was cut off.
  socket.on('error', () => {});
  await untilReady(socket);
  if (onEvent === null) socket.resume();
  let rest = '';
  const read = (chunk: Buffer) => {
    const text = rest + chunk.toString('latin1');
    let seenTo = 0;
    for (const found of text.matchAll(/"nth":(\d+)[,}]/g)) {
      seenTo = found.index + found[0].length;
      onEvent?.(Number(found[1]));
    }
    rest = text.slice(Math.max(seenTo, text.length - TAIL_CHARS));
  };
  if (onEvent !== null) socket.on('data', read);
  return { stall: () => void socket.pause(), close: () => void socket.destroy() };
}

/** The first event shows that the client has joined. */
async function untilReady(socket: Socket): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const fail = () => settle(() => reject(new Error(`A stream was not opened; it answered: ${text}`)));
    const timer = setTimeout(fail, CONNECT_WITHIN_MS);
    let text = '';
    const settle = (act: () => void) => {
      clearTimeout(timer);
      socket.off('data', take);
      socket.off('close', fail);
      act();
    };
    const take = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('event: ready')) settle(resolve);
    };
    socket.on('data', take);
    socket.on('close', fail);
  });
}

/**
 * A server's connections on this IPv4 port and the bytes its kernel holds for them; 0 where it cannot be
 * read.
 */
export function connectionsOf(port: number): { count: number; unsentBytes: number } {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  let count = 0;
  let unsentBytes = 0;
  for (const line of readTable().split('\n')) {
    const [, from, , state, queues] = line.trim().split(/\s+/);
    if (from?.endsWith(local) !== true || state !== ESTABLISHED) continue;
    count += 1;
    unsentBytes += Number.parseInt(queues?.split(':', 1)[0] ?? '0', 16);
  }
  return { count, unsentBytes };
}

function readTable(): string {
  try {
    return readFileSync('/proc/net/tcp', 'utf8');
  } catch {
    return '';
  }
}
