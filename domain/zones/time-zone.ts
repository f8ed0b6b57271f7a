const canonicalNames = new Map<string, string | null>();

/** Far more than there are names and aliases; the bound is against nonsense. */
const MAX_REMEMBERED = 4_000;

/**
 * The name Intl uses for an IANA time zone, whatever its case or alias (`us/pacific` gives
 * `America/Los_Angeles`), or null when there is no such zone.
 *
 * Only `Area/Location` names and `UTC` are zones here. Abbreviations and fixed offsets are refused though Intl
 * knows them: whoever writes `EST` means New York, but it stands for an offset without daylight saving.
 */
export function canonicalTimeZone(name: string): string | null {
  const remembered = canonicalNames.get(name);
  if (remembered !== undefined) return remembered;
  const canonical = resolve(name);
  if (canonicalNames.size >= MAX_REMEMBERED) canonicalNames.clear();
  canonicalNames.set(name, canonical);
  return canonical;
}

/** Whether `canonicalTimeZone` knows this name. */
export function isTimeZone(name: string): boolean {
  return canonicalTimeZone(name) !== null;
}

function resolve(name: string): string | null {
  const isNamed = /^[a-z][\w+-]*(\/[\w+-]+)+$/i.test(name) || name.toUpperCase() === 'UTC';
  if (!isNamed || name.length > 64) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}
