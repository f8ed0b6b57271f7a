import type { AgentDetail, SessionStart } from '../../../client/generated.ts';
import type { TalkMode } from './conversation.ts';

/** The voice settings that a talk may change, within the provider's limits. */
export const VOICE_SETTINGS = [
  { name: 'speed', label: 'Speed', min: 0.7, max: 1.2, step: 0.05, middle: 1 },
  { name: 'stability', label: 'Stability', min: 0, max: 1, step: 0.05, middle: 0.5 },
  { name: 'similarityBoost', label: 'Likeness', min: 0, max: 1, step: 0.05, middle: 0.75 },
] as const;

export type VoiceSetting = (typeof VOICE_SETTINGS)[number]['name'];

/** A talk's options. An empty text keeps the agent's own. */
export interface TalkSetup {
  mode: TalkMode;
  prompt: string;
  firstMessage: string;
  language: string;
  voiceId: string;
  voice: Partial<Record<VoiceSetting, number>>;
  label: string;
}

export function emptySetup(allowed: AgentDetail['overrides']): TalkSetup {
  return {
    mode: allowed.textOnly ? 'text' : 'voice',
    prompt: '',
    firstMessage: '',
    language: '',
    voiceId: '',
    voice: {},
    label: '',
  };
}

/** In the API's form. Voice options are left out of a text talk. */
export function toSessionStart(setup: TalkSetup, leadId: string | undefined): SessionStart {
  const { mode, prompt, firstMessage, language, voiceId, voice, label } = setup;
  const isSet = (text: string) => text.trim() !== '';
  return {
    overrides: {
      ...(isSet(prompt) && { prompt }),
      ...(isSet(firstMessage) && { firstMessage }),
      ...(language !== '' && { language }),
      ...(mode === 'voice' && voiceId !== '' && { voiceId }),
      ...(mode === 'voice' && Object.keys(voice).length > 0 && { voice }),
      ...(mode === 'text' && { textOnly: true }),
    },
    ...(isSet(label) && { label: label.trim() }),
    ...(leadId !== undefined && { leadId }),
  };
}

/** How many of the agent's settings the talk overrides. */
export function countChanges({ mode, prompt, firstMessage, language, voiceId, voice }: TalkSetup): number {
  const texts =
    mode === 'voice' ? [prompt, firstMessage, language, voiceId] : [prompt, firstMessage, language];
  const changed = texts.filter((text) => text.trim() !== '').length;
  return changed + (mode === 'voice' ? Object.keys(voice).length : 0);
}
