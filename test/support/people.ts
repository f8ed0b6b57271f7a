import { ALWAYS_OPEN, type CampaignSettings } from '#domain/settings.ts';

/** Rules with delays short enough for a test, and hours that are always open. */
export const QUICK: Partial<CampaignSettings> = {
  lines: 10,
  callsPerSecond: 50,
  maxCallSeconds: 600,
  ringSeconds: 30,
  window: ALWAYS_OPEN,
  retryAfterSeconds: { no_answer: 1, busy: 1, failed: 1, voicemail: 1 },
  voicemail: 'retry',
  caps: { perDay: null, perWeek: null, minGapSeconds: 0 },
};

const AREA_CODES = [
  '201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 224 225 228 229 231 234 239 240 248 251 252 253 254 256',
  '260 262 267 269 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 325 330 331 334 336 337',
]
  .join(' ')
  .split(' ');

/** Fictional numbers whose last two digits are the ones given: the simulator's people go by them. */
export function numbersEndingIn(...endings: string[]): string[] {
  return endings.map((ending, index) => `+1${AREA_CODES[index % AREA_CODES.length]}55501${ending}`);
}

/**
 * As `numbersEndingIn`, with a number of its own for everybody: people of earlier campaigns are remembered, and
 * would not do again what they did in their first call.
 */
export function createPhoneBook(): typeof numbersEndingIn {
  const used = new Map<string, number>();
  return (...endings) =>
    endings.map((ending) => {
      const nth = used.get(ending) ?? 0;
      used.set(ending, nth + 1);
      const area = AREA_CODES[nth];
      if (area === undefined) throw new Error(`There are no more numbers that end in ${ending}.`);
      return `+1${area}55501${ending}`;
    });
}
