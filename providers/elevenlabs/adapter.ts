import type { ElevenLabs, ElevenLabsClient } from '@elevenlabs/elevenlabs-js';
import type { ConversationFacts } from '../../domain/conversation.ts';
import {
  type Agent,
  type ConversationListQuery,
  type PhoneNumber,
  ProviderError,
  type VoiceProvider,
} from '../ports.ts';
import { createDial } from './dial.ts';
import { type Connection, type Exchange, exchange, type RequestOptions } from './exchange.ts';
import { e164Of, field, fieldsOf, isFields, textOf } from './fields.ts';
import { normaliseConversation, normaliseListItem } from './normalise.ts';

const DEFAULT_READ_TIMEOUT_MS = 15_000;
const READ_RETRIES = 2;
const PAGE_SIZE = 100;
const MAX_PAGES = 100;

export interface ElevenLabsConfig extends Connection {
  /** For one read as a whole, its retries included; a dial brings its own. Default 15 s. */
  requestTimeoutMs?: number;
}

type ConversationPage = Awaited<ReturnType<VoiceProvider['listConversations']>>;
type Call = (client: ElevenLabsClient, options: RequestOptions) => PromiseLike<unknown>;

/** Reads that answer with JSON or throw `ProviderError`; `what` names the thing in its message. */
interface Reader {
  read(what: string, call: Call): Promise<unknown>;
  /** Null for 404. */
  readIfKnown(what: string, call: Call): Promise<unknown>;
}

/** The voice provider at ElevenLabs, through its SDK; calls go over its native Twilio integration. */
export function createElevenLabs(config: ElevenLabsConfig): VoiceProvider {
  const reader = createReader(config);
  return {
    dial: createDial(config),
    getConversation: (conversationId) => getConversation(reader, conversationId),
    listConversations: (query) => listConversations(reader, query),
    listAgents: () => listAgents(reader),
    getAgent: (agentId) => getAgent(reader, agentId),
    listPhoneNumbers: () => listPhoneNumbers(reader),
    ping: () => ping(reader),
  };
}

function createReader(config: ElevenLabsConfig): Reader {
  const limits = { deadlineMs: config.requestTimeoutMs ?? DEFAULT_READ_TIMEOUT_MS, maxRetries: READ_RETRIES };
  return {
    async read(what, call) {
      return bodyOf(what, await exchange(config, limits, call));
    },
    async readIfKnown(what, call) {
      const result = await exchange(config, limits, call);
      return result.kind === 'answer' && result.status === 404 ? null : bodyOf(what, result);
    },
  };
}

async function getConversation(reader: Reader, conversationId: string): Promise<ConversationFacts | null> {
  const body = await reader.readIfKnown('the conversation', (client, options) =>
    client.conversationalAi.conversations.get(conversationId, {}, options),
  );
  if (body === null) return null;
  const conversation = fieldsOf(body);
  const id = textOf(field(conversation, 'conversation_id'));
  if (id !== null && id !== conversationId) throw malformed('the conversation');
  // An answer that lost its id is still about the conversation that was asked for.
  return normaliseConversation(id === null ? { ...conversation, conversation_id: conversationId } : body);
}

async function listConversations(reader: Reader, query: ConversationListQuery): Promise<ConversationPage> {
  const filter = listFilter(query);
  if (query.attemptId === undefined) return listPage(reader, filter);
  const byUser = await listPage(reader, { ...filter, userId: query.attemptId });
  if (byUser.items.length > 0 || byUser.nextCursor !== null || query.cursor !== undefined) return byUser;
  // Two indexes know the attempt. A call missed here may be dialled a second time, so both are asked.
  return listPage(reader, { ...filter, dynamicVariableParams: `attempt_id:eq:${query.attemptId}` });
}

async function listPage(
  reader: Reader,
  filter: ElevenLabs.conversationalAi.ConversationsListRequest,
): Promise<ConversationPage> {
  const body = await reader.read('the conversations', (client, options) =>
    client.conversationalAi.conversations.list(filter, options),
  );
  const page = pageOf('the conversations', body, 'conversations');
  return {
    items: page.rows.map(normaliseListItem).filter((item) => item !== null),
    nextCursor: page.nextCursor,
  };
}

async function listAgents(reader: Reader): Promise<Agent[]> {
  const agents: Agent[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const request = { pageSize: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) };
    const body = await reader.read('the agents', (client, options) =>
      client.conversationalAi.agents.list(request, options),
    );
    const page = pageOf('the agents', body, 'agents');
    agents.push(...page.rows.map(agentOf).filter((agent) => agent !== null));
    if (page.nextCursor === null || page.nextCursor === cursor) return agents;
    cursor = page.nextCursor;
  }
  return agents;
}

async function getAgent(reader: Reader, agentId: string): Promise<Agent | null> {
  const body = await reader.readIfKnown('the agent', (client, options) =>
    client.conversationalAi.agents.get(agentId, {}, options),
  );
  return body === null ? null : agentOf({ ...fieldsOf(body), agent_id: agentId });
}

async function listPhoneNumbers(reader: Reader): Promise<PhoneNumber[]> {
  const body = await reader.read('the phone numbers', (client, options) =>
    client.conversationalAi.phoneNumbers.list({}, options),
  );
  const rows = Array.isArray(body) ? body : field(fieldsOf(body), 'phone_numbers');
  if (!Array.isArray(rows)) throw malformed('the phone numbers');
  return rows.map(phoneNumberOf).filter((number) => number !== null);
}

/** The smallest read that needs the same permission as the rest: a key may be restricted to agents. */
async function ping(reader: Reader): Promise<void> {
  const body = await reader.read('the account', (client, options) =>
    client.conversationalAi.agents.list({ pageSize: 1 }, { ...options, maxRetries: 0 }),
  );
  pageOf('the account', body, 'agents');
}

function listFilter(query: ConversationListQuery): ElevenLabs.conversationalAi.ConversationsListRequest {
  return {
    pageSize: Math.min(Math.max(1, query.pageSize ?? PAGE_SIZE), PAGE_SIZE),
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    ...(query.agentId === undefined ? {} : { agentId: query.agentId }),
    // Whole seconds on the wire: rounded outwards, so that the bounds lose no call.
    ...(query.startedAfter === undefined
      ? {}
      : { callStartAfterUnix: Math.floor(query.startedAfter.getTime() / 1000) }),
    ...(query.startedBefore === undefined
      ? {}
      : { callStartBeforeUnix: Math.ceil(query.startedBefore.getTime() / 1000) }),
  };
}

function agentOf(row: unknown): Agent | null {
  const fields = fieldsOf(row);
  const agentId = textOf(field(fields, 'agent_id'));
  return agentId === null ? null : { agentId, name: textOf(fields.name) ?? agentId };
}

function phoneNumberOf(row: unknown): PhoneNumber | null {
  const fields = fieldsOf(row);
  const phoneNumberId = textOf(field(fields, 'phone_number_id'));
  const phoneNumber = e164Of(field(fields, 'phone_number'));
  if (phoneNumberId === null || phoneNumber === null) return null;
  return {
    phoneNumberId,
    phoneNumber,
    label: textOf(fields.label) ?? phoneNumber,
    provider: textOf(fields.provider) ?? 'unknown',
    // Deprecated in the API; its absence says nothing against the number.
    supportsOutbound: field(fields, 'supports_outbound') !== false,
    assignedAgentId: textOf(field(fieldsOf(field(fields, 'assigned_agent')), 'agent_id')),
  };
}

/** A page of rows. @throws ProviderError when the answer is no such page: an empty list would be a claim. */
function pageOf(what: string, body: unknown, name: string): { rows: unknown[]; nextCursor: string | null } {
  const fields = fieldsOf(body);
  const rows = field(fields, name);
  if (!Array.isArray(rows)) throw malformed(what);
  const more = field(fields, 'has_more') !== false;
  return { rows, nextCursor: more ? textOf(field(fields, 'next_cursor')) : null };
}

/** The answer's JSON. @throws ProviderError for everything but success. */
function bodyOf(what: string, result: Exchange): unknown {
  if (result.kind !== 'answer') {
    const details = { provider: 'elevenlabs', status: null, retryable: result.kind !== 'unsent' } as const;
    throw new ProviderError(`reading ${what} failed: ${result.message}`, details);
  }
  const { status, body, retryAfterMs } = result;
  if (status < 200 || status >= 300) {
    const retryable = status === 408 || status === 429 || status >= 500;
    const details = { provider: 'elevenlabs', status, retryable, retryAfterMs } as const;
    throw new ProviderError(`reading ${what} failed: status ${status}`, details);
  }
  if (!isFields(body) && !Array.isArray(body)) throw malformed(what);
  return body;
}

/** Retryable: truncated answers and a proxy's pages pass. */
function malformed(what: string): ProviderError {
  const details = { provider: 'elevenlabs', status: 200, retryable: true } as const;
  return new ProviderError(`reading ${what} failed: the answer is not of the expected form`, details);
}
