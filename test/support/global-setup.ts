import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Name of the migrated database to clone; null where no server was started. */
    templateDatabase: string | null;
    /** File with the workflow bundle, for `workflowBundle: {codePath}`; null where no Temporal server was started. */
    workflowBundlePath: string | null;
  }
}

const TEMPLATE = 'ringleader_template';

/** Makes once what test files with servers need, whatever their lane. Pure tests run without it, under a bare `vitest` too. */
export async function setup(project: TestProject): Promise<(() => void) | undefined> {
  const adminUrl = process.env.TEST_DATABASE_URL;
  project.provide('templateDatabase', adminUrl ? TEMPLATE : null);
  if (adminUrl) await makeTemplate(adminUrl);
  if (!process.env.TEST_TEMPORAL_ADDRESS) {
    project.provide('workflowBundlePath', null);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'ringleader-bundle-'));
  const bundlePath = join(folder, 'workflows.js');
  const { bundleWorkflows } = await import('#worker/bundle.ts');
  const { code } = await bundleWorkflows();
  writeFileSync(bundlePath, code);
  project.provide('workflowBundlePath', bundlePath);
  return () => rmSync(folder, { recursive: true, force: true });
}

async function makeTemplate(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(`drop database if exists ${TEMPLATE} with (force)`);
    await client.query(`create database ${TEMPLATE}`);
  } finally {
    await client.end();
  }
  const url = new URL(adminUrl);
  url.pathname = `/${TEMPLATE}`;
  const { migrateToLatest } = await import('#db/migrate.ts');
  await migrateToLatest(url.href);
}
