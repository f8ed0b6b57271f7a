export interface Turn {
  role: 'user' | 'agent';
  text: string;
  atSeconds: number | null;
  interrupted?: boolean;
}

/** The turn at a position of the recording: the last one that began. Null before the first. */
export function turnAt(turns: readonly Turn[], seconds: number): number | null {
  let found: number | null = null;
  turns.forEach(({ atSeconds }, index) => {
    if (atSeconds !== null && atSeconds <= seconds) found = index;
  });
  return found;
}

/** Splits a text at each match of the search, ignoring case; matches are `found`. */
export function pieces(text: string, search: string): { text: string; found: boolean }[] {
  if (search === '') return [{ text, found: false }];
  const parts: { text: string; found: boolean }[] = [];
  const pattern = new RegExp(search.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu');
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index), found: false });
    parts.push({ text: match[0], found: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), found: false });
  return parts;
}
