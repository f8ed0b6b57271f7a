import { type Direction, directionValues } from '../../client/generated.ts';
import { oneOf, type RawSearch, textOf } from '../../format/search.ts';

interface MessagesSearch {
  direction?: Direction | undefined;
  q?: string | undefined;
  selected?: string | undefined;
}

/**
 * `direction`: of a conversation's latest message. `q`: the search. `selected`: the number of the open
 * conversation.
 */
export function messagesSearch(raw: RawSearch): MessagesSearch {
  return {
    direction: oneOf(raw.direction, directionValues),
    q: textOf(raw.q),
    selected: numberOf(raw.selected),
  };
}

/** An E.164 number; its plus sign may have become a space in a typed URL. */
function numberOf(raw: unknown): string | undefined {
  const digits = /^[+ ]?(\d{5,15})$/.exec(textOf(raw) ?? '')?.[1];
  return digits === undefined ? undefined : `+${digits}`;
}
