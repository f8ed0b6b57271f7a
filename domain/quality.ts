import type { TranscriptTurn } from './conversation.ts';

/** The word error rate of a transcript against what its person said; null when nothing was said. */
export function transcriptErrorRate(
  said: readonly string[],
  transcript: readonly TranscriptTurn[],
): number | null {
  const heard = transcript.filter(({ role }) => role === 'user').map(({ text }) => text);
  return wordErrorRate(said, heard);
}

/** The mean of `transcriptErrorRate` over these conversations, and how many have one. */
export function meanErrorRate(
  talks: readonly { spoken: readonly string[]; transcript: readonly TranscriptTurn[] }[],
): { rate: number | null; talks: number } {
  const rates = talks.flatMap(({ spoken, transcript }) => transcriptErrorRate(spoken, transcript) ?? []);
  const sum = rates.reduce((total, rate) => total + rate, 0);
  return { rate: rates.length === 0 ? null : sum / rates.length, talks: rates.length };
}

/**
 * Words wrong, missing or added, divided by the words that were said: 0 is perfect, it may exceed 1. Case, punctuation
 * and the division into turns do not count. Null when nothing was said.
 */
export function wordErrorRate(said: readonly string[], heard: readonly string[]): number | null {
  const wanted = wordsOf(said);
  if (wanted.length === 0) return null;
  const errors = editDistance(wanted, wordsOf(heard));
  return Math.round((errors / wanted.length) * 1_000) / 1_000;
}

/** Only so many words are compared: the work grows with the product of both lengths. */
const MOST_WORDS = 3_000;

function wordsOf(texts: readonly string[]): string[] {
  const words = texts
    .join(' ')
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu);
  return (words ?? []).slice(0, MOST_WORDS).map((word) => word.replaceAll('’', "'"));
}

/** The fewest words to change, take away or add (Levenshtein), one row of the table at a time. */
function editDistance(from: readonly string[], to: readonly string[]): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, word] of from.entries()) {
    const next = [index + 1];
    for (const [column, other] of to.entries()) {
      const changed = (row[column] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(changed, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
