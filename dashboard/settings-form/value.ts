import type { CampaignSettingsInput } from '../client/generated.ts';
import { ApiProblem } from '../client/problem.ts';

/** The error of one setting; the path is dotted and starts in the settings: `window.days.mon.0`. */
export interface SettingsError {
  path: string;
  message: string;
}

export type FollowUpRule = NonNullable<CampaignSettingsInput['followUps']>[number];
export type FollowUpCondition = FollowUpRule['on'];
export type AutoReplyValue = NonNullable<CampaignSettingsInput['autoReply']>;

type GivenRule = NonNullable<CampaignSettingsInput['conversion']>;

/** The generated type spells out each depth of nesting; this one is recursive. */
export type ConversionRule =
  | Exclude<GivenRule, { rules: unknown }>
  | { rule: Extract<GivenRule, { rules: unknown }>['rule']; rules: ConversionRule[] };

const PREFIX = 'settings.';

/** The settings' errors of a refused request, by the form's paths. */
export function settingsErrors(error: unknown): SettingsError[] {
  if (!(error instanceof ApiProblem)) return [];
  return error.fields
    .filter(({ path }) => path.startsWith(PREFIX))
    .map(({ path, message }) => ({ path: path.slice(PREFIX.length), message }));
}

/**
 * Errors that the form finds itself: an invalid number is NaN, which JSON cannot carry. Such settings must
 * not be sent.
 */
export function unreadableSettings(value: unknown, path = ''): SettingsError[] {
  if (typeof value === 'number' && Number.isNaN(value)) return [{ path, message: 'is not a number' }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    unreadableSettings(inner, path === '' ? key : `${path}.${key}`),
  );
}

/** The messages at a path and, with `within`, below it, in one line. */
export function errorAt(
  errors: readonly SettingsError[],
  path: string,
  { within = false } = {},
): string | undefined {
  const found = errors.filter((each) => each.path === path || (within && each.path.startsWith(`${path}.`)));
  return found.length === 0 ? undefined : found.map(({ message }) => message).join('; ');
}

/** Props of every part of the form. */
export interface SectionProps {
  value: CampaignSettingsInput;
  change: (part: Partial<CampaignSettingsInput>) => void;
}
