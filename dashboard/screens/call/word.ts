import type { CallDetail, CallUpdate, Disposition } from '../../client/generated.ts';

/** A person's word on a call, as the form has it. */
export interface Word {
  converted: boolean;
  disposition: Disposition;
  /** Empty: there are none. */
  notes: string;
}

export function wordOf({
  converted,
  disposition,
  notes,
}: Pick<CallDetail, 'converted' | 'disposition' | 'notes'>): Word {
  return { converted, disposition: disposition ?? 'none', notes: notes ?? '' };
}

export function isSameWord(one: Word, other: Word): boolean {
  return (
    one.converted === other.converted && one.disposition === other.disposition && one.notes === other.notes
  );
}

/** What was begun from `base`, on top of what is `latest`: what nobody touched follows, what was typed stays. */
export function rebased(word: Word, base: Word, latest: Word): Word {
  return {
    converted: word.converted === base.converted ? latest.converted : word.converted,
    disposition: word.disposition === base.disposition ? latest.disposition : word.disposition,
    notes: word.notes === base.notes ? latest.notes : word.notes,
  };
}

/** Only what differs: a word that nobody said is not to outrank the rules. */
export function changeOf(base: Word, { converted, disposition, notes }: Word): CallUpdate {
  const bare = notes.trim();
  return {
    ...(converted !== base.converted && { converted }),
    ...(disposition !== base.disposition && { disposition }),
    ...(bare !== base.notes && { notes: bare === '' ? null : bare }),
  };
}
