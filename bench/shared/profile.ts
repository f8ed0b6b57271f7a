/** The parts of a V8 CPU profile that are read here. */
export interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  /** Microseconds from each sample to the next. */
  timeDeltas: number[];
}

/** The owner of a file: a package, a folder of ours, Node itself, or the engine. */
function ownerOf({ functionName, url }: { functionName: string; url: string }): string {
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (inPackage !== undefined) return inPackage;
  if (url.startsWith('node:')) return url.split('/', 1)[0] ?? url;
  if (url === '') return functionName === '' ? '(native)' : functionName;
  return `${url.split('/').at(-2) ?? ''}/ (ours)`;
}

/** Waiting, and the profiler itself. */
const NO_WORK: ReadonlySet<string> = new Set(['(idle)', '(root)', 'node:inspector']);

/** Shares of the busy time by the owner of the running code, largest first. */
export function sharesByOwner(profile: CpuProfile): [owner: string, share: number][] {
  const owners = new Map(profile.nodes.map(({ id, callFrame }) => [id, ownerOf(callFrame)]));
  const microseconds = new Map<string, number>();
  let busy = 0;
  for (const [index, id] of profile.samples.entries()) {
    const owner = owners.get(id) ?? '(unknown)';
    const delta = profile.timeDeltas[index] ?? 0;
    if (NO_WORK.has(owner)) continue;
    busy += delta;
    microseconds.set(owner, (microseconds.get(owner) ?? 0) + delta);
  }
  return [...microseconds]
    .map(([owner, own]): [string, number] => [owner, own / busy])
    .toSorted(([, a], [, b]) => b - a);
}
