import { fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { LockedError, takeLock } from '#launcher/lock.ts';
import { freePort } from '#launcher/ports.ts';
import { startPostgres } from '#launcher/postgres.ts';
import { isAlive } from '#launcher/processes.ts';
import { type Service, type ServiceOptions, spawnService } from '#launcher/supervise.ts';

const FIXTURES = resolve(import.meta.dirname, '..', 'support', 'fixtures');
const folder = mkdtempSync(join(tmpdir(), 'ringleader-launcher-'));
// For PostgreSQL's account, where the tests run as root.
chmodSync(folder, 0o755);
const quiet = () => undefined;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the lock on the data', () => {
  it('tells who holds it, and is free again after its release', () => {
    const path = join(folder, 'held.lock');
    const lock = takeLock(path);
    expect(() => takeLock(path)).toThrow(LockedError);
    expect(() => takeLock(path)).toThrow(String(process.pid));
    lock.release();
    takeLock(path).release();
    expect(existsSync(path)).toBe(false);
  });

  it('is taken over from a process that is gone, also when its id is in use again', () => {
    const path = join(folder, 'stale.lock');
    for (const content of ['2147483646 some-mark', `${process.pid} another-start`, 'rubbish']) {
      writeFileSync(path, content);
      takeLock(path).release();
    }
  });
});

describe('freePort', () => {
  it('takes another port below 32768 and says so when the wanted one is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    const lines: string[] = [];
    const port = await freePort(taken, 'the test', (line) => lines.push(line));
    server.close();
    expect(port).not.toBe(taken);
    expect(port).toBeLessThan(32_768);
    expect(lines.join()).toContain(`port ${taken} is in use`);
  });

  it('never gives the same port twice', async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, () => freePort(null, 'the test', quiet)));
    expect(new Set(ports).size).toBe(20);
  });
});

describe('a supervised service', () => {
  const start = (fixture: string, more: Partial<ServiceOptions> = {}): Promise<Service> =>
    spawnService({
      name: 'fixture',
      entry: join(FIXTURES, 'service.ts'),
      env: { ...process.env, FIXTURE: fixture },
      log: quiet,
      ...more,
    });

  it('is up when it has announced itself, and gone after its stop', async () => {
    const service = await start('');
    const pid = service.pid ?? 0;
    expect(service.ready.startedAs).toBe(pid);
    expect(isAlive(pid)).toBe(true);
    await service.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('is started again after a crash, but not after a stop', async () => {
    const service = await start('');
    const first = service.pid;
    const exits: boolean[] = [];
    service.onExit(({ unexpected }) => exits.push(unexpected));
    service.kill();
    await vi.waitFor(() => expect([null, first]).not.toContain(service.pid), { timeout: 10_000 });
    await vi.waitFor(() => expect(service.ready.startedAs).toBe(service.pid), { timeout: 10_000 });
    await service.stop();
    expect(exits).toEqual([true, false]);
    expect(service.pid).toBeNull();
  });

  it('that cannot start is reported with its last lines', async () => {
    await expect(start('broken')).rejects.toThrow(/code 3.*broken on purpose/s);
  });
});

describe('the embedded PostgreSQL', () => {
  it('finds its data again', async () => {
    const dataDir = join(folder, 'again');
    const first = await startPostgres({ dataDir, log: quiet });
    await query(first.url, "create table kept as select 'still here' as words");
    await first.stop();
    const second = await startPostgres({ dataDir, log: quiet });
    expect(await query(second.url, 'select words from kept')).toEqual([{ words: 'still here' }]);
    expect(await query(second.url, 'show server_encoding')).toEqual([{ server_encoding: 'UTF8' }]);
    await second.stop();
  });

  it('does not outlive a launcher that is killed, and starts again on the same data', async () => {
    const dataDir = join(folder, 'killed');
    const launcher = fork(join(FIXTURES, 'launcher.ts'), [dataDir], { execArgv: process.execArgv });
    const [message] = await once(launcher, 'message', { signal: AbortSignal.timeout(20_000) });
    const { postgresPid, servicePid }: { postgresPid: number; servicePid: number } = message;
    launcher.kill('SIGKILL');
    const server = await startPostgres({ dataDir, log: quiet });
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await vi.waitFor(() => expect([postgresPid, servicePid].filter(isAlive)).toEqual([]), {
      timeout: 20_000,
    });
    await server.stop();
  });
});

async function query(url: string, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}
