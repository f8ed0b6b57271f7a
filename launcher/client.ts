import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generateSource } from 'oazapfts';
import { createApp } from '#api/app.ts';
import type { ApiContext } from '#api/context.ts';

export const CLIENT_FILE = resolve(import.meta.dirname, '..', 'dashboard', 'client', 'generated.ts');

/** The API's OpenAPI document, made without any service. */
async function readDocument(): Promise<string> {
  const config = {
    publicUrl: null,
    elevenLabs: { baseUrl: null },
    recordings: { dir: tmpdir(), maxBytes: 0 },
  };
  const logger = { debug() {}, info() {}, warn() {}, error: console.error };
  const app = createApp({ config, logger } as unknown as ApiContext);
  const answer = await app.request('/openapi.json');
  if (!answer.ok) throw new Error(`The OpenAPI document cannot be made: ${answer.status}.`);
  const document = JSON.parse(await answer.text());
  // The dashboard's fetch adds the key to every POST.
  for (const { post } of Object.values<{ post?: { parameters?: unknown[] } }>(document.paths)) {
    if (post?.parameters !== undefined)
      post.parameters = post.parameters.filter((one) => !isIdempotencyKey(one));
  }
  return JSON.stringify(document);
}

function isIdempotencyKey(parameter: unknown): boolean {
  return (parameter as { $ref?: string }).$ref?.endsWith('/IdempotencyKey') ?? false;
}

interface OpenApiDocument {
  components: { schemas: Record<string, { enum?: unknown[] }> };
}

/** One list for each named enum, such as `reachValues`, for filters and labels. */
function valueLists(document: string): string {
  const { schemas } = (JSON.parse(document) as OpenApiDocument).components;
  return Object.entries(schemas)
    .flatMap(([name, { enum: values }]) => {
      if (values === undefined) return [];
      const list = `${name.charAt(0).toLowerCase()}${name.slice(1)}Values`;
      return `export const ${list} = ${JSON.stringify(values)} as const satisfies readonly ${name}[];\n`;
    })
    .join('');
}

/**
 * The dashboard's client: a function and types for each route, and the values of enums, so that a dashboard
 * that does not match the API does not compile.
 */
export async function generateClient(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ringleader-client-'));
  try {
    const file = join(folder, 'openapi.json');
    const document = await readDocument();
    writeFileSync(file, document);
    const options = { optimistic: true, useUnknown: true, futureStripLegacyMethods: true };
    return (await generateSource(file, options)) + valueLists(document);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
