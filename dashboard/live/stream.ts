import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { EventType } from '../client/generated.ts';
import { sessionNews } from '../client/setup.ts';

/** An event of the log, as the stream tells it. */
export interface LiveEvent {
  id: number;
  at: string;
  type: EventType;
  campaignId: string | null;
  leadId: string | null;
  callId: string | null;
  messageId: string | null;
  followUpId: string | null;
  deliveryId: string | null;
  data: Record<string, unknown>;
}

/** `resting`: the page is hidden, and goes on where it was when it is seen again. */
export type StreamState = 'connecting' | 'live' | 'lost' | 'resting' | 'ended';

export interface StreamStatus {
  state: StreamState;
  /** When the server was last heard, a heartbeat included; milliseconds since 1970. */
  heardAt: number | null;
  /** When the next try is made, while lost. */
  retryAt: number | null;
}

/** The server's heart beats every 15 s: two beats missed, and the connection is taken for dead. */
const SILENCE_MS = 35_000;
/** A browser opens six connections to a host: pages that nobody sees must not hold them all. */
const HIDDEN_MS = 60_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/**
 * The workspace's events as they happen. After a break it goes on behind the last event it saw, so that nothing is
 * missed and nothing comes twice.
 */
export class LiveStream {
  #status: StreamStatus = { state: 'connecting', heardAt: null, retryAt: null };
  #lastId: number | null = null;
  #failures = 0;
  #connection: AbortController | null = null;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #hiding: ReturnType<typeof setTimeout> | undefined;
  #started = false;
  readonly #statusListeners = new Set<() => void>();
  readonly #eventListeners = new Set<(event: LiveEvent) => void>();

  /** Opens the stream; the returned function closes it for good. */
  start(): () => void {
    this.#started = true;
    const onVisibility = () => this.#onVisibility();
    const onOnline = () => {
      if (this.#status.state !== 'resting') this.#connect();
    };
    const onRenewed = () => this.#connect();
    document.addEventListener('visibilitychange', onVisibility);
    window.addEventListener('online', onOnline);
    sessionNews.addEventListener('renewed', onRenewed);
    this.#connect();
    // Opened in the background, it may never be looked at.
    this.#onVisibility();
    return () => {
      this.#started = false;
      clearTimeout(this.#hiding);
      document.removeEventListener('visibilitychange', onVisibility);
      window.removeEventListener('online', onOnline);
      sessionNews.removeEventListener('renewed', onRenewed);
      this.#disconnect('ended');
    };
  }

  readonly getStatus = (): StreamStatus => this.#status;

  readonly onStatus = (listener: () => void): (() => void) => {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  };

  onEvent(listener: (event: LiveEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  #connect(): void {
    if (!this.#started) return;
    this.#disconnect('connecting');
    const connection = new AbortController();
    this.#connection = connection;
    this.#read(connection.signal).catch(() => {
      if (!connection.signal.aborted || this.#connection === connection) this.#onLost(connection);
    });
  }

  async #read(signal: AbortSignal): Promise<void> {
    this.#expectSound();
    const headers = new Headers();
    if (this.#lastId !== null) headers.set('last-event-id', String(this.#lastId));
    const answer = await fetch('/api/stream', { headers, signal, credentials: 'same-origin' });
    if (answer.status === 401) {
      this.#disconnect('ended');
      sessionNews.dispatchEvent(new Event('ended'));
      return;
    }
    if (!answer.ok || answer.body === null) throw new Error(`The stream answered with ${answer.status}.`);
    this.#failures = 0;
    this.#heard();
    const messages = answer.body
      .pipeThrough(new TextDecoderStream() as TransformStream<BufferSource, string>)
      .pipeThrough(new EventSourceParserStream({ onComment: () => signal.aborted || this.#heard() }))
      .getReader();
    for (;;) {
      const { done, value } = await messages.read();
      if (done) throw new Error('The stream ended.');
      // The next connection tells of it: heard by both, it would count twice.
      signal.throwIfAborted();
      this.#heard();
      if (value.id !== undefined && value.id !== '') this.#lastId = Number(value.id);
      if (value.event !== 'ready') this.#tell(JSON.parse(value.data) as LiveEvent);
    }
  }

  #tell(event: LiveEvent): void {
    for (const listener of this.#eventListeners) listener(event);
  }

  #heard(): void {
    this.#expectSound();
    this.#set({ state: 'live', heardAt: Date.now(), retryAt: null });
  }

  #expectSound(): void {
    clearTimeout(this.#silence);
    const connection = this.#connection;
    this.#silence = setTimeout(() => connection?.abort(), SILENCE_MS);
  }

  #onLost(connection: AbortController): void {
    if (this.#connection !== connection) return;
    this.#disconnect('lost');
    this.#failures += 1;
    const delayMs =
      Math.min(FIRST_DELAY_MS * 2 ** (this.#failures - 1), LONGEST_DELAY_MS) * (0.5 + Math.random() / 2);
    this.#set({ state: 'lost', retryAt: Date.now() + delayMs });
    this.#retry = setTimeout(() => this.#connect(), delayMs);
  }

  #onVisibility(): void {
    clearTimeout(this.#hiding);
    if (document.visibilityState === 'hidden') {
      this.#hiding = setTimeout(() => this.#disconnect('resting'), HIDDEN_MS);
    } else if (this.#status.state === 'resting' || this.#status.state === 'lost') {
      this.#connect();
    }
  }

  #disconnect(state: StreamState): void {
    const connection = this.#connection;
    this.#connection = null;
    clearTimeout(this.#silence);
    clearTimeout(this.#retry);
    connection?.abort();
    this.#set({ state, retryAt: null });
  }

  #set(change: Partial<StreamStatus>): void {
    this.#status = { ...this.#status, ...change };
    for (const listener of this.#statusListeners) listener();
  }
}
