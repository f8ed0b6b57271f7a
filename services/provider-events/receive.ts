import { createHash } from 'node:crypto';
import { inTransaction, isUnreachable, type Tx } from '#db/client.ts';
import { noteRecording } from '#db/queries/calls.ts';
import { lockConversations } from '#db/queries/locks.ts';
import {
  findEndedDial,
  type MergedMark,
  markMerged,
  type StoredEvent,
  storeProviderEvents,
} from '#db/queries/provider-events.ts';
import type { IncomingRequest, RecordingFile, Verification, VoiceEvent } from '#providers/ports.ts';
import { raiseAttention, settleUnmatched } from '../attention.ts';
import { mergeOrAdoptAll } from '../calls/adopt.ts';
import type { Merged } from '../calls/merge-facts.ts';
import { createRecordings, type Recordings } from '../calls/recordings.ts';
import type { Context } from '../context.ts';
import { ServiceError, unavailable } from '../errors.ts';
import { notifyReplied } from '../leads/replies.ts';
import { createNotifier } from './notify.ts';

/** An event whose sender was verified, and the key by which its redeliveries are known. */
export interface VerifiedEvent {
  key: string;
  event: VoiceEvent;
}

/** What an event came to, and what is left to do after the commit. */
export interface EventOutcome {
  eventId: number;
  /** The call whose end a workflow waits for, until it was notified. */
  ended: { leadId: string | null; callId: string } | null;
  /** Leads that wait and whose person called back. The gate stops those that cannot be notified. */
  replied: string[];
  /** Follow-ups without a workflow. The sweep starts those that cannot be started now. */
  followUps: string[];
}

/** More would make the first of a batch wait for long. */
const LARGEST_BATCH = 64;
/** One transaction that waits for a lock, or is large, does not hold up all that come after it. */
const CONCURRENT_BATCHES = 2;
/**
 * Beyond these, memory would be spent on webhooks whose sender has long given up waiting: it is asked to send them
 * again, and what is never sent again is found by polling.
 */
const LONGEST_QUEUE = 1_000;
/** By then the queue is done, at the rate that `npm run bench -- ingest` measures. */
const RETRY_AFTER_SECONDS = 10;

/**
 * The way of a voice provider's webhook: verify, parse, store and merge in one transaction, then notify. Resolves when
 * the sender may be acknowledged.
 *
 * @returns a function that throws ServiceError `invalid-signature`, `malformed-request`, or `unavailable` when too many wait
 */
export function createEventReceiver(context: Context): (request: IncomingRequest) => Promise<void> {
  const recordings = createRecordings(context.config.recordings);
  const intake = createIntake(context);
  const notifier = createNotifier(context);
  return async (request) => {
    const verified = context.voice.verifyEvent(request, await context.now());
    if (!verified.ok) throw refusal(context, verified.reason);
    const event = context.voice.parseEvent(verified.payload);
    // A redelivery repeats the body byte for byte, where the provider names no key of its own.
    const key = verified.redeliveryKey ?? createHash('sha256').update(request.body).digest('hex');
    const { eventId, ended, replied, followUps, inBatch } = await intake.receive({ key, event });
    if (event.kind === 'recording' && event.recording !== null) {
      await keepRecording(context, recordings, event.conversationId, event.recording);
    }
    // In a rush the commit is acknowledged: nothing can be lost, and the provider need not wait for Temporal.
    const isRush = inBatch || notifier.busy;
    const notifying = ended === null ? null : notifier.notify({ eventId, ...ended });
    if (!isRush) await notifying;
    await notifyLeads(context, replied);
    for (const id of followUps) await context.workflows.startFollowUp(id);
  };
}

/** Why a request of the voice provider is not taken. */
export function refusal(
  { logger }: Pick<Context, 'logger'>,
  reason: Extract<Verification, { ok: false }>['reason'],
): ServiceError {
  if (reason === 'unreadable') return new ServiceError('malformed-request', 'The body is not a JSON object.');
  logger.warn({ reason }, 'webhook refused');
  return new ServiceError(
    'invalid-signature',
    reason === 'wrong-secret' ? 'The secret is missing or wrong.' : `The signature is ${reason}.`,
  );
}

/** The provider has it still: that it could not be kept here is no reason to have the event sent again. */
async function keepRecording(
  { logger }: Context,
  recordings: Recordings,
  conversationId: string,
  recording: RecordingFile,
): Promise<void> {
  try {
    await recordings.put(conversationId, recording);
  } catch (error) {
    logger.warn({ conversationId, failure: (error as Error).message }, 'a recording was not kept');
  }
}

async function notifyLeads(context: Context, leadIds: readonly string[]): Promise<void> {
  try {
    if (await notifyReplied(context, leadIds)) return;
    context.logger.warn({ leads: leadIds.length }, 'not every lead was notified of a reply yet');
  } catch {
    // The facts are committed: the provider must not send them again for this.
    context.logger.warn({ leads: leadIds.length }, 'notifications of a reply were not recorded');
  }
}

/** Stores and merges events, those that come at the same time in one batch. */
export interface Intake {
  /**
   * Resolves after the commit. `inBatch`: others came at the same time.
   *
   * @throws ServiceError `unavailable` when too many wait already
   * @throws the database's error, when this event could not be stored
   */
  receive(event: VerifiedEvent): Promise<EventOutcome & { inBatch: boolean }>;
}

interface Waiting {
  verified: VerifiedEvent;
  settle(outcome: EventOutcome & { inBatch: boolean }): void;
  fail(error: unknown): void;
}

/**
 * An event that comes alone has a transaction of its own. What comes while others are under way shares the next: the
 * commits that write events follow one another in any case, and a batch needs hardly more statements than one event.
 */
export function createIntake(context: Context, { longestQueue = LONGEST_QUEUE } = {}): Intake {
  let queue: Waiting[] = [];
  let running = 0;

  const work = async () => {
    running += 1;
    while (queue.length > 0) {
      const { batch, rest } = nextBatch(queue);
      queue = rest;
      await processBatch(context, batch);
    }
    running -= 1;
  };
  return {
    receive: (verified) =>
      new Promise((settle, fail) => {
        if (queue.length >= longestQueue) {
          fail(unavailable('Too many webhooks are waiting; send it again.', RETRY_AFTER_SECONDS));
          return;
        }
        queue.push({ verified, settle, fail });
        if (running < CONCURRENT_BATCHES) void work();
      }),
  };
}

/** The first in the queue, each with another body and of another conversation; the others keep their order. */
function nextBatch(queue: readonly Waiting[]): { batch: Waiting[]; rest: Waiting[] } {
  const batch: Waiting[] = [];
  const rest: Waiting[] = [];
  const taken = new Set<string>();
  for (const waiting of queue) {
    const { key, event } = waiting.verified;
    const conversation = event.conversationId ?? `key ${key}`;
    if (batch.length === LARGEST_BATCH || taken.has(conversation)) rest.push(waiting);
    else batch.push(waiting);
    taken.add(conversation);
  }
  return { batch, rest };
}

/** Never rejects. A batch that fails is tried one by one, so that no event fails because of another. */
async function processBatch(context: Context, batch: readonly Waiting[]): Promise<void> {
  const inBatch = batch.length > 1;
  try {
    const outcomes = await storeAndMerge(
      context,
      batch.map(({ verified }) => verified),
    );
    for (const [index, { settle, fail }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) fail(new Error('An event of a batch has no outcome.'));
      else settle({ ...outcome, inBatch });
    }
  } catch (error) {
    if (!inBatch || isUnreachable(error as Error)) {
      for (const { fail } of batch) fail(error);
      return;
    }
    for (const waiting of batch) await processBatch(context, [waiting]);
  }
}

/**
 * Stores events of different keys and merges their facts, in one transaction: after it, nothing of them can be lost.
 * The outcomes are in the order of the events.
 */
export async function storeAndMerge(
  context: Context,
  events: readonly VerifiedEvent[],
): Promise<EventOutcome[]> {
  return await inTransaction(context.db, async (tx) => {
    const now = await context.now();
    const conversations = events.flatMap(({ event }) => event.conversationId ?? []);
    await lockConversations(tx, conversations);
    const stored = await storeProviderEvents(
      tx,
      events.map(({ key, event: { type, conversationId, payload } }) => ({
        provider: context.voice.name,
        dedupKey: key,
        type,
        conversationId,
        payload,
        now,
      })),
    );
    const unmerged = events.flatMap(({ event }, index) => {
      const row = stored[index];
      return row === undefined || row.mergedAt !== null ? [] : [{ id: row.id, isNew: row.isNew, event }];
    });
    const merged = await mergeEvents(tx, unmerged, now);
    const outcomes: EventOutcome[] = [];
    for (const row of stored) outcomes.push(merged.get(row.id) ?? (await outcomeOfRedelivery(tx, row)));
    return outcomes;
  });
}

/** A redelivery says nothing new, unless nobody could be notified the first time. */
async function outcomeOfRedelivery(tx: Tx, { id, callId, notifiedAt }: StoredEvent): Promise<EventOutcome> {
  const ended = notifiedAt === null && callId !== null ? await findEndedDial(tx, callId) : null;
  return { eventId: id, ended, replied: [], followUps: [] };
}

interface UnmergedEvent {
  id: number;
  /** False when it came before, and was left to a person because no call was known. */
  isNew: boolean;
  event: VoiceEvent;
}

async function mergeEvents(
  tx: Tx,
  unmerged: readonly UnmergedEvent[],
  now: Date,
): Promise<Map<number, EventOutcome>> {
  const withFacts = unmerged.flatMap(({ id, event }) =>
    event.kind === 'conversation' ? [{ id, facts: event.facts }] : [],
  );
  const inputs = withFacts.map(({ facts }) => ({ facts, source: 'webhook' as const, now }));
  const results = inputs.length === 0 ? [] : await mergeOrAdoptAll(tx, inputs);
  const mergedById = new Map(withFacts.map(({ id }, index) => [id, results[index] ?? null]));
  const outcomes = new Map<number, EventOutcome>();
  const marks: MergedMark[] = [];
  for (const { id, isNew, event } of unmerged) {
    const merged = mergedById.get(id) ?? null;
    const outcome = outcomeOf(id, merged);
    outcomes.set(id, outcome);
    if (merged !== null) {
      marks.push({ id, callId: merged.callId, notified: outcome.ended === null });
      if (!isNew) await settleUnmatched(tx, id);
    } else if (event.kind === 'recording' || event.kind === 'other') {
      if (event.kind === 'recording' && event.recording !== null)
        await noteRecording(tx, event.conversationId);
      marks.push({ id, callId: null, notified: true });
    } else {
      await raiseUnmatched(tx, id, event);
    }
  }
  await markMerged(tx, marks, now);
  return outcomes;
}

function outcomeOf(eventId: number, merged: Merged | null): EventOutcome {
  if (merged === null) return { eventId, ended: null, replied: [], followUps: [] };
  const { callId, leadId, ended, dialled, replied, followUps } = merged;
  return { eventId, ended: ended && dialled ? { leadId, callId } : null, replied, followUps };
}

async function raiseUnmatched(tx: Tx, eventId: number, { type, conversationId }: VoiceEvent): Promise<void> {
  await raiseAttention(tx, {
    kind: 'unmatched_webhook',
    subject: String(eventId),
    detail:
      conversationId === null
        ? `An event of type "${type}" names no conversation.`
        : `No call is known for the conversation ${conversationId}.`,
  });
}
