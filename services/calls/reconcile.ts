import { type CallRow, readCallRow } from '#db/queries/calls.ts';
import { backoffMs } from '#domain/backoff.ts';
import type { CarrierCall } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { type Absence, mergeFetched, mustHaveShownAtMs, recordPlaced } from './record.ts';

/**
 * What looking for a lost dial found. `uncertain`: nothing was found, and not everyone answered. `unprovable`: the voice
 * provider does not show it, and there is no carrier to ask.
 */
export type Finding = 'found' | 'absent' | 'uncertain' | 'unprovable';

/** A call that was looked for everywhere, for long enough, was not placed. */
export const ABSENT_EVERYWHERE: Absence = {
  failure: 'No provider knows of this call.',
  source: 'reconciled',
};

/** The providers' clocks and ours may differ by this much. */
const CLOCK_SKEW_MS = 10_000;

/**
 * Looks for a dial whose answer was lost, at both providers, until it must have shown if it was placed: the dial's own
 * deadline after the intent, and then the time by which the provider's list may lag. What is found is recorded.
 */
export async function reconcile(context: Context, { id }: Pick<CallRow, 'id'>): Promise<Finding> {
  const { reconcileForMs } = context.timeouts;
  for (let look = 1; ; look += 1) {
    // Read anew: a run that only stood still may have passed the gate again.
    const call = await readCallRow(context.db, id);
    const until = mustHaveShownAtMs(context, call);
    const last = (await context.clock(context.db)).getTime() >= until;
    const finding = await lookOnce(context, call);
    if (finding === 'found' || last) return finding;
    const left = until - (await context.clock(context.db)).getTime();
    const delayMs = backoffMs(look, {
      firstMs: reconcileForMs / 20,
      limitMs: reconcileForMs / 4,
      chance: Math.random(),
    });
    context.heartbeat();
    await context.sleep(Math.max(0, Math.min(delayMs, left)));
  }
}

/** One look at both providers. */
export async function lookOnce(context: Context, call: CallRow): Promise<Finding> {
  const [atVoice, atCarrier] = await Promise.allSettled([
    findConversation(context, call),
    findAtCarrier(context, call),
  ]);
  if (atVoice.status === 'fulfilled' && atVoice.value !== null) {
    const { conversationId } = atVoice.value;
    const sid = atCarrier.status === 'fulfilled' ? (atCarrier.value?.callSid ?? null) : null;
    await recordPlaced(context, call, { conversationId, callSid: atVoice.value.callSid ?? sid });
    await mergeFetched(context, atVoice.value, 'reconciled');
    return 'found';
  }
  if (atCarrier.status === 'rejected' || atVoice.status === 'rejected') return 'uncertain';
  // The carrier knows it, the voice provider does not show it yet: it was placed, so keep looking for the rest.
  if (atCarrier.value !== null) {
    await recordPlaced(context, call, { conversationId: null, callSid: atCarrier.value.callSid });
    return 'uncertain';
  }
  return context.carrier === null ? 'unprovable' : 'absent';
}

async function findConversation(context: Context, call: CallRow) {
  const { items } = await context.voice.listConversations({ attemptId: call.id, pageSize: 10 });
  for (const { conversationId } of items) {
    const facts = await context.voice.getConversation(conversationId);
    // If the list ignored its filter, we would adopt a stranger's call.
    if (facts?.attemptId === call.id) return facts;
  }
  return null;
}

/** A call to the number since the intent that belongs to no other row of ours. */
async function findAtCarrier(context: Context, call: CallRow): Promise<CarrierCall | null> {
  if (context.carrier === null || call.phone === null) return null;
  const since = new Date(call.started_at.getTime() - CLOCK_SKEW_MS);
  for (const candidate of await context.carrier.findCalls({ to: call.phone, since })) {
    // As above: if the list ignored its filter, it would be anybody's call.
    if (candidate.to !== call.phone) continue;
    const owner = await context.db
      .selectFrom('calls')
      .select('id')
      .where('call_sid', '=', candidate.callSid)
      .where('id', '!=', call.id)
      .executeTakeFirst();
    if (owner === undefined) return candidate;
  }
  return null;
}
