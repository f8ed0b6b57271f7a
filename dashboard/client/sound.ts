import { defaults } from './generated.ts';

/**
 * Requests sound. The generated functions read every answer as text, which would corrupt it.
 *
 * @example readSound((options) => sampleVoice(id, { text }, options))
 */
export async function readSound(
  request: (options: { fetch: typeof fetch }) => Promise<unknown>,
): Promise<Blob> {
  const sounds: Blob[] = [];
  await request({
    fetch: async (input, init) => {
      const answer = await (defaults.fetch ?? fetch)(input, init);
      sounds.push(await answer.blob());
      return new Response(null, { status: answer.status });
    },
  });
  const [sound] = sounds;
  if (sound === undefined) throw new Error('There was no sound in the answer.');
  return sound;
}
