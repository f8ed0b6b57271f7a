import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { EventType } from '../client/generated.ts';
import { sessionNews } from '../client/setup.ts';

/** An event of the log, as streamed. */
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

/** `resting`: the page is hidden; the stream resumes when it becomes visible. */
export type StreamState = 'connecting' | 'live' | 'lost' | 'resting' | 'ended';

export interface StreamStatus {
  state: StreamState;
  /** When the last message or heartbeat arrived; Unix milliseconds. */
  lastMessageAt: number | null;
  /** When the next attempt is made, while lost. */
  retryAt: number | null;
}

/** The server sends a heartbeat every 15 s; after two missed ones the connection counts as dead. */
const SILENCE_MS = 35_000;
/** A browser opens six connections to a host, which hidden pages must not occupy. */
const HIDDEN_MS = 60_000;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 15_000;

/**
 * The workspace's events as they happen. After an interruption it resumes after the last event, so that none
 * is missed or doubled.
 */
export class LiveStream {
  #status: StreamStatus = { state: 'connecting', lastMessageAt: null, retryAt: null };
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
    // Opened in the background, the page may never become visible.
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
    this.#startSilenceTimer();
    const headers = new Headers();
    if (this.#lastId !== null) headers.set('last-event-id', String(this.#lastId));
    const session = sessionNews.current;
    const answer = await fetch('/api/stream', { headers, signal, credentials: 'same-origin' });
    // A connection that was replaced meanwhile must not end its successor.
    signal.throwIfAborted();
    if (answer.status === 401) {
      this.#disconnect('ended');
      sessionNews.end(session);
      return;
    }
    if (!answer.ok || answer.body === null) throw new Error(`The stream answered with ${answer.status}.`);
    this.#failures = 0;
    this.#received();
    const messages = answer.body
      .pipeThrough(new TextDecoderStream() as TransformStream<BufferSource, string>)
      .pipeThrough(new EventSourceParserStream({ onComment: () => signal.aborted || this.#received() }))
      .getReader();
    for (;;) {
      const { done, value } = await messages.read();
      if (done) throw new Error('The stream ended.');
      // The next connection delivers it too; otherwise it would count twice.
      signal.throwIfAborted();
      this.#received();
      if (value.id !== undefined && value.id !== '') this.#lastId = Number(value.id);
      if (value.event !== 'ready') this.#publish(JSON.parse(value.data) as LiveEvent);
    }
  }

  #publish(event: LiveEvent): void {
    for (const listener of this.#eventListeners) listener(event);
  }

  #received(): void {
    this.#startSilenceTimer();
    this.#set({ state: 'live', lastMessageAt: Date.now(), retryAt: null });
  }

  #startSilenceTimer(): void {
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
