import { inTransaction } from '#db/client.ts';
import { type CallRow, readCallRow } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import { lockCall } from '#db/queries/locks.ts';
import type { Reach } from '#domain/call.ts';
import type { Sighting, Sightings } from '#domain/overdue.ts';
import { type CarrierCall, ProviderError } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { settleUnended } from './hang-up.ts';
import { ABSENT_EVERYWHERE, lookOnce } from './reconcile.ts';
import { idsOf, mergeFetched, mustHaveShownAtMs, recordNotPlaced } from './record.ts';

/** What the providers say of a call now. What they told of its end is recorded. */
export interface Look extends Sightings {
  ended: boolean;
  /** As the carrier knows it; null where it was not asked, or does not know it. */
  atCarrier: CarrierCall | null;
  /** Why a provider did not answer. */
  failure: ProviderError | null;
}

const ENDED: Look = { ended: true, voice: null, carrier: null, atCarrier: null, failure: null };

/** Asks both providers of a call under way, each for itself: one that does not answer hides nothing of the other's. */
export async function lookAt(context: Context, call: CallRow): Promise<Look> {
  if (call.status === 'ended') return ENDED;
  if (call.conversation_id === null) return await lookForLost(context, call);
  const [voice, carrier] = await Promise.all([
    sighted(() => lookAtConversation(context, call.conversation_id ?? '')),
    sighted(() => lookAtCarrier(context, call.call_sid)),
  ]);
  return await combine(context, call, { voice, carrier });
}

/**
 * Looks again for a dial that could not be found while not everyone could be asked. Once both providers answer, and it
 * must have shown, it was not placed: nobody need wait for its deadline.
 */
async function lookForLost(context: Context, before: CallRow): Promise<Look> {
  const mustShow = (await context.clock(context.db)).getTime() >= mustHaveShownAtMs(context, before);
  const finding = await lookOnce(context, before);
  const wasNamed = before.call_sid !== null;
  if (finding === 'absent' && mustShow && !wasNamed)
    await recordNotPlaced(context, before, ABSENT_EVERYWHERE);
  const call = await readCallRow(context.db, before.id);
  if (call.status === 'ended') return ENDED;
  const isShown = finding === 'found' || call.conversation_id !== null;
  const voice = isShown ? 'live' : finding === 'uncertain' || !mustShow ? 'silent' : 'absent';
  const carrier = await sighted(() => lookAtCarrier(context, call.call_sid));
  return await combine(context, call, { voice: { sighting: voice, failure: null }, carrier });
}

interface Sighted<T extends Sighting | null> {
  sighting: T;
  atCarrier?: CarrierCall | null;
  failure: ProviderError | null;
}

async function sighted<T extends Sighting | null>(
  ask: () => Promise<Omit<Sighted<T>, 'failure'>>,
): Promise<Sighted<T | 'silent'>> {
  try {
    return { ...(await ask()), failure: null };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { sighting: 'silent', failure: error };
  }
}

async function lookAtConversation(context: Context, conversationId: string) {
  const facts = await context.voice.getConversation(conversationId);
  if (facts === null) return { sighting: 'absent' as const };
  await mergeFetched(context, facts, 'poll');
  return { sighting: facts.status === 'ended' ? ('over' as const) : ('live' as const) };
}

async function lookAtCarrier({ carrier }: Context, callSid: string | null) {
  if (carrier === null || callSid === null) return { sighting: null };
  const atCarrier = await carrier.getCall(callSid);
  if (atCarrier === null) return { sighting: 'absent' as const };
  return { sighting: isOver(atCarrier) ? ('over' as const) : ('live' as const), atCarrier };
}

async function combine(
  context: Context,
  { id }: CallRow,
  { voice, carrier }: { voice: Sighted<Sighting | null>; carrier: Sighted<Sighting | null> },
): Promise<Look> {
  const call = await readCallRow(context.db, id);
  if (call.status === 'ended') return ENDED;
  const atCarrier = carrier.atCarrier ?? null;
  const reach = atCarrier === null ? null : unansweredReach(atCarrier);
  if (atCarrier !== null && reach !== null) {
    await endByCarrier(context, call, { atCarrier, reach });
    return ENDED;
  }
  const failure = voice.failure ?? carrier.failure;
  return { ended: false, voice: voice.sighting, carrier: carrier.sighting, atCarrier, failure };
}

/** Ends a call by the carrier's word. One that has ended meanwhile stays as it is. */
export async function endByCarrier(
  context: Pick<Context, 'db' | 'now'>,
  call: Pick<CallRow, 'id' | 'phone'>,
  { atCarrier, reach }: { atCarrier: CarrierCall; reach: Reach },
): Promise<void> {
  const now = await context.now();
  await inTransaction(context.db, async (tx) => {
    const current = await lockCall(tx, call);
    if (current.status === 'ended') return;
    await tx
      .updateTable('calls')
      .set({
        status: 'ended',
        reach,
        source: 'poll',
        ended_at: atCarrier.endedAt !== null && atCarrier.endedAt < now ? atCarrier.endedAt : now,
        ...(reach === 'answered' ? { talk_seconds: atCarrier.durationSeconds } : {}),
      })
      .where('id', '=', call.id)
      .execute();
    await settleUnended(tx, current);
    await appendEvent(tx, { type: 'call.ended', ...idsOf(current), data: { reach, source: 'poll' } });
  });
}

/**
 * The voice provider may say nothing of a call that nobody answered; the carrier does. A call that the carrier calls
 * `completed` was answered: of that one the voice provider will report the end.
 */
function unansweredReach(call: CarrierCall): Reach | null {
  switch (call.status) {
    case 'busy':
      return 'busy';
    case 'no-answer':
      return 'no_answer';
    case 'failed':
    case 'canceled':
      return 'failed';
    case 'queued':
    case 'ringing':
    case 'in-progress':
    case 'completed':
      return null;
  }
}

function isOver({ status }: CarrierCall): boolean {
  return status !== 'queued' && status !== 'ringing' && status !== 'in-progress';
}
