import { vi } from 'vitest';
import type { DialAnswer, DialRequest, VoiceProvider } from '#providers/ports.ts';

/** Notes the requests of all dials, and answers them in the provider's place where `answer` is given. */
export function watchDials(voice: VoiceProvider, answer?: DialAnswer): DialRequest[] {
  const requests: DialRequest[] = [];
  const prepare = voice.prepareDial;
  vi.spyOn(voice, 'prepareDial').mockImplementation(async (agentId) => {
    const prepared = await prepare(agentId);
    return {
      agentId,
      send: async (request) => {
        requests.push(request);
        return answer ?? (await prepared.send(request));
      },
    };
  });
  return requests;
}
