/** `not_placed` as `notPlaced`: a word as the name of a JSON field. */
export type CamelCase<Word extends string> = Word extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Word;

export function camelCase<Word extends string>(word: Word): CamelCase<Word> {
  return word.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()) as CamelCase<Word>;
}

/** An object with one field a word, in the order of the words. */
export function byWord<const Word extends string, Value>(
  words: readonly Word[],
  fieldOf: (word: Word) => Value,
): Record<Word, Value> {
  return Object.fromEntries(words.map((word) => [word, fieldOf(word)])) as Record<Word, Value>;
}

/** As `byWord`, with the fields in camel case. */
export function byCamelWord<const Word extends string, Value>(
  words: readonly Word[],
  fieldOf: (word: Word) => Value,
): { [Name in Word as CamelCase<Name>]: Value } {
  return Object.fromEntries(words.map((word) => [camelCase(word), fieldOf(word)])) as {
    [Name in Word as CamelCase<Name>]: Value;
  };
}
