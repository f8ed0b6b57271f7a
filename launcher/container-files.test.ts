import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/** Every file of ours that a process loads, by following imports from its entry. */
function importedFrom(entries: readonly string[]): Set<string> {
  const seen = new Set<string>();
  const waiting = entries.map((entry) => join(ROOT, entry));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const imports = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'((?:\.{1,2}\/|#)[^']+)'/g);
    for (const [, path = ''] of imports)
      waiting.push(path.startsWith('#') ? join(ROOT, path.slice(1)) : resolve(dirname(file), path));
  }
  return new Set([...seen].map((file) => relative(ROOT, file)));
}

const allowed = readFileSync(join(ROOT, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));

test('the image gets every file that its processes load', () => {
  const files = importedFrom(['api/main.ts', 'worker/main.ts', 'workflows/index.ts']);
  expect(files.size).toBeGreaterThan(100);
  const folders = new Set([...files].map((file) => file.split(sep)[0] ?? ''));
  expect([...folders].filter((folder) => !allowed.includes(folder))).toEqual([]);
});

test('what the image is made of exists, and its commands are files', () => {
  for (const path of allowed) expect(existsSync(join(ROOT, path)), path).toBe(true);
  const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(
    ([, sources]) => sources?.split(' ') ?? [],
  );
  for (const source of copied) expect(existsSync(join(ROOT, source)), source).toBe(true);
  const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const commands = [...`${dockerfile}\n${compose}`.matchAll(/"?node"?,\s*"([^"]+\.ts)"/g)].map(
    ([, file]) => file ?? '',
  );
  expect(commands.length).toBeGreaterThanOrEqual(2);
  for (const file of commands) expect(existsSync(join(ROOT, file)), file).toBe(true);
});

/** Used only by the launcher, or set by the compose file itself. */
const NOT_FOR_CONTAINERS =
  /^(RINGLEADER_(?!API_KEY)|SIMULATOR_|RECORDINGS_DIR|TEMPORAL_(API_KEY|TLS|TASK_QUEUE)$)/;

test('every variable that may be set reaches the containers', () => {
  const documented = readFileSync(join(ROOT, '.env.example'), 'utf8').matchAll(/^([A-Z_]+)=/gm);
  const names = [...documented]
    .map(([, name]) => name ?? '')
    .filter((name) => !NOT_FOR_CONTAINERS.test(name));
  expect(names.length).toBeGreaterThan(20);
  const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  expect(names.filter((name) => !compose.includes(name))).toEqual([]);
});
