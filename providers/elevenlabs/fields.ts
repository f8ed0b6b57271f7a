import { parsePhoneNumberFromString } from 'libphonenumber-js';

/** A JSON object of which nothing is known yet. */
export type Fields = Record<string, unknown>;

/** The value as an object; anything else (null, list, text) is an object without fields. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as a list; anything else is an empty one. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * A field by its snake_case name, or by the same name in camelCase: the wire speaks the first, the SDK the second.
 * Null counts as missing, so that a null in one spelling does not hide a value in the other.
 */
export function field(fields: Fields, name: string): unknown {
  return own(fields, name) ?? own(fields, camelCase(name)) ?? undefined;
}

function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** Text that is not blank, without what PostgreSQL refuses to store (NUL, half of a surrogate pair). */
export function textOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.trim() === '') return null;
  return storableText(value);
}

/** A finite number, also when it came as digits in a string. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'string' && /^-?\d{1,15}(\.\d{1,9})?$/.test(value.trim())) return Number(value);
  return null;
}

/** A length of time in seconds: never negative, and below a year, beyond which it is some other quantity. */
export function secondsOf(value: unknown): number | null {
  const seconds = numberOf(value);
  return seconds !== null && seconds >= 0 && seconds < 366 * 24 * 3600 ? seconds : null;
}

/** An instant given in unix seconds. Zero and values beyond the year 5138 mean that it was not set. */
export function instantOf(value: unknown): Date | null {
  const seconds = numberOf(value);
  return seconds !== null && seconds > 0 && seconds < 1e11 ? new Date(seconds * 1000) : null;
}

/** An instant given as text (RFC 2822 or ISO 8601). */
export function instantOfText(value: unknown): Date | null {
  const text = textOf(value);
  if (text === null) return null;
  return instantOf(new Date(text).getTime() / 1000);
}

/**
 * A phone number as E.164, or null when it is none (withheld, a SIP address, junk). International digits without
 * their plus sign are taken as such, because some carriers drop it.
 */
export function e164Of(value: unknown): string | null {
  const text = textOf(value)?.trim();
  if (text === undefined || text.length > 40) return null;
  const international = text.startsWith('+') ? text : `+${text.replace(/^00/, '')}`;
  if (!/^\+[\d\s().-]+$/.test(international)) return null;
  const parsed = parsePhoneNumberFromString(international);
  return parsed?.isPossible() ? parsed.number : null;
}

const MAX_DEPTH = 100;

/**
 * A copy of a payload that a `jsonb` column accepts: PostgreSQL refuses NUL characters and lone surrogates inside
 * JSON, and one such character must not make a webhook impossible to store. Deeper nesting than any real
 * payload has is cut off.
 */
export function storable(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return storableText(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth >= MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => storable(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [storableText(key), storable(item, depth + 1)]),
  );
}

function storableText(text: string): string {
  return text.replaceAll('\u0000', '').toWellFormed();
}
