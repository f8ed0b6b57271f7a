import { z } from '@hono/zod-openapi';
import type { ConversionRule } from '#domain/conversion.ts';
import { text } from './common.ts';
import { ProviderVerdict } from './words.ts';

const SIMPLE_RULES = [
  z.strictObject({ rule: z.literal('call_successful') }),
  z.strictObject({
    rule: z.literal('data_collection'),
    field: text(100),
    equals: z.union([z.string().max(500), z.number(), z.boolean()]).optional(),
  }),
  z.strictObject({
    rule: z.literal('evaluation'),
    criterion: text(100),
    result: ProviderVerdict.optional().openapi({ description: 'success, unless named' }),
  }),
  z.strictObject({ rule: z.literal('keywords'), keywords: z.array(text(100)).min(1).max(100) }),
] as const;

const MOST_RULES = 20;

const combined = <Rule extends z.ZodType>(inner: Rule) =>
  z.strictObject({ rule: z.enum(['all', 'any']), rules: z.array(inner).min(1).max(MOST_RULES) });

const wrong = (also: string) => ({
  error: `the rule must be call_successful, data_collection, evaluation or keywords${also}`,
});

/** When a call counts as a conversion: one rule, or all or any of several, to a depth of three. */
export function conversionRule(): z.ZodType<ConversionRule> {
  const simple = z.discriminatedUnion('rule', SIMPLE_RULES, wrong(''));
  const inner = z.discriminatedUnion('rule', [...SIMPLE_RULES, combined(simple)], wrong(', all or any'));
  return z.discriminatedUnion(
    'rule',
    [...SIMPLE_RULES, combined(inner), z.strictObject({ rule: z.literal('manual') })],
    wrong(', all, any or manual'),
  ) as z.ZodType<ConversionRule>;
}

/** Why a call counts as a conversion. */
export const conversionReason = z.object({
  rule: z.string(),
  detail: z.string(),
  turn: z.number().int().optional().openapi({ description: 'Index in the transcript' }),
  met: z
    .array(z.object({ rule: z.string(), detail: z.string(), turn: z.number().int().optional() }))
    .optional()
    .openapi({ description: 'Of a combined rule: the simple ones that met' }),
});
