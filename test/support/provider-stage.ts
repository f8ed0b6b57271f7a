import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { createElevenLabs } from '#providers/elevenlabs/adapter.ts';
import { ProviderError } from '#providers/ports.ts';

type Message = Record<string, unknown>;
type Frames = (message: Message, reply: (message: Message) => void, socket: WebSocket) => void;

export interface Stage {
  url: string;
  /** Of the WebSocket's request. */
  headers: IncomingMessage['headers'][];
  /** What the client sent over the WebSocket. */
  received: Message[];
}

export interface StageOptions {
  http?: (path: string, response: ServerResponse, request: IncomingMessage, body: string) => void;
  /** A status that refuses the WebSocket, none to open it. */
  refuseWith?: number;
  onOpen?: (reply: (message: Message) => void, socket: WebSocket) => void;
  onMessage?: Frames;
}

const closing: (() => Promise<unknown>)[] = [];
/** To be called after each test: closes every stage that it opened. */
export async function closeStages(): Promise<void> {
  for (const close of closing.splice(0)) await close();
}

/** A provider whose every answer the test writes, over HTTP and over a WebSocket. */
export async function stage(options: StageOptions): Promise<Stage> {
  const received: Message[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (protocols) => (protocols.has('convai') ? 'convai' : false),
  });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    options.http?.(request.url ?? '/', response, request, Buffer.concat(chunks).toString());
  });
  server.on('upgrade', (request, socket, head) => {
    headers.push(request.headers);
    if (options.refuseWith !== undefined) {
      socket.end(`HTTP/1.1 ${options.refuseWith} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (opened) => {
      const reply = (message: Message) => opened.send(JSON.stringify(message));
      opened.on('message', (data) => {
        const message = JSON.parse(String(data)) as Message;
        received.push(message);
        options.onMessage?.(message, reply, opened);
      });
      options.onOpen?.(reply, opened);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, headers, received };
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export const client = ({ url }: Stage) =>
  createElevenLabs({ apiKey: 'key', baseUrl: url, requestTimeoutMs: 5000 });

export async function failureOf(work: Promise<unknown>): Promise<ProviderError> {
  const error = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof ProviderError)) throw new Error(`It was to fail, and gave ${String(error)}.`);
  return error;
}

/** An agent as the provider describes it. */
export const AGENT = {
  agent_id: 'agent_1',
  name: 'Ada',
  conversation_config: {
    agent: { first_message: 'Hello!', language: 'en', prompt: { prompt: 'Be kind.', llm: 'some-model' } },
    tts: { voice_id: 'voice_1' },
    conversation: { max_duration_seconds: 600, monitoring_enabled: true },
  },
  platform_settings: {
    overrides: {
      conversation_config_override: {
        agent: { first_message: true, prompt: { prompt: true } },
        tts: { voice_id: true, speed: true },
        conversation: { text_only: true },
      },
    },
    data_collection: { email: { type: 'string', description: 'Where to write' } },
    evaluation: { criteria: [{ id: 'polite', name: 'Politeness' }] },
    call_limits: { agent_concurrency_limit: -1 },
  },
  phone_numbers: [{ phone_number_id: 'phnum_1', phone_number: '+12125550190' }],
};
