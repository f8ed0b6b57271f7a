import { z } from '@hono/zod-openapi';
import type { ApiKey as ApiKeyRow } from '#db/queries/access.ts';
import { text } from '#domain/text.ts';
import { SEEDED_NAME } from '#services/access/keys.ts';
import { iso, page, timestamp } from './common.ts';
import { ApiRole } from './words.ts';

export const SignIn = z.strictObject({ key: z.string().min(1).max(512) }).openapi('SignIn');
export const SignedIn = z.object({ role: ApiRole, expiresAt: timestamp }).openapi('SignedIn');

export const Me = z
  .object({
    keyId: z.uuid(),
    name: z.string().openapi({ description: "The key's name" }),
    role: ApiRole,
    timeZone: z.string().openapi({ description: 'IANA zone in which the workspace counts its days' }),
    lines: z.number().int().openapi({ description: 'Calls at once, over all campaigns' }),
    simulated: z.boolean().openapi({ description: 'No phone rings: the voice provider is not the real one' }),
    texting: z.boolean().openapi({ description: 'Whether texts can be sent' }),
    temporal: z
      .object({ webUrl: z.string(), namespace: z.string() })
      .nullable()
      .openapi({ description: "Temporal's Web UI, where its address is configured" }),
  })
  .openapi('Me');

const keyFields = {
  id: z.uuid(),
  name: z.string(),
  role: ApiRole,
  seeded: z.boolean().openapi({ description: 'The one that the variable RINGLEADER_API_KEY holds' }),
  createdAt: timestamp,
};

export const ApiKey = z.object(keyFields).openapi('ApiKey');
export const ApiKeyPage = page(ApiKey, 'ApiKeyPage');

export const ApiKeyCreate = z
  .strictObject({
    name: text(100).refine((name) => name !== SEEDED_NAME, "is the name of the variable's key"),
    role: ApiRole,
  })
  .openapi('ApiKeyCreate');

export const ApiKeyCreated = z
  .object({
    ...keyFields,
    key: z.string().nullable().openapi({
      description: 'Shown this once; null when the request is repeated under its Idempotency-Key',
    }),
  })
  .openapi('ApiKeyCreated');

export function toApiKey(row: ApiKeyRow): z.infer<typeof ApiKey> {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    seeded: row.name === SEEDED_NAME,
    createdAt: iso(row.created_at),
  };
}
