import type { Disposition } from './call.ts';
import type { TranscriptTurn } from './conversation.ts';
import { saysWord } from './conversion.ts';

export interface DispositionFacts {
  converted: boolean;
  dataCollection: Record<string, unknown>;
  transcript: TranscriptTurn[];
}

/**
 * Collected values that the product understands when an agent has them: `opt_out`, `wrong_person`,
 * `interested` (booleans) and `callback_at` (an ISO time with offset).
 */
const OPT_OUT_PHRASES = [
  'stop calling',
  'do not call',
  "don't call me",
  'don’t call me',
  'remove my number',
  'remove me from your list',
  'take me off your list',
  'unsubscribe',
];

/** The disposition of an answered call. An opt-out outranks everything else that was said. */
export function judgeDisposition(facts: DispositionFacts): Disposition {
  const collected = facts.dataCollection;
  if (isYes(collected.opt_out) || saysOptOut(facts.transcript)) return 'opted_out';
  if (isYes(collected.wrong_person)) return 'wrong_person';
  if (facts.converted) return 'converted';
  if (callbackTime(collected) !== null) return 'callback_requested';
  if (isYes(collected.interested)) return 'qualified';
  if (isNo(collected.interested)) return 'not_interested';
  return 'none';
}

/** The instant the person asked to be called back at, when the agent collected one that can be read. */
export function callbackTime(collected: Record<string, unknown>): Date | null {
  const value = collected.callback_at;
  if (typeof value !== 'string' || !/[+-]\d{2}:?\d{2}$|Z$/.test(value)) return null;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? null : at;
}

function saysOptOut(transcript: TranscriptTurn[]): boolean {
  return transcript.some(
    ({ role, text }) => role === 'user' && OPT_OUT_PHRASES.some((phrase) => saysWord(text, phrase)),
  );
}

function isYes(value: unknown): boolean {
  return value === true || (typeof value === 'string' && /^(true|yes)$/i.test(value.trim()));
}

function isNo(value: unknown): boolean {
  return value === false || (typeof value === 'string' && /^(false|no)$/i.test(value.trim()));
}
