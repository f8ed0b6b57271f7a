import { tmpdir } from 'node:os';
import type { z } from '@hono/zod-openapi';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LEAD_OUTCOMES } from '#domain/lead.ts';
import { text, wording } from '#domain/text.ts';
import { createApp } from './app.ts';
import type { ApiContext } from './context.ts';
import { CallQuery } from './schemas/call.ts';
import { wordList } from './schemas/common.ts';
import { LeadUpdate } from './schemas/lead.ts';
import { Variables } from './schemas/session.ts';

// Reading the document asks no service, so none is there.
const app = createApp({
  config: { publicUrl: null, elevenLabs: { baseUrl: null }, recordings: { dir: tmpdir(), maxBytes: 0 } },
  logger: { debug() {}, info() {}, warn() {}, error: console.error },
} as unknown as ApiContext);

interface Schema {
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  properties?: Record<string, Schema>;
  propertyNames?: Schema & { not: Schema };
}

interface Operation {
  parameters?: { name?: string; $ref?: string; schema?: Schema }[];
}

const document = (await (await app.request('/openapi.json')).json()) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; parameters: Record<string, unknown> };
};

/** Texts of the characters that rules are about: blanks of several kinds, NUL, separators, letters. */
const texts = fc.string({
  unit: fc.constantFrom(' ', '\t', '\u00a0', '\ufeff', '\0', ':', ',', '@', '.', 'a', 'b'),
});

/** Whether the document allows a text. */
function allows({ pattern, minLength = 0, maxLength = 1_000 }: Schema, value: string): boolean {
  const fits = pattern === undefined || new RegExp(pattern).test(value);
  return fits && value.length >= minLength && value.length <= maxLength;
}

function parameter(path: string, name: string): Schema {
  const found = document.paths[path]?.get?.parameters?.find((one) => one.name === name)?.schema;
  if (found === undefined) throw new Error(`GET ${path} has no parameter ${name}.`);
  return found;
}

function field(schema: string, name: string): Schema {
  const found = document.components.schemas[schema]?.properties?.[name];
  if (found === undefined) throw new Error(`${schema} has no field ${name}.`);
  return found;
}

/** The document and the API judge every text alike. */
function judgeAlike(schema: Schema, takes: z.ZodType, also: fc.Arbitrary<string> = fc.constant('')): void {
  fc.assert(
    fc.property(fc.oneof(texts, also), (value) => {
      expect([value, allows(schema, value)]).toEqual([value, takes.safeParse(value).success]);
    }),
  );
}

test('a text of the document is one that the API takes, and the other way round', () => {
  judgeAlike(field('ContextSend', 'text'), text(2_000));
  judgeAlike(parameter('/api/leads', 'q'), text(200));
  judgeAlike(parameter('/api/calls', 'agent'), wording(200));
  judgeAlike(field('MessageSend', 'body'), wording(1_600));
});

test('a list of words, and one of ids, is documented as it is read', () => {
  const words = fc.array(fc.constantFrom(...LEAD_OUTCOMES, '', 'other'), { maxLength: 4 });
  const list = words.map((some) => some.join(','));
  judgeAlike(parameter('/api/campaigns/{id}/leads', 'outcome'), wordList(LEAD_OUTCOMES), list);
  judgeAlike(parameter('/api/calls', 'ids'), CallQuery.shape.ids, list);
  const { ids } = CallQuery.shape;
  expect(ids.parse(',a,,b,')).toEqual(['a', 'b']);
  for (const count of [100, 101]) {
    const many = Array(count).fill('a').join(',');
    expect(ids.safeParse(many).success).toBe(count === 100);
    expect(allows(parameter('/api/calls', 'ids'), many)).toBe(count === 100);
  }
});

test('a lead is changed to what the document allows', () => {
  const { name: _name, ...fields } = LeadUpdate.shape;
  const variables = (name: string) => fields.variables.safeParse({ [name]: 'x' }).success;
  const names = document.components.schemas.LeadUpdate?.properties?.variables?.propertyNames;
  fc.assert(
    fc.property(fc.oneof(texts, fc.constantFrom('__proto__', 'a'.repeat(64), 'a'.repeat(65))), (name) => {
      // An object that was read from JSON has no entry of this name to be judged.
      if (name === '__proto__') return;
      expect([name, allows(names ?? {}, name)]).toEqual([name, variables(name)]);
    }),
  );
});

test("a call's variables have the names that the document allows", () => {
  const names = document.components.schemas.CallPlace?.properties?.variables?.propertyNames;
  const candidates = fc.constantFrom('session_id', 'attempt_id', 'system__x', 'first_name', 'a b', '', 'ä');
  fc.assert(
    fc.property(candidates, (name) => {
      const allowed = allows(names ?? {}, name) && !allows(names?.not ?? {}, name);
      expect([name, allowed]).toEqual([name, Variables.safeParse({ [name]: 'x' }).success]);
    }),
  );
});

test('every POST below /api documents its Idempotency-Key, and nothing else does', () => {
  expect(document.components.parameters).toHaveProperty('IdempotencyKey');
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { parameters = [] }] of Object.entries(methods)) {
      const documented = parameters.some(({ $ref }) => $ref === '#/components/parameters/IdempotencyKey');
      expect([method, path, documented]).toEqual([
        method,
        path,
        method === 'post' && path.startsWith('/api/'),
      ]);
    }
  }
});
