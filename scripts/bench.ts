// `npm run bench -- NAME [--json FILE]`: runs `bench/<NAME>.ts` with the servers it may need.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { say } from '#launcher/product.ts';
import { attachedRunner } from '#launcher/run-attached.ts';
import { startTestServers } from '#launcher/test-servers.ts';

const FOLDER = resolve(import.meta.dirname, '..', 'bench');

const [name, ...args] = process.argv.slice(2);
const entry = join(FOLDER, `${name}.ts`);
if (name === undefined || !/^[a-z-]+$/.test(name) || !existsSync(entry)) {
  const names = existsSync(FOLDER) ? readdirSync(FOLDER).filter((file) => /^[a-z-]+\.ts$/.test(file)) : [];
  say(`error: name a benchmark: ${names.map((file) => file.slice(0, -3)).join(', ') || 'there are none'}`);
  process.exit(1);
}
const run = attachedRunner();
// Durable, since a database without durable writes would make every figure look better.
const servers = await startTestServers({ durable: true, log: say });
let exitCode = 1;
try {
  exitCode = await run({
    program: process.execPath,
    args: [...process.execArgv, entry, ...args],
    env: { ...process.env, ...servers.env },
  });
} finally {
  await servers.stop();
}
process.exit(exitCode);
