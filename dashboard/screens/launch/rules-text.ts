import type { CampaignSettings } from '../../client/generated.ts';
import { entriesOf } from '../../format/words.ts';
import type { ConversionRule } from '../../settings-form/value.ts';

const DAYS: Record<keyof CampaignSettings['window']['days'], string> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
};

/** The week as lines of equal days, then the zone and the holidays. */
export function hoursText({ window }: CampaignSettings): string[] {
  const lines: { first: string; last: string; hours: string }[] = [];
  for (const [day, text] of entriesOf(DAYS)) {
    const ranges = window.days[day] ?? [];
    const hours = ranges.length === 0 ? 'closed' : ranges.map((range) => range.join('–')).join(', ');
    const line = lines.at(-1);
    if (line?.hours === hours) line.last = text;
    else lines.push({ first: text, last: text, hours });
  }
  return [
    ...lines.map(({ first, last, hours }) => `${first === last ? first : `${first}–${last}`} ${hours}`),
    window.timeZone === 'lead' ? "By the clock of the lead's place" : `By the clock of ${window.timeZone}`,
    ...(window.holidays === undefined ? [] : [`Not on the holidays of ${window.holidays}`]),
  ];
}

const RETRIES: Record<keyof CampaignSettings['retryAfterSeconds'], string> = {
  no_answer: 'no answer',
  busy: 'busy',
  failed: 'a failure',
  voicemail: 'voicemail',
};

/** "Up to 3; again after no answer (2 h), busy (4 h)". */
export function retriesText({
  maxAttempts,
  retryAfterSeconds,
  callbackBeyondLimit,
}: CampaignSettings): string {
  const again = entriesOf(RETRIES).flatMap(([reach, text]) => {
    const seconds = retryAfterSeconds[reach];
    return seconds === null ? [] : [`${text} (${durationText(seconds)})`];
  });
  const callback = callbackBeyondLimit ? '; one more for a callback asked for in the last call' : '';
  return `Up to ${maxAttempts}${again.length === 0 ? ', never again' : `; again after ${again.join(', ')}`}${callback}`;
}

function durationText(seconds: number): string {
  if (seconds % 86_400 === 0) return `${seconds / 86_400} d`;
  if (seconds % 3_600 === 0) return `${seconds / 3_600} h`;
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

export function conversionText(rule: ConversionRule): string {
  switch (rule.rule) {
    case 'call_successful':
      return 'The agent calls it a success';
    case 'data_collection':
      return rule.equals === undefined ? `${rule.field} was collected` : `${rule.field} is ${rule.equals}`;
    case 'evaluation':
      return `${rule.criterion} came out as ${rule.result ?? 'success'}`;
    case 'keywords':
      return `The person said ${rule.keywords.map((word) => `“${word}”`).join(' or ')}`;
    case 'all':
    case 'any': {
      const [only, ...more] = rule.rules;
      if (only !== undefined && more.length === 0) return conversionText(only);
      const join = rule.rule === 'all' ? ' and ' : ' or ';
      return rule.rules.map((inner) => `(${conversionText(inner)})`).join(join);
    }
    case 'manual':
      return 'A person marks it';
  }
}
