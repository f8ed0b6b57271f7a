import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';

export interface Listening {
  url: string;
  /** Breaks off what is still under way. */
  close(): Promise<void>;
}

/** A server for the handler, on a free port of the loopback interface. */
export async function listen(handler: Parameters<typeof serve>[0]['fetch']): Promise<Listening> {
  const server = serve({ fetch: handler, hostname: '127.0.0.1', port: 0 }) as Server;
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
