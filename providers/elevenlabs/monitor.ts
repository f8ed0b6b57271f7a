import type { ConversationFacts } from '#domain/conversation.ts';
import { type LiveCommand, type LiveCommandAnswer, ProviderError } from '../ports.ts';
import type { Connection } from './exchange.ts';
import { type Fields, field, fieldsOf, textOf } from './fields.ts';
import { baseUrlOf, openSocket, type Socket, SocketRefusedError } from './socket.ts';

const OPENING_MS = 5000;
/** A command is not acknowledged, but an error is reported at once: no error for this long means success. */
const OBJECTION_MS = 400;
/** An end is: the conversation closes, and its monitors with it. */
const CLOSE_MS = 3000;

type ReadConversation = (conversationId: string) => Promise<ConversationFacts | null>;

/** What became of the socket. */
interface Watch {
  closed: Promise<{ code: number; reason: string }>;
  objection: Promise<string>;
}

/**
 * Sends a command into a live conversation through its monitor socket (the provider's "real-time monitoring":
 * enterprise accounts, for agents with `monitoring_enabled`). A transfer needs the agent to have the tool
 * `transfer_to_number`. The provider does not document how it refuses, so that a refusal which could mean
 * several things is settled by reading the conversation.
 *
 * @throws ProviderError when the provider does not answer, or objects to the command
 */
export async function command(
  connection: Connection,
  readConversation: ReadConversation,
  conversationId: string,
  live: LiveCommand,
): Promise<LiveCommandAnswer> {
  const { watch, onMessage, onClosed } = watching();
  let socket: Socket;
  try {
    const id = encodeURIComponent(conversationId);
    socket = await openSocket({
      url: `${baseUrlOf(connection).replace(/^http/, 'ws')}/v1/convai/conversations/${id}/monitor`,
      headers: { 'xi-api-key': connection.apiKey },
      timeoutMs: OPENING_MS,
      onMessage,
      onClosed,
    });
  } catch (error) {
    return await refused(error, readConversation, conversationId);
  }
  try {
    await socket.send(wireCommand(live)).catch(() => undefined);
    return await outcome(watch, live, readConversation, conversationId);
  } finally {
    socket.close();
  }
}

function watching() {
  let onClosed!: (code: number, reason: string) => void;
  let object!: (why: string) => void;
  const watch: Watch = {
    closed: new Promise((resolve) => {
      onClosed = (code, reason) => resolve({ code, reason });
    }),
    objection: new Promise((resolve) => {
      object = resolve;
    }),
  };
  const onMessage = (message: Fields) => {
    const why = objectionOf(message);
    if (why !== null) object(why);
  };
  return { watch, onMessage, onClosed };
}

function objectionOf(message: Fields): string | null {
  if (typeof message.type !== 'string' || !/error/.test(message.type)) return null;
  const event = fieldsOf(field(message, 'error_event') ?? field(message, 'command_error_event'));
  return textOf(event.message) ?? textOf(event.reason) ?? textOf(message.message) ?? message.type;
}

async function outcome(
  watch: Watch,
  live: LiveCommand,
  readConversation: ReadConversation,
  conversationId: string,
): Promise<LiveCommandAnswer> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), live.kind === 'end' ? CLOSE_MS : OBJECTION_MS);
  });
  const first = await Promise.race([watch.closed, watch.objection, silence]);
  clearTimeout(timer);
  if (first === null) return 'done';
  if (typeof first === 'string') throw failure(first, null, false);
  // The provider's own codes for what a key or an agent may not do; 1008 is the standard one.
  if (first.code === 1008 || (first.code >= 4001 && first.code <= 4003)) {
    return (await isOver(readConversation, conversationId)) ? 'gone' : 'unavailable';
  }
  if (live.kind === 'end') return 'done';
  if (await isOver(readConversation, conversationId)) return 'gone';
  throw failure(`closed with code ${first.code}`, null, true);
}

async function refused(
  error: unknown,
  readConversation: ReadConversation,
  conversationId: string,
): Promise<LiveCommandAnswer> {
  const status = error instanceof SocketRefusedError ? error.status : null;
  switch (status) {
    case 401:
    case 403:
      return 'unavailable';
    case 400:
    case 404:
    case 409:
    case 410:
    case 422:
      return (await isOver(readConversation, conversationId)) ? 'gone' : 'unavailable';
    default: {
      const why = error instanceof Error ? error.message : String(error);
      throw failure(why, status, status === null || status === 429 || status >= 500);
    }
  }
}

async function isOver(readConversation: ReadConversation, conversationId: string): Promise<boolean> {
  const conversation = await readConversation(conversationId);
  if (conversation === null || conversation.status === 'ended') return true;
  // The call is over; its analysis is not.
  return field(fieldsOf(conversation.raw), 'status') === 'processing';
}

function wireCommand(live: LiveCommand): Fields {
  switch (live.kind) {
    case 'end':
      return { command_type: 'end_call' };
    case 'context':
      return { command_type: 'contextual_update', parameters: { contextual_update: live.text } };
    case 'transfer':
      return { command_type: 'transfer_to_number', parameters: { phone_number: live.to } };
  }
}

function failure(why: string, status: number | null, retryable: boolean): ProviderError {
  return new ProviderError(`the live command failed: ${why}`, { provider: 'elevenlabs', status, retryable });
}
