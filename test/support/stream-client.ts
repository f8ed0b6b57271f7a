import { request } from 'node:http';

export interface StreamedEvent {
  id: number;
  event: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads the fields that it is about.
  data: any;
}

/** One connection to the stream. */
export interface StreamClient {
  events: StreamedEvent[];
  comments: number;
  /** The connection is over, whoever ended it. */
  closed: boolean;
  /** Stops reading, as a client that hangs. */
  stall(): void;
  close(): void;
}

interface StreamOptions {
  key: string;
  /** Of a session of the dashboard, in place of the key. */
  cookie?: string;
  lastEventId?: number;
  query?: string;
}

/** Connects, and resolves with the first bytes. @throws Error with the status when it is not 200 */
export async function openStream(
  url: string,
  { key, cookie, lastEventId, query = '' }: StreamOptions,
): Promise<StreamClient> {
  return await new Promise((resolve, reject) => {
    const headers = {
      ...(cookie === undefined ? { authorization: `Bearer ${key}` } : { cookie }),
      ...(lastEventId === undefined ? {} : { 'last-event-id': String(lastEventId) }),
    };
    const req = request(`${url}/api/stream${query}`, { headers, agent: false }, (response) => {
      if (response.statusCode !== 200) {
        response.resume();
        reject(new Error(`The stream answers ${response.statusCode}.`));
        return;
      }
      let rest = '';
      const client: StreamClient = {
        events: [],
        comments: 0,
        closed: false,
        stall: () => response.pause(),
        close: () => req.destroy(),
      };
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) take(client, block);
        resolve(client);
      });
      response.on('error', () => {});
      response.on('close', () => {
        client.closed = true;
      });
    });
    req.on('error', reject);
    req.end();
  });
}

function take(client: StreamClient, block: string): void {
  if (block.startsWith(':')) {
    client.comments += 1;
    return;
  }
  const fields = new Map(
    block.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  client.events.push({
    id: Number(fields.get('id')),
    event: fields.get('event') ?? '',
    data: JSON.parse(fields.get('data') ?? 'null'),
  });
}
