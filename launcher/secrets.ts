import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The admin key of this installation: `RINGLEADER_API_KEY`, else one that is made once and kept in the file
 * (readable by its owner only), so that a second start has the same. With `file` null it is made anew.
 */
export function apiKey(file: string | null): string {
  if (process.env.RINGLEADER_API_KEY) return process.env.RINGLEADER_API_KEY;
  if (file === null) return newSecret('rl_');
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${newSecret('rl_')}\n`, { mode: 0o600 });
  }
  return readFileSync(file, 'utf8').trim();
}

/** A random text of 192 bits that is safe in a URL and a header. */
export function newSecret(prefix: string): string {
  return `${prefix}${randomBytes(24).toString('base64url')}`;
}

/** Hexadecimal digits, for ids in a provider's shape. */
export function randomHex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits);
}
