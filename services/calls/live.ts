import { type Db, inTransaction } from '#db/client.ts';
import { appendAudit } from '#db/queries/audit.ts';
import { type CallRow, findCall } from '#db/queries/calls.ts';
import { appendEvent } from '#db/queries/events.ts';
import type { Actor } from '#domain/access.ts';
import { type LiveCommand, type LiveCommandAnswer, ProviderError } from '#providers/ports.ts';
import type { Context } from '../context.ts';
import { notFound, reachable, wrongState } from '../errors.ts';
import { hangUp } from './hang-up.ts';
import { idsOf } from './record.ts';

/** What of a call is needed to reach it while it lasts. */
type LiveCall = Pick<CallRow, 'id' | 'campaign_id' | 'lead_id' | 'conversation_id' | 'status'>;

/** As `LiveCommandAnswer`; `not_connected`: the provider has not named the conversation yet. */
type LiveAnswer = LiveCommandAnswer | 'not_connected';

interface LiveRequest {
  callId: string;
  actor: Actor;
}

const UNAVAILABLE =
  'unavailable: the voice provider does not let this account into calls under way. It needs real-time ' +
  "monitoring, in the account's plan and in the agent's settings.";

/**
 * Ends a call under way: through the monitor, else by the carrier, which can hang up in any state of the conversation.
 * The outcome is reported as for every call.
 *
 * @throws ServiceError `not-found`, `wrong-state`, `provider-unavailable`
 */
export async function endCall(
  context: Context,
  { callId, actor }: LiveRequest,
): Promise<'monitor' | 'carrier'> {
  const call = await readCall(context.db, callId);
  const { via } = await reachable(async () => {
    const hungUp = await hangUp(context, call);
    if (hungUp.via !== null) return hungUp;
    throw hungUp.why instanceof ProviderError ? hungUp.why : refusalToHangUp(context, hungUp.why);
  });
  await audit(context.db, { actor, action: 'call.end_requested', subject: callId, data: { via } });
  return via;
}

function refusalToHangUp(context: Context, why: Exclude<LiveAnswer, 'done'>) {
  if (why !== 'unavailable') return refusal(why);
  const otherwise =
    context.carrier === null
      ? 'No telephone company is configured that could hang up instead.'
      : 'The call has no number at the telephone company, which could hang up instead.';
  return wrongState(`${UNAVAILABLE} ${otherwise}`);
}

/** Hands a call under way to a person. @throws ServiceError as `endCall` */
export async function transferCall(
  context: Context,
  { callId, actor, to }: LiveRequest & { to: string },
): Promise<void> {
  const call = await readCall(context.db, callId);
  const answer = await reachable(() => command(context, call, { kind: 'transfer', to }));
  if (answer !== 'done') throw refusal(answer);
  await audit(context.db, { actor, action: 'call.transfer_requested', subject: callId });
}

/** Lets the agent of a call under way know something, unheard by the person. @throws ServiceError as `endCall` */
export async function sendContext(
  context: Context,
  { callId, actor, text }: LiveRequest & { text: string },
): Promise<void> {
  const call = await readCall(context.db, callId);
  const answer = await reachable(() => command(context, call, { kind: 'context', text }));
  if (answer !== 'done') throw refusal(answer);
  const characters = text.length;
  await noteContext(context.db, call, { messageId: null, answer, characters });
  await audit(context.db, { actor, action: 'call.context_sent', subject: callId, data: { characters } });
}

/** Lets the agent of a call under way know of the person's text. The log says whether it could. @throws ProviderError */
export async function sendTextAsContext(
  context: Pick<Context, 'db' | 'voice'>,
  call: LiveCall,
  { messageId, notice }: { messageId: string; notice: string },
): Promise<void> {
  const answer = await command(context, call, { kind: 'context', text: notice });
  await noteContext(context.db, call, { messageId, answer, characters: notice.length });
}

/** Logs that the agent of a call under way was sent something, or could not be. The words stay out of the log. */
export async function noteContext(
  db: Db,
  call: Pick<CallRow, 'id' | 'campaign_id' | 'lead_id'>,
  {
    messageId,
    answer,
    characters,
  }: {
    /** The person's text that it was about; null when one of us said it. */
    messageId: string | null;
    /** `done`, or why it could not be sent. */
    answer: string;
    characters: number;
  },
): Promise<void> {
  await inTransaction(db, (tx) =>
    appendEvent(tx, {
      type: 'call.context_sent',
      ...idsOf(call),
      messageId,
      data: answer === 'done' ? { characters } : { sent: false, why: answer },
    }),
  );
}

/** @throws ProviderError */
async function command(
  { voice }: Pick<Context, 'voice'>,
  call: LiveCall,
  what: LiveCommand,
): Promise<LiveAnswer> {
  if (call.status === 'ended') return 'gone';
  if (call.conversation_id === null) return 'not_connected';
  return await voice.command(call.conversation_id, what);
}

function refusal(answer: Exclude<LiveAnswer, 'done'>) {
  switch (answer) {
    case 'gone':
      return wrongState('The call is over.');
    case 'not_connected':
      return wrongState('The call is still being placed; ask again when somebody answers.');
    case 'unavailable':
      return wrongState(UNAVAILABLE);
  }
}

async function readCall(db: Db, id: string): Promise<CallRow> {
  const call = await findCall(db, id);
  if (call === null) throw notFound('call');
  return call;
}

async function audit(db: Db, entry: Parameters<typeof appendAudit>[1]): Promise<void> {
  await inTransaction(db, (tx) => appendAudit(tx, entry));
}
