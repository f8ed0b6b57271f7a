import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Wire {
  url: string;
  requests: Received[];
  /** Requests that dial. */
  dials(): Received[];
  /** Connections that were ever made to it. */
  connections(): number;
  close(): Promise<void>;
}

export type Handler = (request: Received, response: ServerResponse) => void;

const open: Wire[] = [];

/** A server whose every answer the test writes. */
export async function wire(handler: Handler): Promise<Wire> {
  const requests: Received[] = [];
  let connections = 0;
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const received = {
      method: incoming.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
    };
    requests.push(received);
    handler(received, response);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const result: Wire = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    dials: () => requests.filter((request) => request.method === 'POST'),
    connections: () => connections,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  open.push(result);
  return result;
}

/** Ends every server that was begun. */
export async function closeWires(): Promise<void> {
  await Promise.all(open.splice(0).map((server) => server.close()));
}

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
