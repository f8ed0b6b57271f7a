import type { Selectable } from 'kysely';
import type { ConversationFacts, ConversationQuality, TranscriptTurn } from '../../domain/conversation.ts';
import { wordErrorRate } from '../../domain/quality.ts';
import type { Tx } from '../client.ts';
import { toJson } from '../json.ts';
import type { CallDetailsTable, CallsTable } from '../schema/calls.ts';
import { analysisOf } from './evaluate-call.ts';

type Details = Selectable<CallDetailsTable>;

/** What is known of a call's conversation, after a merge. */
export interface MergedDetails extends Pick<Details, 'transcript' | 'analysis'> {
  /** The carrier's word on who picked up, whenever it came. */
  answeredBy: 'machine' | 'person' | null;
}

/** Merges the bulky part of a conversation: a longer transcript stands, values are filled in and never blanked. */
export async function mergeDetails(
  tx: Tx,
  call: Pick<Selectable<CallsTable>, 'id' | 'session_id'>,
  facts: ConversationFacts,
): Promise<MergedDetails> {
  const old = await tx
    .selectFrom('call_details')
    .selectAll()
    .where('call_id', '=', call.id)
    .executeTakeFirst();
  const known = analysisOf(old);
  const richer = (facts.transcript?.length ?? -1) >= (old?.transcript?.length ?? -1);
  const transcript = richer ? (facts.transcript ?? null) : (old?.transcript ?? null);
  const answeredBy = facts.answeredBy ?? (old?.analysis?.answeredBy as 'machine' | 'person' | undefined);
  const analysis = {
    verdict: facts.verdict ?? old?.analysis?.verdict ?? null,
    dataCollection: { ...known.dataCollection, ...facts.dataCollection },
    evaluation: { ...known.evaluation, ...facts.evaluation },
    ...(answeredBy === undefined ? {} : { answeredBy }),
  };
  const quality = richer ? (facts.quality ?? old?.quality ?? null) : (old?.quality ?? null);
  const measured = quality === null ? null : await withErrorRate(tx, call.session_id, quality, transcript);
  // What only says who picked up must not take the place of the conversation's own payload.
  const raw = richer && facts.answeredBy === undefined ? facts.raw : (old?.raw ?? facts.raw);
  const values = {
    transcript: transcript === null ? null : toJson(transcript),
    analysis: toJson(analysis),
    raw: toJson(raw),
    quality: measured === null ? null : toJson(measured),
    updated_at: new Date(),
  };
  await tx
    .insertInto('call_details')
    .values({ call_id: call.id, ...values })
    .onConflict((conflict) => conflict.column('call_id').doUpdateSet(values))
    .execute();
  return { transcript, analysis, answeredBy: answeredBy ?? null };
}

/** Of a talk in the browser it may be known what the person really said. */
async function withErrorRate(
  tx: Tx,
  sessionId: string | null,
  quality: ConversationQuality,
  transcript: TranscriptTurn[] | null,
): Promise<ConversationQuality> {
  if (sessionId === null || transcript === null) return quality;
  const session = await tx
    .selectFrom('agent_sessions')
    .select('spoken')
    .where('id', '=', sessionId)
    .executeTakeFirst();
  if (session?.spoken == null) return quality;
  const heard = transcript.filter(({ role }) => role === 'user').map(({ text }) => text);
  return { ...quality, wordErrorRate: wordErrorRate(session.spoken, heard) };
}
