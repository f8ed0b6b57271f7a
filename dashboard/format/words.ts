/** The words of a record with their texts, in the record's order. */
export function entriesOf<Word extends string, Value>(
  record: Readonly<Record<Word, Value>>,
): [Word, Value][] {
  return Object.entries(record) as [Word, Value][];
}
