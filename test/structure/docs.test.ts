import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..', '..');
const FOLDERS = new Set(readdirSync(ROOT, { withFileTypes: true }).map(({ name }) => name));
const DOCS = docsIn('docs');
/** Decision records may name files as they were at the time. */
const RECORDS = docsIn('docs/decisions');

function docsIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `${folder}/${file}`);
}

const read = (doc: string) => readFileSync(join(ROOT, doc), 'utf8');

/** Paths of the repository in backticks, with or without a command before them: files with an ending, and folders with a slash. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/`([^`\n]+)`/g)]
    .flatMap(([, code = '']) => code.split(' '))
    .filter((word) => /^[\w.-]+\/(.*\.(ts|tsx|mjs|json|ya?ml|md|css)|.*\/)?$/.test(word))
    .filter((word) => FOLDERS.has(word.split('/')[0] ?? '') && !/[<>*]/.test(word));
}

describe('the docs', () => {
  test.each(['README.md', ...DOCS])('%s names files and folders that exist', (doc) => {
    expect(pathsIn(read(doc)).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  test.each(['README.md', ...DOCS, ...RECORDS])('%s links to files that exist', (doc) => {
    const links = [...read(doc).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(doc), link)))).toEqual([]);
  });

  test('recognise a path that is missing', () => {
    expect(
      pathsIn('`domain/gone.ts`, `node api/gone.ts` and `gone/`, at `/webhooks/` in `campaign/<id>`'),
    ).toEqual(['domain/gone.ts', 'api/gone.ts']);
  });
});
