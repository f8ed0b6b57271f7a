import { sql } from 'kysely';
import type { Db } from '#db/client.ts';
import type { Direction } from '#domain/call.ts';
import { type PastCall, type PastMessage, summariseHistory } from '#domain/context.ts';
import type { MessageChannel } from '#domain/message.ts';

const MOST_OF_EACH = 25;
/** Enough for an agent, and small beside its prompt. */
const HISTORY_CHARS = 1_500;

/** Earlier calls and messages with a contact, in lines for an agent; empty when there were none. */
export async function historyOf(db: Db, phone: string, now: Date): Promise<string> {
  return summariseHistory({ ...(await readHistory(db, phone)), now }, { maxChars: HISTORY_CHARS });
}

/** The newest answered calls and messages of a contact, over all campaigns; in one query. */
async function readHistory(db: Db, phone: string): Promise<{ calls: PastCall[]; messages: PastMessage[] }> {
  const { rows } = await sql<
    | ({ kind: 'call' } & Omit<PastCall, 'reach'>)
    | ({ kind: 'message'; direction: Direction; at: Date } & {
        channel: MessageChannel;
        body: string;
      })
  >`
    (select 'call' as kind, coalesce(ended_at, started_at) as at, direction, disposition, summary,
        null as channel, null as body
      from calls where phone = ${phone} and reach = 'answered'
      order by started_at desc limit ${MOST_OF_EACH})
    union all
    (select 'message', created_at, direction, null, null, channel, left(coalesce(subject || ': ', '') || body, 500)
      from messages
      where phone = ${phone} and status in ('received', 'sent', 'delivered')
      order by created_at desc limit ${MOST_OF_EACH})`.execute(db);
  const calls: PastCall[] = [];
  const messages: PastMessage[] = [];
  for (const row of rows) {
    if (row.kind === 'call') calls.push({ ...row, reach: 'answered' });
    else messages.push(row);
  }
  return { calls, messages };
}
