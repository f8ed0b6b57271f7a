import type { Actor } from '#domain/access.ts';
import type { Tx } from '../client.ts';
import { toJson } from '../json.ts';

/** Notes who changed what, in the transaction of the change. No personal data in `data`: ids, codes and counts. */
export async function appendAudit(
  tx: Tx,
  entry: { actor: Actor; action: string; subject: string; data?: Record<string, unknown> },
): Promise<void> {
  await tx
    .insertInto('audit_log')
    .values({
      actor: entry.actor.id,
      action: entry.action,
      subject: entry.subject,
      data: toJson(entry.data ?? {}),
    })
    .execute();
}
