import type { CallDetail, CallUpdate, Disposition } from '../../client/generated.ts';

/** A person's result for a call, as edited in the form. */
export interface Mark {
  converted: boolean;
  disposition: Disposition;
  /** Empty for none. */
  notes: string;
}

export function markOf({
  converted,
  disposition,
  notes,
}: Pick<CallDetail, 'converted' | 'disposition' | 'notes'>): Mark {
  return { converted, disposition: disposition ?? 'none', notes: notes ?? '' };
}

export function isSameMark(one: Mark, other: Mark): boolean {
  return (
    one.converted === other.converted && one.disposition === other.disposition && one.notes === other.notes
  );
}

/** Applies the edits made since `base` to `latest`: untouched fields follow, edited ones stay. */
export function rebased(mark: Mark, base: Mark, latest: Mark): Mark {
  return {
    converted: mark.converted === base.converted ? latest.converted : mark.converted,
    disposition: mark.disposition === base.disposition ? latest.disposition : mark.disposition,
    notes: mark.notes === base.notes ? latest.notes : mark.notes,
  };
}

/** Only differences: an untouched field must not overrule the conversion rule. */
export function changeOf(base: Mark, { converted, disposition, notes }: Mark): CallUpdate {
  const bare = notes.trim();
  return {
    ...(converted !== base.converted && { converted }),
    ...(disposition !== base.disposition && { disposition }),
    ...(bare !== base.notes && { notes: bare === '' ? null : bare }),
  };
}
