import { z } from 'zod';
import { PROVIDER_VERDICTS, type ProviderVerdict } from './call.ts';
import type { TranscriptTurn } from './conversation.ts';
import { text } from './text.ts';

const simpleRules = [
  z.strictObject({ rule: z.literal('call_successful') }),
  /** A collected value: equal to `equals`, or, without it, present and not false, zero or "no". */
  z.strictObject({
    rule: z.literal('data_collection'),
    field: text(100),
    equals: z.union([z.string().max(500), z.number(), z.boolean()]).optional(),
  }),
  /** The result of one of the agent's criteria. */
  z.strictObject({
    rule: z.literal('evaluation'),
    criterion: text(100),
    result: z.enum(PROVIDER_VERDICTS).optional().meta({ description: 'success, unless named' }),
  }),
  /** Any of the words in what the person said. */
  z.strictObject({ rule: z.literal('keywords'), keywords: z.array(text(100)).min(1).max(100) }),
] as const;

/** When a call counts as a conversion. `all` and `any` hold simple rules, or combined ones up to a depth of three. */
export type ConversionRule =
  | z.output<(typeof simpleRules)[number]>
  | { rule: 'all' | 'any'; rules: ConversionRule[] }
  | { rule: 'manual' };

const MOST_RULES = 20;

const combined = <Rule extends z.ZodType>(inner: Rule) =>
  z.strictObject({ rule: z.enum(['all', 'any']), rules: z.array(inner).min(1).max(MOST_RULES) });

const wrong = (also: string) => ({
  error: `the rule must be call_successful, data_collection, evaluation or keywords${also}`,
});

const simpleRule = z.discriminatedUnion('rule', simpleRules, wrong(''));
const innerRule = z.discriminatedUnion('rule', [...simpleRules, combined(simpleRule)], wrong(', all or any'));

export const conversionRule: z.ZodType<ConversionRule> = z.discriminatedUnion(
  'rule',
  [...simpleRules, combined(innerRule), z.strictObject({ rule: z.literal('manual') })],
  wrong(', all, any or manual'),
);

/** Rules are judged to this depth; deeper ones never match. */
const DEEPEST_RULE = 3;

export interface ConversionFacts {
  verdict: ProviderVerdict | null;
  dataCollection: Record<string, unknown>;
  /** Results of the agent's criteria, by criterion id. */
  evaluation: Record<string, ProviderVerdict>;
  transcript: TranscriptTurn[];
}

/** Which rule matched, and on what: shown beside every conversion. */
export interface ConversionReason {
  rule: ConversionRule['rule'];
  detail: string;
  /** Index of the turn that matched, for keywords. */
  turn?: number;
  /** Of a combined rule: the simple rules within it that matched. */
  met?: { rule: ConversionRule['rule']; detail: string; turn?: number }[];
}

/** The reason when the call is a conversion, else null. The caller checks that the call was answered. */
export function findConversion(rule: ConversionRule, facts: ConversionFacts): ConversionReason | null {
  return judge(rule, facts, 1);
}

function judge(rule: ConversionRule, facts: ConversionFacts, depth: number): ConversionReason | null {
  switch (rule.rule) {
    case 'call_successful':
      return facts.verdict === 'success' ? { rule: rule.rule, detail: 'provider says success' } : null;
    case 'data_collection': {
      const value = own(facts.dataCollection, rule.field);
      const met = rule.equals === undefined ? isTruthy(value) : isEqual(value, rule.equals);
      return met ? { rule: rule.rule, detail: `${rule.field} was collected` } : null;
    }
    case 'evaluation': {
      const wanted = rule.result ?? 'success';
      return own(facts.evaluation, rule.criterion) === wanted
        ? { rule: rule.rule, detail: `${rule.criterion} was judged ${wanted}` }
        : null;
    }
    case 'keywords': {
      for (const keyword of rule.keywords) {
        const turn = facts.transcript.findIndex(
          ({ role, text }) => role === 'user' && saysWord(text, keyword),
        );
        if (turn >= 0) return { rule: rule.rule, detail: `"${keyword}" was said`, turn };
      }
      return null;
    }
    case 'all':
    case 'any':
      return depth < DEEPEST_RULE ? combine(rule, facts, depth) : null;
    case 'manual':
      return null;
  }
}

/** No rules match nothing. `any` names the first rule that matches; `turn` is the first turn. */
function combine(
  { rule, rules }: Extract<ConversionRule, { rule: 'all' | 'any' }>,
  facts: ConversionFacts,
  depth: number,
): ConversionReason | null {
  const reasons: ConversionReason[] = [];
  for (const one of rules) {
    const reason = judge(one, facts, depth + 1);
    if (reason === null && rule === 'all') return null;
    if (reason === null) continue;
    reasons.push(reason);
    if (rule === 'any') break;
  }
  if (reasons.length === 0) return null;
  const met = reasons.flatMap(({ met: inner, ...reason }) => inner ?? [reason]);
  const turns = met.flatMap(({ turn }) => turn ?? []);
  return {
    rule,
    detail: met.map(({ detail }) => detail).join(rule === 'all' ? ' and ' : ', '),
    ...(turns.length === 0 ? {} : { turn: Math.min(...turns) }),
    met,
  };
}

function own<T>(values: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Scripts without spaces between words: there a word is found anywhere. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Whether a text contains the words, whole and in any case. */
export function saysWord(text: string, words: string): boolean {
  const wanted = words.normalize('NFKC').trim();
  if (wanted === '') return false;
  const pattern = wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
  const whole = UNSPACED.test(wanted) ? pattern : `(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])`;
  return new RegExp(whole, 'iu').test(text.normalize('NFKC'));
}

function isTruthy(value: unknown): boolean {
  if (typeof value === 'string')
    return !['', 'no', 'false', 'none', 'null', '0'].includes(value.trim().toLowerCase());
  return Boolean(value);
}

function isEqual(value: unknown, wanted: string | number | boolean): boolean {
  if (value === null || value === undefined) return false;
  return String(value).trim().toLowerCase() === String(wanted).trim().toLowerCase();
}
