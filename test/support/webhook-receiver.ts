import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedWebhook {
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  port: number;
  received: ReceivedWebhook[];
  /** Connections that were opened, whether or not anything was sent. */
  readonly connections: number;
  /** How the next requests are answered, by their running number from 1; 204 until it is set. */
  answer(how: (response: ServerResponse, nth: number) => void): void;
  stop(): Promise<void>;
}

/** Somebody's server that takes webhooks. */
export async function startReceiver(host = '127.0.0.1'): Promise<Receiver> {
  const received: ReceivedWebhook[] = [];
  let connections = 0;
  let how: (response: ServerResponse, nth: number) => void = (response) => response.writeHead(204).end();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    // Every attempt connects anew, and so is judged anew.
    response.setHeader('connection', 'close');
    how(response, received.length);
  });
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}/hook`,
    port,
    received,
    get connections() {
      return connections;
    },
    answer: (next) => {
      how = next;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export interface VerifiedWebhook {
  type: string;
  timestamp: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads the fields that it is about.
  data: any;
}

/** What was received, verified as any receiver would. @throws when it was not signed with this secret */
export function verified(secret: string, webhook: ReceivedWebhook | undefined): VerifiedWebhook {
  if (webhook === undefined) throw new Error('Nothing was received.');
  return new Webhook(secret).verify(
    webhook.body,
    webhook.headers as Record<string, string>,
  ) as VerifiedWebhook;
}
