import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generateSource } from 'oazapfts';
import { createApp } from '#api/app.ts';
import type { ApiContext } from '#api/context.ts';

export const CLIENT_FILE = resolve(import.meta.dirname, '..', 'dashboard', 'client', 'generated.ts');

/** The API's OpenAPI document. Nothing runs for it: reading the document asks no service. */
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
  return await answer.text();
}

/**
 * The text of the dashboard's client: a function and types for each route of the OpenAPI document, so that the
 * dashboard does not compile where it asks for what the API does not have.
 */
export async function generateClient(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ringleader-client-'));
  try {
    const file = join(folder, 'openapi.json');
    writeFileSync(file, await readDocument());
    return await generateSource(file, { optimistic: true, useUnknown: true, futureStripLegacyMethods: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
