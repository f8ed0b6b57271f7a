import {
  type CountryCode,
  isSupportedCountry,
  ParseError,
  parsePhoneNumberWithError,
} from 'libphonenumber-js/max';

export type { CountryCode } from 'libphonenumber-js/max';

/**
 * `country` is the ISO 3166 code, or null where the number has none (toll-free, satellite, fictional area
 * code). `reason` completes "This number …" for the person who has to correct the list.
 */
export type ParsedPhone = { ok: true; e164: string; country: string | null } | { ok: false; reason: string };

/**
 * Ranges set aside for fiction that libphonenumber does not count as valid; the others (555-01XX, 020 7946 0XXX,
 * 0491 57X XXX) it does. Demos and tests use them, and nobody can be reached there.
 * Sources: Ofcom's numbers for drama, ARCEP's numbers for audiovisual works; NANPA assigns no area code 555.
 */
const FICTIONAL: { range: RegExp; country: string | null }[] = [
  { range: /^\+1555\d{7}$/, country: null },
  { range: /^\+44(7700900|1632960)\d{3}$/, country: 'GB' },
  { range: /^\+3363998\d{4}$/, country: 'FR' },
];

const LONGEST_INPUT = 64;

/**
 * Verdicts on numbers of the United States and Canada by their first seven digits: there the last four decide
 * nothing, and most lists are drawn from few exchanges. A look-up costs a fiftieth of a parse.
 */
const verdictByExchange = new Map<string, ParsedPhone & { ok: true }>();
const MAX_EXCHANGES = 100_000;
const FULL_NANP = /^\+1[2-9]\d{9}$/;
const EXCHANGE_LENGTH = '+1NPANXX'.length;

/** Whether `code` is a country that numbers can be read for, e.g. `US`. */
export function isCountryCode(code: string): code is CountryCode {
  return isSupportedCountry(code);
}

/**
 * Reads a number as people write it, into E.164.
 *
 * Accepted are numbers that lie in a range in use according to libphonenumber, and the fictional ranges above.
 * Refused, with the reason: what is not a number, has no or an unknown country code, is too short (short codes
 * with it) or too long, lies in no range in use, has an extension, or is charged to the person who is called.
 *
 * @param input e.g. `+1 (415) 555-0117`, or `415-555-0117` with a default country
 * @param defaultCountry read a number without `+` as one of this country
 */
export function parsePhone(input: string, defaultCountry?: CountryCode): ParsedPhone {
  const text = input.trim();
  if (!FULL_NANP.test(text)) return readPhone(text, defaultCountry);
  const exchange = text.slice(0, EXCHANGE_LENGTH);
  const known = verdictByExchange.get(exchange);
  if (known !== undefined) return { ok: true, e164: text, country: known.country };
  const verdict = readPhone(text, defaultCountry);
  if (verdict.ok && (verdict.country === 'US' || verdict.country === 'CA')) {
    if (verdictByExchange.size >= MAX_EXCHANGES) verdictByExchange.clear();
    verdictByExchange.set(exchange, verdict);
  }
  return verdict;
}

function readPhone(text: string, defaultCountry: CountryCode | undefined): ParsedPhone {
  if (text === '') return { ok: false, reason: 'is missing' };
  if (text.length > LONGEST_INPUT) return { ok: false, reason: 'is too long' };
  let phone: ReturnType<typeof parsePhoneNumberWithError>;
  try {
    const bare = text.replace(/^tel:/i, '');
    phone = parsePhoneNumberWithError(bare, { extract: false, ...(defaultCountry && { defaultCountry }) });
  } catch (error) {
    if (error instanceof ParseError) return { ok: false, reason: parseReason(error.message, text) };
    throw error;
  }
  if (phone.ext) return { ok: false, reason: 'has an extension, which cannot be dialled' };
  const e164: string = phone.number;
  const fictional = FICTIONAL.find(({ range }) => range.test(e164));
  if (fictional) return { ok: true, e164, country: fictional.country };
  switch (phone.getType()) {
    case undefined:
      return {
        ok: false,
        reason: phone.isPossible() ? 'lies in no range in use' : 'has an impossible length',
      };
    case 'PREMIUM_RATE':
    case 'SHARED_COST':
      return { ok: false, reason: 'is a premium-rate or shared-cost number' };
    case 'PAGER':
    case 'VOICEMAIL':
      return { ok: false, reason: 'belongs to a pager or a voicemail service' };
    default:
      return { ok: true, e164, country: phone.country ?? null };
  }
}

function parseReason(code: string, text: string): string {
  switch (code) {
    case 'INVALID_COUNTRY':
      return text.startsWith('+')
        ? 'has a country code that does not exist'
        : 'needs a country code: begin with +, or set a default country';
    case 'TOO_SHORT':
      return 'is too short';
    case 'TOO_LONG':
      return 'is too long';
    default:
      return 'is not a phone number';
  }
}

/**
 * A number for logs: the start shows country and area, the last two digits distinguish rows, and at least five
 * digits between are hidden (`+1415•••••17`). Anything that is not E.164 is hidden completely.
 */
export function maskPhone(e164: string): string {
  if (!/^\+\d{7,15}$/.test(e164)) return '•••';
  const hidden = Math.max(5, e164.length - '+1415'.length - 2);
  const shown = e164.length - hidden - 2;
  return `${e164.slice(0, shown)}${'•'.repeat(hidden)}${e164.slice(-2)}`;
}
