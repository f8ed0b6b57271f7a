/** A record's words with their texts, in its order. */
export function entriesOf<Word extends string, Value>(
  record: Readonly<Record<Word, Value>>,
): [Word, Value][] {
  return Object.entries(record) as [Word, Value][];
}
