import { DeadlineError, within } from '../connection.ts';
import { type BrowserJoin, ProviderError, type TextTalk, type VoiceProvider } from '../ports.ts';
import { getAgent } from './agents.ts';
import { malformed, type Reader } from './exchange.ts';
import { type Fields, field, fieldsOf, numberOf, textOf } from './fields.ts';
import { openSocket, type Socket, SocketRefusedError } from './socket.ts';

/** An agent may speak again after a tool's answer: its words are whole when nothing came for so long. */
const QUIET_MS = 500;
/** How long the greeting, which is no answer to anything, is waited for. */
const GREETING_MS = 3000;

type TalkRequest = Parameters<VoiceProvider['openTextTalk']>[0];

/**
 * Opens a conversation of texts with an agent over the provider's WebSocket, as its browser client would.
 * `text_only` is asked for where the agent allows it; elsewhere the agent speaks too, and its sound is left aside.
 *
 * @throws ProviderError
 */
export async function openTextTalk(reader: Reader, request: TalkRequest): Promise<TextTalk> {
  const endsAtMs = performance.now() + request.timeoutMs;
  const leftMs = () => Math.max(1, endsAtMs - performance.now());
  const [agent, url] = await inTime(leftMs(), () =>
    Promise.all([getAgent(reader, request.agentId), signedUrl(reader, request.agentId)]),
  );
  if (agent === null) throw failure('there is no such agent', { status: 404, retryable: false });
  const inbox = new Inbox();
  const socket = await open(url, leftMs(), inbox);
  try {
    await socket.send({
      type: 'conversation_initiation_client_data',
      ...(agent.overrides.textOnly
        ? { conversation_config_override: { conversation: { text_only: true } } }
        : {}),
      dynamic_variables: request.variables,
    });
    const conversationId = await inTime(leftMs(), () => inbox.started);
    if (agent.firstMessage !== null) {
      // Without a greeting there is nothing to wait for, and nothing lost.
      await within(Math.min(GREETING_MS, leftMs()), () => inbox.greeted).catch(() => undefined);
    }
    return {
      conversationId,
      say: (text) => say(socket, inbox, text, request.timeoutMs),
      close: () => socket.close(),
    };
  } catch (error) {
    socket.close();
    throw error instanceof ProviderError ? error : broken(error);
  }
}

async function open(url: string, timeoutMs: number, inbox: Inbox): Promise<Socket> {
  try {
    const socket = await openSocket({
      url,
      protocol: 'convai',
      timeoutMs,
      onMessage: (message) => inbox.take(message),
      onClosed: (code, reason) => inbox.end(code, reason),
    });
    inbox.answerWith(socket);
    return socket;
  } catch (error) {
    throw broken(error);
  }
}

async function say(socket: Socket, inbox: Inbox, text: string, timeoutMs: number): Promise<string> {
  const answer = inbox.expectAnswer();
  try {
    await socket.send({ type: 'user_message', text });
    return await inTime(timeoutMs, () => answer);
  } catch (error) {
    // Nobody may be left to await the answer's own failure.
    answer.catch(() => undefined);
    throw error instanceof ProviderError ? error : broken(error);
  } finally {
    inbox.expectNothing();
  }
}

/** What the agent's side sends, and who waits for it. */
class Inbox {
  readonly started: Promise<string>;
  readonly greeted: Promise<void>;
  #start!: { resolve: (conversationId: string) => void; reject: (error: ProviderError) => void };
  #greet!: () => void;
  #waiting: { resolve: (text: string) => void; reject: (error: ProviderError) => void } | null = null;
  #words: string[] = [];
  #seen = new Set<number>();
  #quiet: NodeJS.Timeout | undefined;
  #socket: Socket | null = null;
  #unanswered: Fields[] = [];
  #over: ProviderError | null = null;

  constructor() {
    this.started = new Promise((resolve, reject) => {
      this.#start = { resolve, reject };
    });
    this.started.catch(() => undefined);
    this.greeted = new Promise((resolve) => {
      this.#greet = resolve;
    });
  }

  answerWith(socket: Socket): void {
    this.#socket = socket;
    for (const message of this.#unanswered.splice(0)) this.#answer(message);
  }

  /** The agent's next words. @throws ProviderError when the talk is over; Error while others are waited for */
  expectAnswer(): Promise<string> {
    if (this.#waiting !== null) throw new Error('The agent has not answered the message before.');
    if (this.#over !== null) throw this.#over;
    this.#words = [];
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  expectNothing(): void {
    clearTimeout(this.#quiet);
    this.#waiting = null;
  }

  take(message: Fields): void {
    switch (message.type) {
      case 'conversation_initiation_metadata': {
        const event = fieldsOf(field(message, 'conversation_initiation_metadata_event'));
        const conversationId = textOf(field(event, 'conversation_id'));
        if (conversationId === null) this.#fail(failure('the conversation has no id', { retryable: true }));
        else this.#start.resolve(conversationId);
        return;
      }
      case 'ping':
        this.#answer({ type: 'pong', event_id: field(fieldsOf(field(message, 'ping_event')), 'event_id') });
        return;
      case 'client_tool_call':
        this.#refuseTool(fieldsOf(field(message, 'client_tool_call')));
        break;
      case 'agent_response':
        this.#receive(fieldsOf(field(message, 'agent_response_event')));
        break;
      case 'error': {
        const event = fieldsOf(field(message, 'error_event'));
        const why = textOf(event.message) ?? textOf(event.reason) ?? textOf(field(event, 'error_type'));
        this.#fail(failure(why ?? 'the agent reported an error', { retryable: false }));
        return;
      }
      default:
    }
    // Whatever it is, the agent is still at work.
    if (this.#words.length > 0) this.#answerWhenQuiet();
  }

  end(code: number, reason: string): void {
    // The agent may answer and hang up at once.
    if (this.#words.length > 0) this.#finish();
    const why = `the conversation was closed with code ${code}${reason === '' ? '' : `: ${reason}`}`;
    this.#fail(failure(why, { retryable: code !== 1000 && code !== 1008 }));
  }

  #receive(event: Fields): void {
    const text = textOf(field(event, 'agent_response'));
    const id = numberOf(field(event, 'event_id'));
    if (text === null || (id !== null && this.#seen.has(id))) return;
    if (id !== null) this.#seen.add(id);
    if (this.#waiting === null) this.#greet();
    else this.#words.push(text.trim());
  }

  #answerWhenQuiet(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#finish(), QUIET_MS);
  }

  #finish(): void {
    clearTimeout(this.#quiet);
    this.#waiting?.resolve(this.#words.join(' '));
    this.#waiting = null;
    this.#words = [];
  }

  #fail(error: ProviderError): void {
    this.#over ??= error;
    this.#start.reject(error);
    this.#waiting?.reject(error);
    this.#waiting = null;
  }

  /** There is no page behind this client that could run a tool; unanswered, the agent would wait for it. */
  #refuseTool(call: Fields): void {
    this.#answer({
      type: 'client_tool_result',
      tool_call_id: field(call, 'tool_call_id'),
      result: 'This tool is not available in a text conversation.',
      is_error: true,
    });
  }

  #answer(message: Fields): void {
    if (this.#socket === null) this.#unanswered.push(message);
    // A lost connection shows in its close.
    else this.#socket.send(message).catch(() => undefined);
  }
}

/** @throws ProviderError when the time is up */
async function inTime<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
  try {
    return await within(timeoutMs, work);
  } catch (error) {
    throw error instanceof DeadlineError ? failure(error.message, { retryable: true }) : error;
  }
}

function broken(error: unknown): ProviderError {
  const status = error instanceof SocketRefusedError ? error.status : null;
  const retryable = status === null || status === 408 || status === 429 || status >= 500;
  return failure(error instanceof Error ? error.message : String(error), { status, retryable, cause: error });
}

function failure(
  why: string,
  details: { status?: number | null; retryable: boolean; cause?: unknown },
): ProviderError {
  const { status = null, retryable, cause } = details;
  return new ProviderError(`talking to the agent failed: ${why}`, {
    provider: 'elevenlabs',
    status,
    retryable,
    cause,
  });
}

type JoinRequest = Parameters<VoiceProvider['joinFromBrowser']>[0];

/**
 * Lets a browser join an agent without the account's key: by an address that opens a WebSocket within the next
 * 15 minutes (the provider's documentation), or by a token for WebRTC.
 */
export async function joinFromBrowser(reader: Reader, { agentId, how }: JoinRequest): Promise<BrowserJoin> {
  switch (how) {
    case 'websocket':
      return { signedUrl: await signedUrl(reader, agentId) };
    case 'webrtc': {
      const body = await reader.read('the token', (client, options) =>
        client.conversationalAi.conversations.getWebrtcToken({ agentId }, options),
      );
      const fields = fieldsOf(body);
      const token = textOf(fields.token);
      if (token === null) throw malformed('the token');
      return { token, conversationId: textOf(field(fields, 'conversation_id')) };
    }
  }
}

/** An address that opens one agent's WebSocket. */
async function signedUrl(reader: Reader, agentId: string): Promise<string> {
  const body = await reader.read('the signed address', (client, options) =>
    client.conversationalAi.conversations.getSignedUrl({ agentId }, options),
  );
  const url = textOf(field(fieldsOf(body), 'signed_url'));
  if (url === null || !/^wss?:\/\//.test(url)) throw malformed('the signed address');
  return url;
}
