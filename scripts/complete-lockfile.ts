// `node scripts/complete-lockfile.ts`: run it after a change of dependencies when the registry in use does
// not serve every platform. npm then leaves those optional packages out of its lock file, and `npm ci`
// rejects it.
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const FILE = 'package-lock.json';
const OPERATING_SYSTEMS = 'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(
  ' ',
);
const PROCESSORS = 'arm arm64 ia32 loong64 ppc64 riscv64 s390x wasm32 x64'.split(' ');

/** The platform in a package's name, in the lock file's form. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> {
  const words = name.split(/[-/]/);
  const os = OPERATING_SYSTEMS.filter((system) => words.includes(system));
  const cpu = words.includes('armv7') ? ['arm'] : PROCESSORS.filter((processor) => words.includes(processor));
  const musl = words.some((word) => word.startsWith('musl'));
  const gnu = words.some((word) => word.startsWith('gnu'));
  return {
    ...(os.length === 0 ? {} : { os }),
    ...(cpu.length === 0 ? {} : { cpu }),
    ...(os.includes('linux') && (musl || gnu) ? { libc: [musl ? 'musl' : 'glibc'] } : {}),
  };
}

/** Whether Node would find the package from this place: in its own node_modules or in one above it. */
function isLocked(packages: Record<string, LockedPackage>, from: string, name: string): boolean {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('/node_modules/')))) {
    if (packages[place === '' ? `node_modules/${name}` : `${place}/node_modules/${name}`]) return true;
    if (place === '') return false;
  }
}

const lock = JSON.parse(readFileSync(FILE, 'utf8')) as { packages: Record<string, LockedPackage> };
const { packages } = lock;
const added: string[] = [];
for (const [place, { dev, optionalDependencies = {} }] of Object.entries({ ...packages })) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isLocked(packages, place, name) || !/^\d+\.\d+\.\d+[^ ]*$/.test(version)) continue;
    packages[`node_modules/${name}`] = {
      version,
      ...(dev === true ? { dev } : {}),
      optional: true,
      ...platformOf(name),
    };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? 'nothing was missing' : `added ${added.length}: ${added.join(', ')}`);
