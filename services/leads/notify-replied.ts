import type { Context } from '../context.ts';
import { markRepliesTold } from './replies.ts';

/**
 * Tells leads that wait that their person called or wrote. Those that could not be told stay marked, and are told by
 * the sweep. False when there are any.
 *
 * @throws when it cannot be noted who was told
 */
export async function tellReplied(
  { db, workflows, now }: Pick<Context, 'db' | 'workflows' | 'now'>,
  leadIds: readonly string[],
): Promise<boolean> {
  const answers = await Promise.all(
    leadIds.map(async (leadId) => ({ leadId, ...(await workflows.contactReplied(leadId)) })),
  );
  const told = answers.filter(({ kind }) => kind === 'done' || kind === 'absent');
  await markRepliesTold(
    db,
    told.map(({ leadId }) => leadId),
    await now(),
  );
  return told.length === leadIds.length;
}
