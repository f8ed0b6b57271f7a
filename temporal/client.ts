import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { Config } from '#config/config.ts';

/**
 * Gives up on a dead server within a second: the request is in the database, and the sweep notifies the
 * workflow later.
 */
const MAX_ATTEMPTS = 4;

export function connectionOptions({
  address,
  apiKey,
  tls,
}: Pick<Config['temporal'], 'address' | 'apiKey' | 'tls'>) {
  return { address, tls, ...(apiKey === null ? {} : { apiKey }) };
}

/** A client whose connection is made on first use. */
export function lazyClient(config: Config['temporal']): { client: Client; connection: Connection } {
  const connection = Connection.lazy({
    ...connectionOptions(config),
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: MAX_ATTEMPTS }))],
    // By default gRPC waits up to two minutes between attempts, too long after an outage.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 500, 'grpc.max_reconnect_backoff_ms': 3_000 },
  });
  return { client: new Client({ connection, namespace: config.namespace }), connection };
}
