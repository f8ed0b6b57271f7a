import { type CountryCode, parsePhone } from './phone.ts';
import { canonicalTimeZone } from './zones/time-zone.ts';
import { zonesForPhone } from './zones/zones-for-phone.ts';

/** A lead as a list gives it. Blank is the same as absent. */
export interface LeadInput {
  phone?: string;
  name?: string;
  email?: string;
  /** Kept as the variable `company`. */
  company?: string;
  timeZone?: string;
  region?: string;
  postalCode?: string;
  consent?: string;
  variables?: Record<string, string>;
}

/** A lead as the product keeps it. */
export interface NormalisedLead {
  /** E.164. */
  phone: string;
  /** ISO 3166; null when the number has none. */
  country: string | null;
  name: string | null;
  email: string | null;
  /** The zone the list gave, by the name Intl uses. */
  timeZone: string | null;
  region: string | null;
  postalCode: string | null;
  /** What the list says of the person's consent, word for word. */
  consent: string | null;
  /** Every zone the lead may be in: the one given, else those of the number. Empty when nothing is known. */
  zones: string[];
  /** Everything else, for the agent. */
  variables: Record<string, string>;
}

/** `column` is a field of `LeadInput`; a variable's is `variables.<its name>`. */
export interface LeadProblem {
  column: string;
  message: string;
}

/** In characters, and in variables. */
export const LEAD_LIMITS = {
  name: 200,
  email: 320,
  region: 100,
  postalCode: 20,
  consent: 1_000,
  variables: 50,
  variableName: 64,
} as const;
const MAX_VARIABLE_VALUE = 2_000;

/** What every address has: one @, something before it, a dot in what follows. */
const PLAUSIBLE_EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;

/**
 * Checks one lead and normalises it for storage. Reports every problem of the row, not only the first.
 *
 * @param defaultCountry read numbers without `+` as numbers of this country
 */
export function normaliseLead(
  input: LeadInput,
  defaultCountry?: CountryCode,
): { ok: true; lead: NormalisedLead } | { ok: false; errors: LeadProblem[] } {
  const errors: LeadProblem[] = [];
  const phone = parsePhone(input.phone ?? '', defaultCountry);
  if (!phone.ok) errors.push({ column: 'phone', message: phone.reason });
  const lead: NormalisedLead = {
    phone: phone.ok ? phone.e164 : '',
    country: phone.ok ? phone.country : null,
    name: readText(input, 'name', errors),
    email: readText(input, 'email', errors),
    timeZone: readTimeZone(input.timeZone, errors),
    region: readText(input, 'region', errors),
    postalCode: readText(input, 'postalCode', errors),
    consent: readText(input, 'consent', errors),
    zones: [],
    variables: readVariables(input, errors),
  };
  if (lead.email !== null && !PLAUSIBLE_EMAIL.test(lead.email)) {
    errors.push({ column: 'email', message: 'is not an e-mail address' });
  }
  if (phone.ok) lead.zones = lead.timeZone === null ? zonesForPhone(phone.e164) : [lead.timeZone];
  return errors.length === 0 ? { ok: true, lead } : { ok: false, errors };
}

function readText(
  input: LeadInput,
  column: 'name' | 'email' | 'region' | 'postalCode' | 'consent',
  errors: LeadProblem[],
): string | null {
  const text = input[column]?.trim();
  if (!text) return null;
  const problem = textProblem(text, LEAD_LIMITS[column]);
  if (problem === null) return text;
  errors.push({ column, message: problem });
  return null;
}

/** PostgreSQL stores neither NUL nor half a surrogate pair. */
function textProblem(text: string, maxLength: number): string | null {
  if (text.length > maxLength) return `is longer than ${maxLength} characters`;
  if (text.includes('\0')) return 'contains a NUL character';
  if (!text.isWellFormed()) return 'contains a broken character';
  return null;
}

function readTimeZone(input: string | undefined, errors: LeadProblem[]): string | null {
  const name = input?.trim();
  if (!name) return null;
  const zone = canonicalTimeZone(name);
  if (zone === null) {
    errors.push({ column: 'timeZone', message: 'is not an IANA time zone such as America/Chicago' });
  }
  return zone;
}

function readVariables(input: LeadInput, errors: LeadProblem[]): Record<string, string> {
  const variables: Record<string, string> = {};
  let count = 0;
  for (const name in input.variables) {
    const value = input.variables[name]?.trim();
    if (!value) continue;
    count += 1;
    const problem = variableNameProblem(name) ?? textProblem(value, MAX_VARIABLE_VALUE);
    if (problem === null) variables[name] = value;
    else errors.push({ column: `variables.${name.slice(0, LEAD_LIMITS.variableName)}`, message: problem });
  }
  const company = input.company?.trim();
  if (company && variables.company === undefined) {
    count += 1;
    const problem = textProblem(company, MAX_VARIABLE_VALUE);
    if (problem === null) variables.company = company;
    else errors.push({ column: 'company', message: problem });
  }
  if (count > LEAD_LIMITS.variables) {
    errors.push({
      column: 'variables',
      message: `has ${count} variables; at most ${LEAD_LIMITS.variables} are kept`,
    });
  }
  return variables;
}

/** What is wrong with a variable's name, or null. Completes "The variable …". */
export function variableNameProblem(name: string): string | null {
  if (name.trim() === '') return 'has no name';
  if (name === '__proto__') return 'has a name that cannot be used';
  if (name.length > LEAD_LIMITS.variableName)
    return `has a name longer than ${LEAD_LIMITS.variableName} characters`;
  if (/\p{Cc}/u.test(name) || !name.isWellFormed()) return 'has a name with control or broken characters';
  return null;
}
