import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..', '..');

/**
 * Which folders a folder's files may import, besides its own. What is not listed may not be. A path that ends in
 * `.ts` allows that file only.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  domain: [],
  config: [],
  db: ['domain'],
  providers: ['domain', 'config'],
  services: ['domain', 'config', 'db', 'providers'],
  // Types of activities only; the bundle's own test says what really gets into a workflow.
  workflows: ['domain', 'activities/create-activities.ts'],
  activities: ['domain', 'services'],
  temporal: ['domain', 'config', 'services/workflows.ts', 'workflows'],
  worker: ['activities', 'config', 'db', 'domain', 'providers', 'services', 'temporal', 'workflows'],
  api: ['config', 'db', 'domain', 'services', 'temporal', 'providers/ports.ts'],
  simulator: ['domain'],
  dashboard: [],
  invariants: ['db', 'domain', 'simulator', 'workflows', 'temporal'],
};

/** Everything above: they start, measure or test the product. */
const TOP = ['launcher', 'demo', 'scripts', 'bench', 'chaos', 'test'];

interface Import {
  from: string;
  to: string;
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)'([^'\n]+)'/g;

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file}`)
    .filter((file) => /\.(ts|tsx)$/.test(file) && !/(^|\/)(dist|node_modules|histories)\//.test(file));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].flatMap(([, specifier = '']) => {
    if (specifier.startsWith('#')) return [{ from: file, to: specifier.slice(1) }];
    if (!specifier.startsWith('.')) return [];
    return [{ from: file, to: normalize(join(dirname(file), specifier)) }];
  });
}

const isTest = (file: string) => /\.test\.tsx?$/.test(file);
const folderOf = (file: string) => file.split('/')[0] ?? '';

const imports = Object.keys(MAY_IMPORT)
  .flatMap(sources)
  .filter((file) => !isTest(file))
  .flatMap(importsOf);

describe('imports', () => {
  test('every folder of the product is in the list, or above it', () => {
    const folders = readdirSync(ROOT, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .filter((name) => !['node_modules', 'docs'].includes(name));
    expect(folders.sort()).toEqual([...Object.keys(MAY_IMPORT), ...TOP].sort());
  });

  test('no folder imports what it may not', () => {
    const forbidden = imports.filter(({ from, to }) => {
      const [own, other] = [folderOf(from), folderOf(to)];
      const allowed = MAY_IMPORT[own] ?? [];
      return own !== other && !allowed.includes(other) && !allowed.includes(to);
    });
    expect(forbidden.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test('of a concrete provider only its own folder and the registry know', () => {
    const concrete = imports.filter(
      ({ from, to }) =>
        /^providers\/[^/]+\//.test(to) &&
        from !== 'providers/registry.ts' &&
        dirname(from).split('/').slice(0, 2).join('/') !== dirname(to).split('/').slice(0, 2).join('/'),
    );
    expect(concrete.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test('services know nothing of HTTP or of Temporal', () => {
    const framework = /'(@temporalio\/[^']+|hono[^']*|@hono\/[^']+)'/;
    const found = sources('services').filter((file) =>
      framework.test(readFileSync(join(ROOT, file), 'utf8')),
    );
    expect(found).toEqual([]);
  });

  test('routes and activities neither query nor write: they call one service', () => {
    const statement =
      /\b(inTransaction|selectFrom|insertInto|updateTable|deleteFrom|appendEvent|appendAudit)\b|\bsql`/;
    const callers = [...sources('api'), ...sources('activities')].filter((file) => !isTest(file));
    expect(callers.filter((file) => statement.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
  });

  test('queries read and write rows, and leave what follows to services', () => {
    const consequence = /\b(appendEvent|appendAudit|raiseAttention|inTransaction)\(/;
    const found = sources('db/queries').filter((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8').replace(/export async function \w+\(/g, '');
      return consequence.test(text);
    });
    expect(found).toEqual([]);
  });

  test('a folder imports itself by relative paths, and others by name', () => {
    const crooked = Object.keys(MAY_IMPORT)
      .concat(TOP)
      .flatMap(sources)
      .flatMap((file) => {
        const text = readFileSync(join(ROOT, file), 'utf8');
        return [...text.matchAll(IMPORT)].flatMap(([, specifier = '']) => {
          const byName = specifier.startsWith(`#${folderOf(file)}/`);
          const escapes =
            specifier.startsWith('.') &&
            relative(folderOf(file), join(dirname(file), specifier)).startsWith('..');
          return byName || escapes ? [`${file} imports ${specifier}`] : [];
        });
      })
      // The configuration beside package.json belongs to no folder.
      .filter((line) => !line.endsWith('.json'));
    expect(crooked).toEqual([]);
  });

  test('no file imports itself by way of others', () => {
    expect(circles(imports)).toEqual([]);
  });
});

/** Every circle of imports, each as its files in order, found by Tarjan's algorithm. */
function circles(edges: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string) => {
    index.set(file, index.size);
    low.set(file, index.get(file) ?? 0);
    stack.push(file);
    for (const other of next.get(file) ?? []) {
      if (!index.has(other)) visit(other);
      if (stack.includes(other)) low.set(file, Math.min(low.get(file) ?? 0, low.get(other) ?? 0));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) found.push(circle);
  };
  for (const file of next.keys()) if (!index.has(file)) visit(file);
  return found;
}
