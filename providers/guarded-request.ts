import { type Dispatcher, request } from 'undici';

/** Asked at the last moment at which a request can still be kept back. */
export type MaySend = () => boolean;

/** The request was kept back: not a byte of it was sent. */
export class KeptBackError extends Error {
  override readonly name = 'KeptBackError';

  constructor() {
    super('the permission to send it ran out before it could be sent');
  }
}

/**
 * Sends a request once, unless `maySend` says no when its connection is there and its first byte is about to be
 * written: looking up the name, connecting and the TLS handshake come before that. A redirect is not followed.
 *
 * @throws KeptBackError, and whatever undici throws for a request that failed
 */
export async function guardedRequest(
  dispatcher: Dispatcher,
  url: string,
  init: Pick<RequestInit, 'method' | 'headers' | 'body' | 'signal'>,
  maySend: MaySend,
): Promise<{ status: number; headers: Headers; body: AsyncIterable<Uint8Array> }> {
  const { method = 'GET', headers, body, signal } = init;
  if (body != null && typeof body !== 'string') throw new TypeError('only text can be sent guarded');
  const {
    statusCode,
    headers: answered,
    body: answer,
  } = await request(url, {
    dispatcher: dispatcher.compose((dispatch) => (options, handler) => {
      return dispatch(options, new Guard(handler, maySend));
    }),
    method: method as Dispatcher.HttpMethod,
    headers: Object.fromEntries(new Headers(headers)),
    // As a text it is written with the headers, in the same turn of the event loop as the question.
    body: body ?? null,
    ...(signal == null ? {} : { signal }),
  });
  return { status: statusCode, headers: headersOf(answered), body: answer };
}

function headersOf(answered: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(answered)) {
    for (const each of [value].flat()) if (each !== undefined) headers.append(name, each);
  }
  return headers;
}

/** Hands everything on to the request's own handler, but asks before it starts. */
class Guard implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #maySend: MaySend;

  constructor(handler: Dispatcher.DispatchHandler, maySend: MaySend) {
    this.#handler = handler;
    this.#maySend = maySend;
  }

  /** undici calls this on the connected socket, right before it writes; what is thrown here fails the request alone. */
  onRequestStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestStart']>>): void {
    if (!this.#maySend()) throw new KeptBackError();
    this.#handler.onRequestStart?.(...args);
  }

  onRequestUpgrade(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onRequestUpgrade']>>): void {
    this.#handler.onRequestUpgrade?.(...args);
  }

  onResponseStart(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>): void {
    this.#handler.onResponseStart?.(...args);
  }

  onResponseData(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseData']>>): void {
    this.#handler.onResponseData?.(...args);
  }

  onResponseEnd(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseEnd']>>): void {
    this.#handler.onResponseEnd?.(...args);
  }

  onResponseError(...args: Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseError']>>): void {
    this.#handler.onResponseError?.(...args);
  }
}
