import type { Selectable } from 'kysely';
import type { Db } from '../client.ts';
import type { WorkspaceTable } from '../schema/workspace.ts';

/** What all campaigns share, such as the zone in which days are counted. */
export async function readWorkspace(db: Db): Promise<Selectable<WorkspaceTable>> {
  return await db.selectFrom('workspace').selectAll().executeTakeFirstOrThrow();
}
