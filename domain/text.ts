import { z } from 'zod';

export const NOT_BLANK = '^[^\\x00]*[^\\s\\ufeff\\x00][^\\x00]*$';

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
const isStorable = (text: string) => !text.includes('\0') && text.isWellFormed();

/** Text that PostgreSQL can keep, trimmed and not empty. */
export function text(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine(isStorable, 'contains characters that cannot be stored')
    .meta({ pattern: NOT_BLANK });
}

/** As `text`, word for word: what surrounds it is kept. */
export function wording(maxLength: number) {
  return z
    .string()
    .max(maxLength)
    .refine((body) => body.trim() !== '', 'is empty')
    .refine(isStorable, 'contains characters that cannot be stored')
    .meta({ minLength: 1, pattern: NOT_BLANK });
}

/**
 * What JSON Schema cannot say of a text is named by its format: a phone number as people write it, an IANA time
 * zone, a holiday calendar, a Liquid template, a cursor that a page gave, the columns of a list in JSON.
 */
export type Format = 'phone' | 'time-zone' | 'holiday-calendar' | 'liquid' | 'cursor' | 'column-mapping';

/** For `meta` and `openapi`: the format's name, checked at compile time. */
export function format(name: Format) {
  return { format: name };
}
