export interface Turn {
  role: 'user' | 'agent';
  text: string;
  atSeconds: number | null;
  interrupted?: boolean;
}

/** The turn that is heard at an instant of the recording: the last that has begun. Null before the first. */
export function turnAt(turns: readonly Turn[], seconds: number): number | null {
  let found: number | null = null;
  turns.forEach(({ atSeconds }, index) => {
    if (atSeconds !== null && atSeconds <= seconds) found = index;
  });
  return found;
}

/** A text in pieces, of which those that were searched for are `found`; in any case of letters. */
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
