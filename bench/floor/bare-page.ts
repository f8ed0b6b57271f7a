import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The minimum between a post and pixels: no signature, no database, no framework. */
export interface BarePage {
  url: string;
  stop(): void;
}

const PAGE = `<!doctype html><title>Bare</title><main></main><script>
new EventSource('/stream').onmessage = ({ data }) => { document.querySelector('main').textContent = data; };
</script>`;

/** A page that shows what is posted to its server, one server-sent event each. */
export async function startBarePage(): Promise<BarePage> {
  const readers = new Set<ServerResponse>();
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      for (const reader of readers) reader.write(`data: ${Buffer.concat(chunks).toString()}\n\n`);
      response.writeHead(200).end();
      return;
    }
    if (request.url === '/stream') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.flushHeaders();
      readers.add(response);
      response.on('close', () => readers.delete(response));
      return;
    }
    response.setHeader('content-type', 'text/html');
    response.end(PAGE);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
