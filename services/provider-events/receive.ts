import { inTransaction, type Tx } from '#db/client.ts';
import { lockConversations } from '#db/queries/locks.ts';
import {
  findCallToTell,
  type MergedMark,
  markAllMerged,
  type StoredEvent,
  storeWebhookEvents,
} from '#db/queries/provider-events.ts';
import { noteRecording } from '#db/queries/recordings.ts';
import { raiseAttention, settleUnmatched } from '../attention.ts';
import { mergeOrAdoptAll } from '../calls/adopt.ts';
import type { Merged } from '../calls/merge-facts.ts';
import type { Context } from '../context.ts';
import type { Delivery } from './delivery.ts';

/** A verified webhook and the key under which its repetitions are known. */
export interface Arrival {
  dedupKey: string;
  delivery: Delivery;
}

/** What is left to do of a webhook that was received. */
export interface Received {
  eventId: number;
  /** Whose workflow waits for this call's end, as long as it was not told. */
  toTell: { leadId: string | null; callId: string } | null;
  /** Leads that wait, and whose person called back. The gate stops those that cannot be told. */
  replied: string[];
  /** What follows the call and has no workflow yet. The sweep starts what cannot be started now. */
  followUps: string[];
}

/**
 * Stores events of different keys and merges their facts, in one transaction: after it, nothing of them can be lost.
 * In the order of the arrivals.
 */
export async function receiveAll(context: Context, arrivals: readonly Arrival[]): Promise<Received[]> {
  return await inTransaction(context.db, async (tx) => {
    const now = await context.now();
    const conversations = arrivals.map(({ delivery }) => delivery.conversationId);
    await lockConversations(
      tx,
      conversations.filter((id) => id !== null),
    );
    const stored = await storeWebhookEvents(
      tx,
      arrivals.map(({ dedupKey, delivery: { type, conversationId, payload } }) => ({
        dedupKey,
        type,
        conversationId,
        payload,
        now,
      })),
    );
    const news = arrivals.flatMap(({ delivery }, index) => {
      const event = stored[index];
      if (event === undefined || event.mergedAt !== null) return [];
      return [{ id: event.id, isNew: event.isNew, delivery }];
    });
    const merged = await mergeNews(context, tx, news, now);
    const received: Received[] = [];
    for (const event of stored) received.push(merged.get(event.id) ?? (await repeated(tx, event)));
    return received;
  });
}

/** A repetition is no news, unless nobody was told the first time. */
async function repeated(tx: Tx, event: StoredEvent): Promise<Received> {
  const untold = event.signalledAt === null && event.callId !== null;
  const toTell = untold && event.callId !== null ? await findCallToTell(tx, event.callId) : null;
  return { eventId: event.id, toTell, replied: [], followUps: [] };
}

interface News {
  id: number;
  /** False when it came before, and was left to a person because no call was known. */
  isNew: boolean;
  delivery: Delivery;
}

async function mergeNews(
  context: Context,
  tx: Tx,
  news: readonly News[],
  now: Date,
): Promise<Map<number, Received>> {
  const { centsPerCredit } = context.config.elevenLabs;
  const withFacts = news.flatMap(({ id, delivery: { facts } }) => (facts === null ? [] : [{ id, facts }]));
  const inputs = withFacts.map(({ facts }) => ({ facts, source: 'webhook' as const, now, centsPerCredit }));
  const results = inputs.length === 0 ? [] : await mergeOrAdoptAll(tx, inputs);
  const mergedById = new Map(withFacts.map(({ id }, index) => [id, results[index] ?? null]));
  const received = new Map<number, Received>();
  const marks: MergedMark[] = [];
  for (const { id, isNew, delivery } of news) {
    const merged = mergedById.get(id) ?? null;
    const one = merged === null ? nothingToTell(id) : outcomeOf(id, merged);
    received.set(id, one);
    if (merged !== null) {
      marks.push({ id, callId: merged.callId, signalled: one.toTell === null });
      if (!isNew) await settleUnmatched(tx, id);
    } else if (delivery.facts === null && delivery.readable) {
      // Of a kind that says nothing of a call's outcome.
      if (delivery.audio !== null) await noteRecording(tx, delivery.conversationId);
      marks.push({ id, callId: null, signalled: true });
    } else {
      await raiseUnmatched(tx, id, delivery);
    }
  }
  await markAllMerged(tx, marks, now);
  return received;
}

function nothingToTell(eventId: number): Received {
  return { eventId, toTell: null, replied: [], followUps: [] };
}

function outcomeOf(
  eventId: number,
  { callId, leadId, ended, dialled, replied, followUps }: Merged,
): Received {
  return { eventId, toTell: ended && dialled ? { leadId, callId } : null, replied, followUps };
}

async function raiseUnmatched(tx: Tx, eventId: number, { type, facts }: Delivery): Promise<void> {
  await raiseAttention(tx, {
    kind: 'unmatched_webhook',
    subject: String(eventId),
    detail:
      facts === null
        ? `An event of type "${type}" names no conversation.`
        : `No call is known for the conversation ${facts.conversationId}.`,
  });
}
