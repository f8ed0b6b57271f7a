import { WebSocket } from 'ws';
import type { Connection } from './exchange.ts';
import { type Fields, fieldsOf } from './fields.ts';

/** The provider's own address, as its SDK has it. */
const BASE_URL = 'https://api.elevenlabs.io';
const MAX_MESSAGE_BYTES = 4 * 1024 * 1024;

/** The account's address without a slash at its end. */
export function baseUrlOf(connection: Connection): string {
  return (connection.baseUrl ?? BASE_URL).replace(/\/+$/, '');
}

/** The WebSocket could not be opened. `status` is the HTTP status that refused it, null when none came. */
export class SocketRefusedError extends Error {
  override readonly name = 'SocketRefusedError';
  readonly status: number | null;

  constructor(message: string, details: { status: number | null; cause?: unknown }) {
    super(message, { cause: details.cause });
    this.status = details.status;
  }
}

/** JSON messages both ways. */
export interface Socket {
  /** Resolves when the message has left; rejects when the connection is gone. */
  send(message: Fields): Promise<void>;
  /** Closes politely, and cuts the connection when the other side does not follow. */
  close(): void;
}

interface SocketOptions {
  url: string;
  headers?: Record<string, string>;
  protocol?: string;
  timeoutMs: number;
  /** Messages that are no JSON object are left out. */
  onMessage(message: Fields): void;
  /** Once, whoever closed it. */
  onClosed(code: number, reason: string): void;
}

/** Opens a WebSocket within `timeoutMs`. @throws SocketRefusedError */
export function openSocket(options: SocketOptions): Promise<Socket> {
  const { url, headers = {}, protocol, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocol === undefined ? [] : [protocol], {
      headers,
      handshakeTimeout: timeoutMs,
      maxPayload: MAX_MESSAGE_BYTES,
      perMessageDeflate: false,
      followRedirects: false,
    });
    let opened = false;
    socket.on('unexpected-response', (request, response) => {
      const status = response.statusCode ?? null;
      response.resume();
      request.destroy();
      reject(new SocketRefusedError(`the WebSocket was refused with status ${status}`, { status }));
    });
    // After the opening an error is followed by the close, which says as much.
    socket.on('error', (cause) =>
      reject(new SocketRefusedError('the WebSocket could not be opened', { status: null, cause })),
    );
    // Listened to before the opening: the first message may come in the same packet.
    socket.on('message', (data, isBinary) => {
      const message = isBinary ? null : jsonOf(String(data));
      if (message !== null) options.onMessage(message);
    });
    socket.on('close', (code, reason) => {
      if (opened) options.onClosed(code, reason.toString());
      else reject(new SocketRefusedError('the WebSocket closed as it opened', { status: null }));
    });
    socket.on('open', () => {
      opened = true;
      resolve({
        send: (message) => send(socket, message),
        close: () => close(socket),
      });
    });
  });
}

function send(socket: WebSocket, message: Fields): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(JSON.stringify(message), (error) => (error ? reject(error) : resolve()));
  });
}

const FAREWELL_MS = 1000;

function close(socket: WebSocket): void {
  if (socket.readyState === WebSocket.CLOSED) return;
  const cut = setTimeout(() => socket.terminate(), FAREWELL_MS);
  socket.once('close', () => clearTimeout(cut));
  socket.close(1000);
}

function jsonOf(text: string): Fields | null {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return null;
  }
}
