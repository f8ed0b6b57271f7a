import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The admin key of this installation: `RINGLEADER_API_KEY`, otherwise one that is generated once and kept in
 * the file (readable by its owner only). With `file` null it is generated at every start.
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

/** 192 random bits, safe in a URL and in a header. */
export function newSecret(prefix: string): string {
  return `${prefix}${randomBytes(24).toString('base64url')}`;
}

/** For ids in a provider's form. */
export function randomHex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits);
}
