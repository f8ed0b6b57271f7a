import type { ApiDeps } from '#api/deps.ts';
import { markRepliesTold } from './replies.ts';

/**
 * Tells leads that wait that their person called or wrote. Those that could not be told stay marked, and are told by
 * the sweep. False when there are any.
 *
 * @throws when it cannot be noted who was told
 */
export async function tellReplied(
  { db, temporal, clock }: Pick<ApiDeps, 'db' | 'temporal' | 'clock'>,
  leadIds: readonly string[],
): Promise<boolean> {
  const answers = await Promise.all(
    leadIds.map(async (leadId) => ({ leadId, ...(await temporal.contactReplied(leadId)) })),
  );
  const told = answers.filter(({ kind }) => kind === 'done' || kind === 'absent');
  await markRepliesTold(
    db,
    told.map(({ leadId }) => leadId),
    clock(),
  );
  return told.length === leadIds.length;
}
