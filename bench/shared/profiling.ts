import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CpuProfile, sharesByOwner } from './profile.ts';
import { printTable } from './report.ts';
import type { MeteredService } from './services.ts';
import { significant } from './statistics.ts';

/** Shares of a service's busy time, by the owner of the code on its main thread. */
export type Profile = Record<string, Record<string, number>>;

const MAX_OWNERS = 12;

/**
 * Profiles the services' main threads during a run. Writes one `.cpuprofile` each to the folder, for
 * DevTools.
 */
export async function profileServices(
  services: Record<string, MeteredService | null>,
  folder: string,
  run: () => Promise<unknown>,
): Promise<Profile> {
  mkdirSync(folder, { recursive: true });
  const running = Object.entries(services).flatMap(([name, service]) =>
    service === null ? [] : [{ name, profile: service.profile() }],
  );
  await run();
  const found: Profile = {};
  for (const { name, profile } of running) {
    const file = join(folder, `${name}.cpuprofile`);
    await profile.finish(file);
    const owners = sharesByOwner(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile).slice(0, MAX_OWNERS);
    found[name] = Object.fromEntries(owners.map(([owner, share]) => [owner, significant(share, 2)]));
    printTable(`${name}: whose code its main thread runs (share of busy time)`, [
      ['', 'share'],
      ...Object.entries(found[name]),
    ]);
  }
  return found;
}
