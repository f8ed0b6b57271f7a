import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ElevenLabsClient } from '@elevenlabs/elevenlabs-js';
import { expect, vi } from 'vitest';
import type { FaultOptions } from '#simulator/faults.ts';
import { type Simulator, startSimulator } from '#simulator/server.ts';
import { dialThrough, elevenLabsAt } from './simulator-clients.ts';

export const WEBHOOK_SECRET = 'wsec_test';

interface ReceivedWebhook {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A server that takes webhooks and keeps them. */
interface WebhookReceiver {
  url: string;
  received: ReceivedWebhook[];
  /** What to answer, in turn; 200 when none is left. */
  answers: number[];
  stop(): Promise<void>;
}

/** Starts a receiver on a free port of the loopback interface. */
async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedWebhook[] = [];
  const answers: number[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answers,
    stop: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A simulator with its webhooks going to a receiver. */
export interface Rig {
  simulator: Simulator;
  receiver: WebhookReceiver;
  client: ElevenLabsClient;
  dial(to: string, attemptId: string, timeoutSeconds?: number): ReturnType<typeof dialThrough>;
  /** Rejects when the SDK does not believe the webhook. */
  verify(webhook: ReceivedWebhook): Promise<{ type: string; data: Record<string, unknown> }>;
  /** Resolves when all calls have ended and the receiver has answered exactly so many webhooks. */
  settled(webhooks: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both, with the faults, and with so many repeats of unanswered webhooks. */
export async function startRig(faults: Partial<FaultOptions> = {}, retries = 0, speed = 2000): Promise<Rig> {
  const receiver = await startWebhookReceiver();
  const webhook = { url: receiver.url, secret: WEBHOOK_SECRET, retries };
  const simulator = await startSimulator({ seed: 7, speed, faults, webhook });
  const client = elevenLabsAt(simulator.url);
  return {
    simulator,
    receiver,
    client,
    dial: (to, attemptId, timeoutSeconds = 20) => dialThrough(client, to, attemptId, { timeoutSeconds }),
    verify: ({ body, headers }) =>
      client.webhooks.constructEvent(body, String(headers['elevenlabs-signature'] ?? ''), WEBHOOK_SECRET),
    settled: (webhooks) =>
      eventually(() => {
        expect(simulator.ledger.liveCalls).toBe(0);
        expect(receiver.received).toHaveLength(webhooks);
        const entries = simulator.ledger.dials.flatMap((entry) => entry.webhooks);
        expect(entries.filter(({ status, fault }) => status === null && fault !== 'lost')).toEqual([]);
      }),
    stop: async () => {
      await simulator.stop();
      await receiver.stop();
    },
  };
}

/** Waits until the check passes, for ten seconds at most. */
export function eventually(check: () => void | Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 10_000, interval: 10 });
}
