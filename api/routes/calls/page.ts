import type { z } from '@hono/zod-openapi';
import type { Db } from '#db/client.ts';
import { type CallFilter, listCalls } from '#db/queries/calls.ts';
import { decodeCursor, toPage } from '../../http/cursor.ts';
import { type CallPage, toCall } from '../../schemas/call.ts';

export interface CallListQuery extends Omit<CallFilter, 'from' | 'to'> {
  from?: string | undefined;
  to?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const CALL_ID = /^[\x21-\x7e]{1,200}$/;

/** A page of calls, latest first. @throws Problem 422 on a foreign cursor */
export async function pageOfCalls(
  db: Db,
  { cursor, limit, from, to, ...filter }: CallListQuery,
): Promise<z.infer<typeof CallPage>> {
  const key = decodeCursor(cursor, [ISO_INSTANT, CALL_ID]);
  const rows = await listCalls(
    db,
    { ...filter, from: from ? new Date(from) : undefined, to: to ? new Date(to) : undefined },
    { before: key === null ? null : { startedAt: new Date(key[0]), id: key[1] }, limit },
  );
  return toPage(rows, limit, ({ started_at, id }) => [started_at.toISOString(), id], toCall);
}
