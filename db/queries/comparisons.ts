import { sql } from 'kysely';
import type { TranscriptTurn } from '#domain/conversation.ts';
import type { Db } from '../client.ts';

/** Calls that one side's figures are made of, at most. */
const MOST_COMPARED = 1_000;
const MOST_TALKS = 20;
const MOST_VERSIONS = 100;

/** An agent, or one labelled version of it. Without a label: its calls that belong to no labelled browser session. */
export interface Side {
  agentId: string;
  label: string | null;
  /** Started at or after. */
  from: Date | null;
  /** Started before. */
  to: Date | null;
}

interface SideFigures {
  calls: number;
  answered: number;
  first_audio_mean_ms: number | null;
  first_audio_median_ms: number | null;
  response_mean_ms: number | null;
  response_median_ms: number | null;
  turns: number | null;
  interruptions: number | null;
  rating: number | null;
  ratings: number;
  success_rate: number | null;
  talk_seconds: number;
  cost_cents: number;
  cost_per_minute_cents: number | null;
  oldest_at: Date | null;
  newest_at: Date | null;
}

/** The figures of a side's newest ended calls. They are read by index, and their number is bounded. */
export async function readSide(db: Db, side: Side): Promise<SideFigures> {
  const { rows } = await sql<SideFigures>`
    with side as (${sideCalls(side)})
    select
      count(*)::int as calls,
      (count(*) filter (where reach = 'answered'))::int as answered,
      avg((quality->>'firstAudioMs')::float8) as first_audio_mean_ms,
      percentile_cont(0.5) within group (order by (quality->>'firstAudioMs')::float8) as first_audio_median_ms,
      avg((quality->>'responseMs')::float8) as response_mean_ms,
      percentile_cont(0.5) within group (order by (quality->>'responseMs')::float8) as response_median_ms,
      avg((quality->>'userTurns')::float8 + (quality->>'agentTurns')::float8) as turns,
      avg((quality->>'interruptions')::float8) as interruptions,
      avg(rating)::float8 as rating,
      count(rating)::int as ratings,
      (count(*) filter (where verdict = 'success'))::float8
        / nullif(count(*) filter (where verdict in ('success', 'failure')), 0) as success_rate,
      coalesce(sum(talk_seconds), 0)::float8 as talk_seconds,
      coalesce(sum(cost_cents), 0)::float8 as cost_cents,
      (sum(cost_cents) filter (where talk_seconds > 0))::float8 * 60
        / nullif(sum(talk_seconds) filter (where talk_seconds > 0 and cost_cents is not null), 0)
        as cost_per_minute_cents,
      min(started_at) as oldest_at,
      max(started_at) as newest_at
    from side left join call_details on call_details.call_id = side.id`.execute(db);
  const figures = rows[0];
  if (figures === undefined) throw new Error('An aggregate has one row.');
  return figures;
}

/** The side's conversations for which somebody wrote down what was really said; those are few. */
export async function readSpokenTalks(
  db: Db,
  side: Side,
): Promise<{ spoken: string[]; transcript: TranscriptTurn[] }[]> {
  const { rows } = await sql<{ spoken: string[]; transcript: TranscriptTurn[] }>`
    with side as (${sideCalls(side)})
    select side.spoken, call_details.transcript
    from side join call_details on call_details.call_id = side.id
    where side.spoken is not null and call_details.transcript is not null`.execute(db);
  return rows;
}

/** The newest answered calls of a side. */
export async function readTalks(
  db: Db,
  side: Side,
): Promise<{ id: string; started_at: Date; talk_seconds: number | null; rating: number | null }[]> {
  const { rows } = await sql<Awaited<ReturnType<typeof readTalks>>[number]>`
    with side as (${sideCalls(side)})
    select id, started_at, talk_seconds, rating from side
    where reach = 'answered'
    order by started_at desc, id desc limit ${MOST_TALKS}`.execute(db);
  return rows;
}

/** The labels that an agent's browser sessions were started under, the last used first. */
export async function listVersions(
  db: Db,
  agentId: string,
): Promise<{ label: string; sessions: number; newest_at: Date }[]> {
  return await db
    .selectFrom('agent_sessions')
    .select((of) => [
      of.ref('label').$notNull().as('label'),
      of.cast<number>(of.fn.countAll(), 'integer').as('sessions'),
      of.fn.max('created_at').as('newest_at'),
    ])
    .where('agent_id', '=', agentId)
    .where('label', 'is not', null)
    .groupBy('label')
    .orderBy('newest_at', 'desc')
    .limit(MOST_VERSIONS)
    .execute();
}

/** A side's calls, newest first where they are more than are compared. */
export function sideCalls({ agentId, label, from, to }: Side) {
  const within = sql`calls.status = 'ended'
    and (${from}::timestamptz is null or calls.started_at >= ${from})
    and (${to}::timestamptz is null or calls.started_at < ${to})`;
  const columns = sql`calls.id, calls.reach, calls.verdict, calls.talk_seconds, calls.cost_cents,
    calls.started_at, sessions.rating, sessions.spoken`;
  if (label === null) {
    // The bound comes before the labels are looked at: an agent with labelled calls only has none to show here.
    return sql`select ${columns}
      from (select * from calls where calls.agent_id = ${agentId} and ${within}
            order by calls.started_at desc, calls.id desc limit ${MOST_COMPARED}) calls
      left join agent_sessions sessions on sessions.id = calls.session_id
      where sessions.label is null`;
  }
  return sql`select ${columns}
    from (select * from agent_sessions where agent_id = ${agentId} and label = ${label}
          order by created_at desc limit ${MOST_COMPARED}) sessions
    join calls on calls.session_id = sessions.id
    where ${within}
    order by calls.started_at desc, calls.id desc limit ${MOST_COMPARED}`;
}
