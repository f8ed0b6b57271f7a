import { listVoices } from '../../client/generated.ts';
import { keys } from '../../client/keys.ts';
import { usePages } from '../../client/pages.ts';

const PAGE_SIZE = 100;

/** The first hundred voices, and more on request. */
export function useVoices() {
  return usePages(
    keys.voices('*'),
    (cursor, signal) => listVoices({ limit: PAGE_SIZE, ...(cursor !== undefined && { cursor }) }, { signal }),
    ({ voiceId }) => voiceId,
  );
}
