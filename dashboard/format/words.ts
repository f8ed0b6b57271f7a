/** The entries of a record in its order, with typed keys. */
export function entriesOf<Word extends string, Value>(
  record: Readonly<Record<Word, Value>>,
): [Word, Value][] {
  return Object.entries(record) as [Word, Value][];
}
