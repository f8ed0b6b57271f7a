import type { SimulatedConversation } from '../calls.ts';
import { pickedUp } from '../people.ts';
import { composeConversation } from '../script.ts';
import type { JsonObject } from '../talks.ts';
import { talkSeconds } from '../talks.ts';
import type { PayloadWorld } from './conversation.ts';
import { recording } from './sound.ts';

/** Webhooks sent only to a receiver that subscribes. `unknown` is a type that no documentation names. */
export const EXTRA_KINDS = ['post_call_audio', 'answering_machine_detection', 'unknown'] as const;
export type ExtraKind = (typeof EXTRA_KINDS)[number];

/** Null when this conversation has nothing of the kind. */
export function extraPayload(
  kind: ExtraKind,
  conversation: SimulatedConversation,
  world: PayloadWorld,
): { type: string; data: JsonObject } | null {
  const about = { agent_id: conversation.agentId, conversation_id: conversation.conversationId };
  switch (kind) {
    case 'post_call_audio': {
      const sound = recordingOf(conversation, world);
      return sound && { type: kind, data: { ...about, full_audio: sound.toString('base64') } };
    }
    case 'answering_machine_detection': {
      if (conversation.kind !== 'call' || !pickedUp(conversation.plan.reach)) return null;
      // ElevenLabs does not document this form; the verdicts are Twilio's.
      const answeredBy = conversation.plan.reach === 'voicemail' ? 'machine_start' : 'human';
      const body = { CallSid: conversation.callSid, AnsweredBy: answeredBy };
      return { type: kind, data: { ...about, metadata: { type: 'twilio', body } } };
    }
    case 'unknown':
      return { type: 'post_call_weather', data: { ...about, sky: 'clear' } };
  }
}

/** The recording of a settled conversation as WAV; null when nothing was recorded. */
export function recordingOf(conversation: SimulatedConversation, world: PayloadWorld): Buffer | null {
  if (conversation.settledAtMs === null) return null;
  if (conversation.kind === 'talk') {
    return conversation.textOnly
      ? null
      : recording(conversation.turns, talkSeconds(conversation, conversation.settledAtMs));
  }
  if (!pickedUp(conversation.plan.reach)) return null;
  return recording(composeConversation(conversation, world).turns, conversation.plan.talkSeconds);
}
