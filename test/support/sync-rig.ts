import { expect, vi } from 'vitest';
import { createElevenLabs } from '#providers/elevenlabs/adapter.ts';
import type { SimulatedCall } from '#simulator/calls.ts';
import { PHONE_NUMBERS } from '#simulator/fleet.ts';
import { type Simulator, startSimulator } from '#simulator/server.ts';
import { type Chain, startChain } from './chain-rig.ts';
import { createPhoneBook } from './people.ts';
import { type ProviderProxy, startProviderProxy } from './provider-proxy.ts';

/** What a walk answers. */
export interface Walk {
  runId: string;
  since: string;
  until: string;
  pages: number;
  seen: number;
  stored: number;
  attributed: number;
  unattributed: number;
  failed: number;
  finished: boolean;
}

/** The chain, whose provider is a phone network of its own behind a proxy, and sends no webhooks. */
export interface SyncRig {
  chain: Chain;
  proxy: ProviderProxy;
  /** The phone network of this test. */
  network: Simulator;
  /** A network without conversations, and a database without calls that came in and walks. */
  reset(): Promise<void>;
  /** People call in one after the other, from these numbers or from so many that nobody knows; all calls are over. */
  callIn(from: readonly string[] | number): Promise<SimulatedCall[]>;
  /** A campaign's lead of this number, whom nobody has called. */
  lead(phone: string): Promise<string>;
  sync(body?: { since?: string }): Promise<Walk>;
  /** Resolves when the conversation is over and was analysed. */
  settled(conversationId: string): Promise<void>;
  stop(): Promise<void>;
}

const SPEED = 50_000;
/** What a read may take; a provider that asks for more timeouts is asked again by the worker, not by the SDK. */
export const READ_MS = 6_000;
const CALLED = PHONE_NUMBERS[0]?.phoneNumber ?? '';

/** Numbers kept for fiction that no test gives to a lead. */
export const strangers = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `+4477009001${String(index).padStart(2, '0')}`);

/** A number of its own for every lead of every test. */
export const nextNumber = (
  (book) => () =>
    book('00')[0] ?? ''
)(createPhoneBook());

export async function startSyncRig(): Promise<SyncRig> {
  const chain = await startChain();
  const proxy = await startProviderProxy('');
  chain.context.voice = createElevenLabs({
    ...chain.context.config.elevenLabs,
    baseUrl: proxy.url,
    requestTimeoutMs: READ_MS,
  });
  let network: Simulator | null = null;
  const rig: SyncRig = {
    chain,
    proxy,
    get network() {
      if (network === null) throw new Error('There is no phone network before the first reset.');
      return network;
    },
    async reset() {
      await network?.stop();
      network = await startSimulator({ seed: 11, speed: SPEED });
      Object.assign(proxy, {
        target: network.url,
        lists: [],
        reads: [],
        mostReads: 0,
        pageSize: 100,
        answer: () => null,
        alter: () => {},
      });
      chain.context.now = async () => new Date();
      chain.context.syncFetchesPerSecond = 1_000;
      for (const table of ['sync_runs', 'webhook_events', 'attention', 'call_details', 'calls'] as const)
        await chain.db.deleteFrom(table).execute();
    },
    async callIn(from) {
      const numbers = typeof from === 'number' ? strangers(from) : from;
      const calls: SimulatedCall[] = [];
      for (const number of numbers) calls.push(await rig.network.callIn({ from: number, to: CALLED }));
      await over(calls);
      return calls;
    },
    async lead(phone) {
      const id = await chain.create({});
      await chain.call('POST', `/api/campaigns/${id}/leads`, { leads: [{ phone }] });
      const { body } = await chain.call<{ items: { id: string }[] }>('GET', `/api/campaigns/${id}/leads`);
      return body.items[0]?.id ?? '';
    },
    async sync(body = {}) {
      const answer = await chain.call<Walk>('POST', '/api/conversations/sync', body);
      expect([answer.status, answer.body.finished], JSON.stringify(answer.body)).toEqual([200, true]);
      return answer.body;
    },
    settled: (conversationId) =>
      vi.waitFor(
        async () => {
          const answer = await fetch(`${rig.network.url}/v1/convai/conversations/${conversationId}`, {
            headers: { 'xi-api-key': 'simulated' },
          });
          expect(await answer.json()).toMatchObject({ status: 'done' });
        },
        { timeout: 20_000, interval: 20 },
      ),
    async stop() {
      await network?.stop();
      await proxy.stop();
      await chain.stop();
    },
  };
  return rig;
}

/** Resolves when every call is over and was analysed. */
function over(calls: readonly SimulatedCall[]): Promise<void> {
  return vi.waitFor(() => expect(calls.filter(({ settledAtMs }) => settledAtMs === null)).toEqual([]), {
    timeout: 20_000,
    interval: 20,
  });
}
