import { z } from '@hono/zod-openapi';
import { format, text } from '#domain/text.ts';

/** PostgreSQL keeps no NUL. */
const NO_NUL = '^[^\\x00]*$';

/** What the document says of text that may be blank and is checked where it is stored. */
export function keepable(maxLength: number) {
  return { maxLength, pattern: NO_NUL };
}

/** What the names of a record's entries must be like: a keyword that the library's types do not know. */
export function entryNames(propertyNames: {
  maxLength?: number;
  pattern: string;
  not?: { pattern: string };
}): object {
  return { propertyNames };
}

/** A change names at least one field. */
export const ANY_FIELD = { minProperties: 1 };

/** Several of these words with commas between, in one parameter. */
export function wordList<Word extends string>(words: readonly Word[]) {
  const word = `(${words.join('|')})`;
  return z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(z.enum(words)))
    .openapi({ type: 'string', pattern: `^${word}(,${word})*$` });
}

export const timestamp = z.iso.datetime().openapi({ example: '2026-03-02T17:00:00.000Z' });

/** An instant of a request: with Z or an offset. */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an ISO time with Z or an offset, such as 2026-03-02T17:00:00Z' })
  .transform((value) => new Date(value))
  .openapi({ type: 'string', format: 'date-time' });

export const idParam = z.object({
  id: z
    .uuid()
    .openapi({ param: { name: 'id', in: 'path' }, example: '019a5f4e-7c1b-7d3a-9f00-5b1f0c2d3e4f' }),
});

export const pageQuery = {
  cursor: z
    .string()
    .max(500)
    .optional()
    .openapi({ ...format('cursor'), description: 'nextCursor of the page before' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

/** `nullable()` for named schemas, whose null the OpenAPI document would lose. */
export function orNull<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.null()]);
}

/** @example page(Campaign, 'CampaignPage') */
export function page<Item extends z.ZodType>(item: Item, name: string) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() }).openapi(name);
}

export const searchText = text(200).optional();

export function iso(at: Date): string {
  return at.toISOString();
}

export function isoOrNull(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
