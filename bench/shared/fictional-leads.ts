import { parsePhone } from '#domain/phone.ts';

/** Last two digits of simulated people who answer and are finished after one call. */
const ONE_CALL_ENDINGS = ['00', '08', '12', '13', '14'] as const;

const PLANS = ['starter', 'team', 'enterprise'] as const;
const SOURCES = ['webinar', 'referral', 'form', 'fair'] as const;

/** Area codes in use in the United States and Canada. */
function areaCodes(): string[] {
  const codes = Array.from({ length: 800 }, (_, index) => String(200 + index));
  return codes.filter((code) => {
    const verdict = parsePhone(`+1${code}5550100`);
    return verdict.ok && (verdict.country === 'US' || verdict.country === 'CA');
  });
}

/** Numbers reserved for fiction, 555-01XX of every area code, spread over the codes. */
function northAmerican(endings: readonly string[]): string[] {
  const codes = areaCodes();
  return endings.flatMap((ending) => codes.map((code) => `+1${code}55501${ending}`));
}

/** Fictional numbers of people who answer and are finished after one call. */
export function oneCallNumbers(): string[] {
  return northAmerican(ONE_CALL_ENDINGS);
}

/**
 * Distinct fictional numbers: North American ones, then the ranges that Ofcom and ARCEP reserve for drama.
 *
 * @throws RangeError beyond some 55,000, which is all there are
 */
export function fictionalNumbers(count: number): string[] {
  const digits = (length: number) =>
    Array.from({ length: 10 ** length }, (_, index) => String(index).padStart(length, '0'));
  const all = [
    ...northAmerican(digits(2)),
    ...digits(3).flatMap((ending) => [`+447700900${ending}`, `+441632960${ending}`]),
    ...digits(4).map((ending) => `+3363998${ending}`),
  ];
  if (count > all.length)
    throw new RangeError(`There are ${all.length} fictional numbers; asked for ${count}.`);
  return all.slice(0, count);
}

/** A list as a sales team exports it: the usual columns and two extra ones, zones left to the numbers. */
export function leadCsv(numbers: readonly string[]): string {
  const rows = numbers.map((phone, index) => {
    const plan = PLANS[index % PLANS.length];
    const source = SOURCES[index % SOURCES.length];
    const person = `Person ${index},person.${index}@example.com,"Example, Unit ${index % 977}"`;
    return `${phone},${person},CA,9${String(index % 9_000).padStart(4, '0')},form of 2026-05-04,${plan},${source}`;
  });
  return `phone,name,email,company,state,zip,consent,plan,source\n${rows.join('\n')}\n`;
}
