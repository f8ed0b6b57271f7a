// Runs a command of this repository on a machine in any state: `node scripts/bootstrap.mjs start
// [arguments]`. Plain Node without dependencies, since it runs before anything is installed and on old Nodes.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMANDS = [
  'start',
  'dev',
  'demo',
  'test',
  'check',
  'bench',
  'chaos',
  'build',
  'client',
  'pictures',
  'screenshots',
  'totals',
  'mutation',
];
/** Only these read `.env`: tests and the demo must never see its keys. */
const COMMANDS_WITH_ENV_FILE = ['start', 'dev'];
const OLDEST_NODE = [22, 12];
const PINNED_NODE = '24.21.0';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}

/** @param {string} message @returns {never} */
function fail(message) {
  say(`error: ${message}`);
  process.exit(1);
}

/** @param {number[]} wanted */
function nodeIsAtLeast(wanted) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted;
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

function cacheDir() {
  if (process.env.RINGLEADER_CACHE_DIR) return resolve(process.env.RINGLEADER_CACHE_DIR);
  if (process.env.XDG_CACHE_HOME) return join(process.env.XDG_CACHE_HOME, 'ringleader');
  return join(homedir(), '.cache', 'ringleader');
}

/**
 * Runs npm; says its first lines when it fails, which have the reason.
 * @param {string[]} args
 * @returns {boolean} whether it succeeded
 */
function npm(args) {
  const script = process.env.npm_execpath;
  const viaScript = script !== undefined && /\.c?js$/.test(script) && existsSync(script);
  const [file, all] = viaScript ? [process.execPath, [script, ...args]] : ['npm', args];
  const quiet = ['--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  const result = spawnSync(file, [...all, ...quiet], { cwd: root, encoding: 'utf8', maxBuffer: 50_000_000 });
  if (result.error) fail(`npm could not be started (${result.error.message}). Install npm and try again.`);
  if (result.status !== 0) say(result.stderr.trim().split('\n').slice(0, 12).join('\n'));
  return result.status === 0;
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Runs `work` while holding a folder as a lock; waits while a living process holds it.
 * @param {string} lock @param {() => void} work
 */
function withLock(lock, work) {
  let logged = false;
  mkdirSync(dirname(lock), { recursive: true });
  for (;;) {
    try {
      mkdirSync(lock);
      break;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const owner = existsSync(join(lock, 'pid')) ? Number(readFileSync(join(lock, 'pid'), 'utf8')) : 0;
    if (owner > 0 && !isAlive(owner)) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!logged)
      say(
        `waiting for another installation (process ${owner || 'unknown'}); if there is none, remove ${lock}`,
      );
    logged = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  }
  writeFileSync(join(lock, 'pid'), String(process.pid));
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/** Node's pinned version from npm, installed once for this user. Returns its executable. */
function pinnedNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const home = join(cacheDir(), 'node', PINNED_NODE);
  const executable = join(home, 'node_modules', name, 'bin', 'node');
  if (existsSync(executable)) return executable;
  withLock(`${home}.lock`, () => {
    if (existsSync(executable)) return;
    say(`installing Node ${PINNED_NODE} (npm package ${name}) into ${home}`);
    const partial = `${home}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    if (!npm(['install', '--prefix', partial, '--no-package-lock', `${name}@${PINNED_NODE}`])) {
      rmSync(partial, { recursive: true, force: true });
      fail(`Node ${PINNED_NODE} could not be installed. Install Node 22.12 or newer yourself and try again.`);
    }
    rmSync(home, { recursive: true, force: true });
    renameSync(partial, home);
  });
  return executable;
}

/** The pinned Node comes first on PATH for all child processes. */
function continueInPinnedNode() {
  say(
    `Node ${process.versions.node} is older than ${OLDEST_NODE.join('.')}: using Node ${PINNED_NODE} from npm`,
  );
  const executable = pinnedNode();
  process.env.PATH = `${dirname(executable)}${delimiter}${process.env.PATH ?? ''}`;
  runAndFollow(executable, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
}

/**
 * Compares npm's list of installed packages with the lockfile. npm writes its list last, so an interrupted
 * installation has none.
 */
function dependenciesAreInstalled() {
  const wantedFile = join(root, 'package-lock.json');
  const installedFile = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(wantedFile, 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedFile, 'utf8')).packages;
  return Object.keys(wanted).every((path) => {
    if (path === '' || wanted[path].link) return true;
    // Packages for other platforms appear in the lockfile only.
    if (installed[path] === undefined) return wanted[path].optional === true || wanted[path].peer === true;
    return installed[path].version === wanted[path].version;
  });
}

function installDependencies() {
  if (dependenciesAreInstalled()) return;
  withLock(join(root, '.ringleader', 'setup.lock'), () => {
    if (dependenciesAreInstalled()) return;
    say('installing dependencies (npm ci), about a minute');
    if (npm(['ci'])) return;
    // When the registry lacks packages of other platforms, npm rejects the lockfile as incomplete.
    say('npm ci failed; trying npm install, which follows the lockfile as far as it can');
    if (npm(['install', '--no-save'])) return;
    fail(
      'the dependencies could not be installed; npm gives the reason above. Run the same command again to continue.',
    );
  });
}

/**
 * Runs a program and exits with its code. A terminal sends Ctrl-C to the whole group, so the child may receive a
 * signal twice; it counts repeats within a second as one.
 * @param {string} file @param {string[]} args
 */
function runAndFollow(file, args) {
  // The channel closes as soon as this process is killed, which the child notices at once.
  const child = spawn(file, args, { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  if (process.channel) process.on('disconnect', () => child.kill('SIGTERM'));
  child.on('error', (error) => fail(`${file} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function typeScriptFlags() {
  const flags = ['--disable-warning=ExperimentalWarning'];
  // Node runs TypeScript without a flag since 22.18 and 23.6.
  const major = Number(process.versions.node.split('.')[0]);
  const needsFlag = major === 22 ? !nodeIsAtLeast([22, 18]) : !nodeIsAtLeast([23, 6]);
  return needsFlag ? ['--experimental-strip-types', ...flags] : flags;
}

function loadEnvFile() {
  const file = join(root, '.env');
  if (!existsSync(file)) return;
  process.loadEnvFile(file);
  say('reading .env (variables already set are kept)');
}

const [command, ...args] = process.argv.slice(2);
if (command === undefined || !COMMANDS.includes(command)) {
  fail(`name a command: node scripts/bootstrap.mjs ${COMMANDS.join('|')} [arguments]`);
}
if (!nodeIsAtLeast(OLDEST_NODE)) {
  continueInPinnedNode();
} else {
  if (COMMANDS_WITH_ENV_FILE.includes(command)) loadEnvFile();
  installDependencies();
  runAndFollow(process.execPath, [...typeScriptFlags(), join(root, 'scripts', `${command}.ts`), ...args]);
}
