import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/** Connections are made so many at once. */
const CONNECTS_AT_ONCE = 50;
const CONNECT_WITHIN_MS = 30_000;
/** As long as the text that is looked for can be. */
const TAIL_CHARS = 40;
/** As Linux writes it. */
const ESTABLISHED = '01';

/** A client of the stream, over a plain socket: what it costs must not show in what it measures. */
export interface SseClient {
  /** Stops reading for good, as a page that hangs. */
  stall(): void;
  close(): void;
}

export interface SseOptions {
  url: string;
  key: string;
  /** Events of this campaign only. */
  campaignId?: string;
}

/**
 * Opens so many streams. `onEvent` is called for every event whose data has a number `nth`; with null what comes
 * is read and thrown away.
 *
 * @throws Error when one is not opened
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
  // A stream that is cut off is seen by its connection being gone.
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

/** Waits for the first event, with which the client has joined. */
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

/** Connections that a server on this IPv4 port has, and what its kernel holds for them; 0 where it cannot be seen. */
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
