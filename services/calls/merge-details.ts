import type { Insertable, Selectable } from 'kysely';
import type { Tx } from '#db/client.ts';
import { toJson } from '#db/json.ts';
import type { CallRow } from '#db/queries/calls.ts';
import type { CallDetailsTable } from '#db/schema/calls.ts';
import { type ProviderVerdict, surerVerdict } from '#domain/call.ts';
import type {
  AnsweredBy,
  ConversationFacts,
  ConversationQuality,
  TranscriptTurn,
} from '#domain/conversation.ts';
import { transcriptErrorRate } from '#domain/quality.ts';
import { analysisOf } from './evaluate.ts';

type Details = Selectable<CallDetailsTable>;

/** What is known of a call's conversation, after a merge. */
export interface MergedDetails extends Pick<Details, 'transcript' | 'analysis'> {
  /** Who picked up, by the carrier, whenever it said so. */
  answeredBy: AnsweredBy | null;
}

/** New facts of a call that is locked. */
interface NewDetails {
  call: Pick<CallRow, 'id' | 'session_id'>;
  facts: ConversationFacts;
  /** The provider has analysed the conversation again. */
  remade: boolean;
}

/**
 * Merges the bulky part of conversations, each of another call. The fuller payload wins with its transcript, values
 * are filled in and never removed, and a `remade` analysis replaces the earlier one. The order does not matter.
 */
export async function mergeDetails(tx: Tx, news: readonly NewDetails[]): Promise<MergedDetails[]> {
  const stored = await tx
    .selectFrom('call_details')
    .selectAll()
    .where(
      'call_id',
      'in',
      news.map(({ call }) => call.id),
    )
    .execute();
  const byCall = new Map(stored.map((details) => [details.call_id, details]));
  const merged: (MergedDetails & { values: Insertable<CallDetailsTable> })[] = [];
  for (const one of news) merged.push(await mergeOne(tx, one, byCall.get(one.call.id)));
  await tx
    .insertInto('call_details')
    .values(merged.map(({ values }) => values))
    .onConflict((conflict) =>
      conflict.column('call_id').doUpdateSet(({ ref }) => ({
        transcript: ref('excluded.transcript'),
        analysis: ref('excluded.analysis'),
        raw: ref('excluded.raw'),
        quality: ref('excluded.quality'),
        updated_at: ref('excluded.updated_at'),
      })),
    )
    .execute();
  return merged;
}

async function mergeOne(tx: Tx, { call, facts, remade }: NewDetails, old: Details | undefined) {
  const known = analysisOf(old);
  const fuller = remade || isFuller(facts, old);
  const transcript = (fuller ? facts.transcript : old?.transcript) ?? null;
  const answeredBy = facts.answeredBy ?? (old?.analysis?.answeredBy as AnsweredBy | undefined);
  const analysis = {
    verdict: remade ? facts.verdict : surerVerdict(verdictIn(old), facts.verdict),
    dataCollection: fuller
      ? filled(facts.dataCollection, known.dataCollection)
      : filled(known.dataCollection, facts.dataCollection),
    evaluation: fuller
      ? filled(facts.evaluation, known.evaluation)
      : filled(known.evaluation, facts.evaluation),
    ...(answeredBy === undefined ? {} : { answeredBy }),
  };
  const quality = (fuller ? (facts.quality ?? old?.quality) : (old?.quality ?? facts.quality)) ?? null;
  const measured = quality === null ? null : await withErrorRate(tx, call.session_id, quality, transcript);
  const raw = fuller ? facts.raw : (old?.raw ?? facts.raw);
  const values = {
    call_id: call.id,
    transcript: transcript === null ? null : toJson(transcript),
    analysis: toJson(analysis),
    raw: toJson(raw),
    quality: measured === null ? null : toJson(measured),
    updated_at: new Date(),
  };
  return { transcript, analysis, answeredBy: answeredBy ?? null, values };
}

function verdictIn(details: Details | undefined): ProviderVerdict | null {
  return (details?.analysis?.verdict as ProviderVerdict | null | undefined) ?? null;
}

/**
 * Whether a payload says more than the stored one: it has more turns, or as many and a longer text. One that only says
 * who picked up never replaces the conversation's own.
 */
function isFuller(facts: ConversationFacts, old: Details | undefined): boolean {
  if (old === undefined) return true;
  if (facts.answeredBy !== undefined) return false;
  const [turns, oldTurns] = [facts.transcript?.length ?? -1, old.transcript?.length ?? -1];
  if (turns !== oldTurns) return turns > oldTurns;
  const [text, oldText] = [JSON.stringify(facts.raw) ?? '', JSON.stringify(old.raw) ?? ''];
  return text.length === oldText.length ? text > oldText : text.length > oldText.length;
}

/** The values, and the others' where they have none. */
function filled<T>(values: Record<string, T>, others: Record<string, T>): Record<string, T> {
  const known = Object.entries(values).filter(([, value]) => value !== null && value !== 'unknown');
  return { ...values, ...others, ...Object.fromEntries(known) };
}

/** For some browser conversations somebody wrote down what was really said. */
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
  return { ...quality, wordErrorRate: transcriptErrorRate(session.spoken, transcript) };
}
