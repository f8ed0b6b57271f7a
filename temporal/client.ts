import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import type { Config } from '#config/config.ts';

/** A dead server is given up within a second: the database holds what was asked, and the sweep notifies later. */
const MOST_TRIES = 4;

/** Options with which every kind of Temporal connection is made. */
export function connectionOptions({
  address,
  apiKey,
  tls,
}: Pick<Config['temporal'], 'address' | 'apiKey' | 'tls'>) {
  return { address, tls, ...(apiKey === null ? {} : { apiKey }) };
}

/** A client, and its connection, which is made when it is first needed. */
export function lazyClient(config: Config['temporal']): { client: Client; connection: Connection } {
  const connection = Connection.lazy({
    ...connectionOptions(config),
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: MOST_TRIES }))],
    // By default gRPC comes to wait two minutes between attempts; a server that is back should be seen sooner.
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 500, 'grpc.max_reconnect_backoff_ms': 3_000 },
  });
  return { client: new Client({ connection, namespace: config.namespace }), connection };
}
