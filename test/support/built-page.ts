import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const SCRIPT = `console.log(${JSON.stringify('x'.repeat(5_000))});\n`;
const PAGE =
  '<!doctype html><meta name="csp-nonce" content="__NONCE__"><script type="module" src="/assets/main-a1.js"></script>';

/** A folder as a build of the dashboard leaves it, and beside it what is nobody's to read. Whoever asks removes it. */
export function buildPage(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ringleader-dashboard-'));
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), PAGE);
  writeFileSync(join(dir, 'assets', 'main-a1.js'), SCRIPT);
  writeFileSync(join(dir, 'assets', 'notes.txt'), 'not a part of the page');
  writeFileSync(join(dir, 'secret.js'), 'outside of the assets');
  return dir;
}
