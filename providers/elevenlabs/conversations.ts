import type { ElevenLabs } from '@elevenlabs/elevenlabs-js';
import type { ConversationFacts } from '#domain/conversation.ts';
import type { ConversationListQuery, VoiceProvider } from '../ports.ts';
import { malformed, PAGE_SIZE, type Pricing, pageOf, type Reader } from './exchange.ts';
import { field, fieldsOf, textOf } from './fields.ts';
import { normaliseConversation, normaliseListItem } from './normalise.ts';

type ConversationPage = Awaited<ReturnType<VoiceProvider['listConversations']>>;

export async function getConversation(
  reader: Reader,
  conversationId: string,
  { centsPerCredit = null }: Pricing = {},
): Promise<ConversationFacts | null> {
  const body = await reader.readIfKnown('the conversation', (client, options) =>
    client.conversationalAi.conversations.get(conversationId, {}, options),
  );
  if (body === null) return null;
  const conversation = fieldsOf(body);
  const id = textOf(field(conversation, 'conversation_id'));
  if (id !== null && id !== conversationId) throw malformed('the conversation');
  // An answer without an id is still about the conversation that was asked for.
  const identified = id === null ? { ...conversation, conversation_id: conversationId } : body;
  return normaliseConversation(identified, { centsPerCredit });
}

export async function listConversations(
  reader: Reader,
  query: ConversationListQuery,
): Promise<ConversationPage> {
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

function listFilter(query: ConversationListQuery): ElevenLabs.conversationalAi.ConversationsListRequest {
  return {
    pageSize: Math.min(Math.max(1, query.pageSize ?? PAGE_SIZE), PAGE_SIZE),
    ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
    ...(query.agentId === undefined ? {} : { agentId: query.agentId }),
    // Whole seconds on the wire: rounded outwards, so that the bounds lose no call.
    ...(query.startedAfter === undefined
      ? {}
      : { callStartAfterUnix: Math.max(0, Math.floor(query.startedAfter.getTime() / 1000)) }),
    ...(query.startedBefore === undefined
      ? {}
      : { callStartBeforeUnix: Math.ceil(query.startedBefore.getTime() / 1000) }),
  };
}
