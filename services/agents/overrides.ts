import type { SessionOverrides } from '#db/schema/conversations.ts';
import type { AgentDetail } from '#providers/ports.ts';
import type { FieldError } from '../errors.ts';

/** What is asked for and not allowed: the provider lets it through, and fails the conversation as it starts. */
export function forbiddenOverrides(
  overrides: SessionOverrides,
  allowed: AgentDetail['overrides'],
): FieldError[] {
  const { prompt, firstMessage, language, voiceId, voice, textOnly } = overrides;
  const asked: [path: string, value: unknown, allowed: boolean][] = [
    ['prompt', prompt, allowed.prompt],
    ['firstMessage', firstMessage, allowed.firstMessage],
    ['language', language, allowed.language],
    ['voiceId', voiceId, allowed.voice],
    ['voice.stability', voice?.stability, allowed.stability],
    ['voice.speed', voice?.speed, allowed.speed],
    ['voice.similarityBoost', voice?.similarityBoost, allowed.similarityBoost],
    ['textOnly', textOnly, allowed.textOnly],
  ];
  return asked
    .filter(([, value, isAllowed]) => value !== undefined && !isAllowed)
    .map(([path]) => ({
      path: `overrides.${path}`,
      message: "may not be overridden: the agent's own security settings do not allow it",
    }));
}
