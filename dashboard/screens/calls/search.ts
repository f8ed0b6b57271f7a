import {
  type AttributionState,
  attributionStateValues,
  type CallKind,
  type CallStatus,
  callKindValues,
  callStatusValues,
  type Direction,
  type Disposition,
  directionValues,
  dispositionValues,
  type Reach,
  reachValues,
} from '../../client/generated.ts';
import { oneOf, type RawSearch, textOf } from '../../format/search.ts';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;
/** The API's limit. */
export const LONGEST_SEARCH = 200;

/** The list's filters, as in the URL. */
export interface CallsSearch {
  q?: string | undefined;
  status?: CallStatus | undefined;
  reach?: Reach | undefined;
  disposition?: Disposition | undefined;
  direction?: Direction | undefined;
  kind?: CallKind | undefined;
  attribution?: AttributionState | undefined;
  campaign?: string | undefined;
  agent?: string | undefined;
  /** A day in the viewer's zone as 2026-03-31, or an instant. */
  from?: string | undefined;
  to?: string | undefined;
  /** The row opened last. */
  selected?: string | undefined;
}

export function callsSearch(raw: RawSearch): CallsSearch {
  const campaign = textOf(raw.campaign);
  return {
    q: textOf(raw.q)?.slice(0, LONGEST_SEARCH),
    status: oneOf(raw.status, callStatusValues),
    reach: oneOf(raw.reach, reachValues),
    disposition: oneOf(raw.disposition, dispositionValues),
    direction: oneOf(raw.direction, directionValues),
    kind: oneOf(raw.kind, callKindValues),
    attribution: oneOf(raw.attribution, attributionStateValues),
    campaign: campaign !== undefined && UUID.test(campaign) ? campaign : undefined,
    agent: textOf(raw.agent)?.slice(0, LONGEST_SEARCH),
    from: whenOf(raw.from),
    to: whenOf(raw.to),
    selected: textOf(raw.selected),
  };
}

function whenOf(raw: unknown): string | undefined {
  const text = textOf(raw);
  return text !== undefined && instantOf(text, 0) !== null ? text : undefined;
}

/** An instant's day in the viewer's zone, as 2026-03-31; a day is returned unchanged. */
export function dayOf(text: string): string {
  return DAY.test(text) ? text : dayAt(new Date(text));
}

/** An instant's day in the viewer's zone, as 2026-03-31. */
export function dayAt(at: Date): string {
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/;

/**
 * The start of a day in the viewer's zone, `days` later; an instant is returned unchanged. Null for anything
 * else.
 */
export function instantOf(text: string, days: number): string | null {
  const parts = DAY.exec(text);
  const at = parts
    ? new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]) + days)
    : INSTANT.test(text)
      ? new Date(text)
      : null;
  return at === null || Number.isNaN(at.getTime()) ? null : at.toISOString();
}
