/**
 * A carrier's default opt-out words: they count only when they stand alone, in any case. Source:
 * https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
 */
export type OptOutWord = 'STOP' | 'START' | 'HELP';

const STOP_WORDS = [
  'STOP',
  'STOPALL',
  'UNSUBSCRIBE',
  'CANCEL',
  'END',
  'QUIT',
  'REVOKE',
  'OPTOUT',
] as readonly string[];
const START_WORDS = ['START', 'YES', 'UNSTOP'] as readonly string[];
const HELP_WORDS = ['HELP', 'INFO'] as readonly string[];

/** Null for every other text. */
export function optOutWord(body: string): OptOutWord | null {
  const word = body.trim().toUpperCase();
  if (STOP_WORDS.includes(word)) return 'STOP';
  if (START_WORDS.includes(word)) return 'START';
  if (HELP_WORDS.includes(word)) return 'HELP';
  return null;
}

/** The carrier's own answer to the word. */
export function confirmationOf(word: OptOutWord): string {
  switch (word) {
    case 'STOP':
      return 'This number will send you no more messages. Text START to get them again.';
    case 'START':
      return 'You get messages from this number again. Text STOP to end them.';
    case 'HELP':
      return 'Text STOP to get no more messages from this number. Your carrier may charge for messages.';
  }
}

/** By default a STOP covers only the number it was sent to. */
export class OptOuts {
  readonly #pairs = new Set<string>();

  apply(word: OptOutWord, pair: { own: string; person: string }): void {
    switch (word) {
      case 'STOP':
        this.#pairs.add(keyOf(pair));
        return;
      case 'START':
        this.#pairs.delete(keyOf(pair));
        return;
      case 'HELP':
        return;
    }
  }

  has(pair: { own: string; person: string }): boolean {
    return this.#pairs.has(keyOf(pair));
  }
}

function keyOf({ own, person }: { own: string; person: string }): string {
  return `${own} ${person}`;
}
