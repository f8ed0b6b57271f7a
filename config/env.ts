import { existsSync } from 'node:fs';
import { loadEnvFile } from 'node:process';

/** The one place that reads `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** The process's variables override those of `.env`; empty ones count as unset. */
export function readEnv(): Env {
  if (existsSync('.env')) loadEnvFile('.env');
  return Object.fromEntries(
    Object.entries(process.env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
}
