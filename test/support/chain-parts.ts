import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import { expect, vi } from 'vitest';
import type { Context } from '#services/context.ts';
import type { Simulator } from '#simulator/server.ts';
import { signElevenLabs } from '#simulator/signature.ts';
import { createWorker } from '#worker/create-worker.ts';
import { WITHIN } from './within.ts';

let runtimeInstalled = false;

/** One runtime a process, and only what is worth reading of its log. */
export function installRuntime(): void {
  if (!runtimeInstalled) Runtime.install({ logger: new DefaultLogger('WARN') });
  runtimeInstalled = true;
}

/** A worker that can be stopped and started again. */
export function createWorkerSwitch(options: {
  address: string;
  taskQueue: string;
  bundlePath: string;
  context: Context;
}) {
  let running: { worker: Worker; connection: NativeConnection; done: Promise<void> } | null = null;
  return {
    async start() {
      const connection = await NativeConnection.connect({ address: options.address });
      const worker = await createWorker({
        connection,
        namespace: 'default',
        taskQueue: options.taskQueue,
        workflowBundle: { codePath: options.bundlePath },
        context: options.context,
      });
      running = { worker, connection, done: worker.run() };
    },
    async stop() {
      if (running === null) return;
      const { worker, connection, done } = running;
      running = null;
      worker.shutdown();
      await done;
      await connection.close();
    },
  };
}

/** What tests change in a webhook. */
export interface ReportedData {
  status: string;
  analysis: { data_collection_results: Record<string, { value: unknown }> };
}

/** Sends the signed webhook of a finished call, with whatever is changed in its `data` before. */
export async function report(
  { simulator, url, secret }: { simulator: Simulator; url: string; secret: string },
  conversationId: string,
  change: (data: ReportedData) => void = () => {},
): Promise<void> {
  // The provider knows what was said a moment after the call is over.
  const data = await vi.waitFor(async () => {
    const answer = await fetch(`${simulator.url}/v1/convai/conversations/${conversationId}`, {
      headers: { 'xi-api-key': 'simulated' },
    });
    const conversation = (await answer.json()) as ReportedData;
    expect(['done', 'failed']).toContain(conversation.status);
    return conversation;
  }, WITHIN);
  change(data);
  const atSeconds = Math.floor(Date.now() / 1_000);
  const body = JSON.stringify({ type: 'post_call_transcription', event_timestamp: atSeconds, data });
  const signature = signElevenLabs(body, secret, new Date(atSeconds * 1_000));
  const response = await fetch(`${url}/webhooks/elevenlabs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'elevenlabs-signature': signature },
    body,
  });
  expect(response.status).toBe(200);
}
