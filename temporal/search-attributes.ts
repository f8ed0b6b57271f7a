import type { Connection } from '@temporalio/client';
import { SEARCH_ATTRIBUTES } from '#domain/ids.ts';

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;

/**
 * Registers our missing search attributes in the namespace.
 *
 * @throws Error with instructions when the account lacks permission (on Temporal Cloud an administrator adds
 * them)
 */
export async function ensureSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const wanted = Object.values(SEARCH_ATTRIBUTES);
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = wanted.filter((name) => !(name in (customAttributes ?? {})));
  if (missing.length === 0) return;
  try {
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
  } catch (error) {
    const message = `The search attributes ${missing.join(', ')} (Keyword) must be added to the namespace ${namespace}.`;
    throw new Error(message, { cause: error });
  }
}
