import { z } from '@hono/zod-openapi';

const storable = (text: string) => !text.includes('\0') && text.isWellFormed();

/** Text that PostgreSQL can keep, trimmed and not empty. */
export function text(maxLength: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine(storable, 'contains characters that cannot be stored');
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
  cursor: z.string().max(500).optional().openapi({ description: 'nextCursor of the page before' }),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

/**
 * As `nullable()`, for schemas with a name of their own: of these the OpenAPI document would lose the null.
 */
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
