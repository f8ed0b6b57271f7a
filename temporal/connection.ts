import type { Config } from '#config/config.ts';

/** Options with which both kinds of Temporal connection are made. */
export function connectionOptions({ address, apiKey, tls }: Config['temporal']) {
  return { address, tls, ...(apiKey === null ? {} : { apiKey }) };
}
