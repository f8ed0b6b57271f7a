import type { CallKind } from '#domain/call.ts';
import { type Fields, field, fieldsOf, textOf } from './fields.ts';

/** The payload cannot be tied to any conversation: not an object, or without a conversation id. */
export class UnreadablePayloadError extends Error {
  override readonly name = 'UnreadablePayloadError';
}

/** The conversation's id. @throws UnreadablePayloadError when there is none. */
export function conversationIdOf(payload: unknown): string {
  const id = textOf(field(fieldsOf(payload), 'conversation_id'));
  if (id === null) throw new UnreadablePayloadError('the payload names no conversation');
  return id;
}

/** The attempt that it was dialled for. The dynamic variable is ours alone; the user id may be another's when the conversation was not dialled by us. */
export function attemptIdOf(conversation: Fields): string | null {
  const initiation = fieldsOf(field(conversation, 'conversation_initiation_client_data'));
  return (
    textOf(field(dynamicVariablesOf(conversation), 'attempt_id')) ??
    textOf(field(initiation, 'user_id')) ??
    textOf(field(conversation, 'user_id'))
  );
}

const PHONE_SOURCES = /twilio|sip|exotel|plivo|telnyx|vonage|genesys|phone/i;

/** A talk over the web has metadata without a phone call in it; a payload without metadata does not tell. */
export function kindOf(conversation: Fields, metadata: Fields, phoneCall: Fields): CallKind | null {
  if (Object.keys(phoneCall).length > 0) return 'phone';
  const source =
    textOf(field(metadata, 'conversation_initiation_source')) ??
    textOf(field(conversation, 'conversation_initiation_source'));
  if (source !== null && PHONE_SOURCES.test(source)) return 'phone';
  if (textOf(field(dynamicVariablesOf(conversation), 'system__call_sid')) !== null) return 'phone';
  return Object.keys(metadata).length > 0 ? 'browser' : null;
}

function dynamicVariablesOf(conversation: Fields): Fields {
  return fieldsOf(
    field(fieldsOf(field(conversation, 'conversation_initiation_client_data')), 'dynamic_variables'),
  );
}

const MOST_VARIABLES = 200;

/** The variables that were sent with the conversation, as text; the platform's own and secret ones are left out. */
export function variablesOf(conversation: Fields): Record<string, string> {
  const variables: [string, string][] = [];
  for (const [name, value] of Object.entries(dynamicVariablesOf(conversation)).slice(0, MOST_VARIABLES)) {
    if (/^(system|secret)__/.test(name)) continue;
    const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : textOf(value);
    if (text !== null) variables.push([textOf(name) ?? name, text]);
  }
  return Object.fromEntries(variables);
}
