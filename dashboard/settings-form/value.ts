import type { CampaignSettingsInput } from '../client/generated.ts';
import { ApiProblem } from '../client/problem.ts';

/** What is wrong with one setting; the path is dotted and begins in the settings: `window.days.mon.0`. */
export interface SettingsError {
  path: string;
  message: string;
}

export type FollowUpRule = NonNullable<CampaignSettingsInput['followUps']>[number];
export type FollowUpCondition = FollowUpRule['on'];
export type AutoReplyValue = NonNullable<CampaignSettingsInput['autoReply']>;

type GivenRule = NonNullable<CampaignSettingsInput['conversion']>;

/** A rule within rules within rules: the generated type spells the depths out, here they are one. */
export type ConversionRule =
  | Exclude<GivenRule, { rules: unknown }>
  | { rule: Extract<GivenRule, { rules: unknown }>['rule']; rules: ConversionRule[] };

const PREFIX = 'settings.';

/** The settings' part of a refused request, by the paths that the form knows. */
export function settingsErrors(error: unknown): SettingsError[] {
  if (!(error instanceof ApiProblem)) return [];
  return error.fields
    .filter(({ path }) => path.startsWith(PREFIX))
    .map(({ path, message }) => ({ path: path.slice(PREFIX.length), message }));
}

/**
 * What the form itself knows to be wrong: a number that is none is kept as NaN, which no request could carry.
 * Such settings are not to be sent.
 */
export function unreadableSettings(value: unknown, path = ''): SettingsError[] {
  if (typeof value === 'number' && Number.isNaN(value)) return [{ path, message: 'is not a number' }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    unreadableSettings(inner, path === '' ? key : `${path}.${key}`),
  );
}

/** The messages at a path and, with `within`, at all below it, in one line. */
export function errorAt(
  errors: readonly SettingsError[],
  path: string,
  { within = false } = {},
): string | undefined {
  const found = errors.filter((each) => each.path === path || (within && each.path.startsWith(`${path}.`)));
  return found.length === 0 ? undefined : found.map(({ message }) => message).join('; ');
}

/** What every part of the form gets: the settings, and how to change some of them. */
export interface SectionProps {
  value: CampaignSettingsInput;
  change: (part: Partial<CampaignSettingsInput>) => void;
}
