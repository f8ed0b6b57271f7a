import { createServer } from 'node:net';
import { errorCode, type Log } from './processes.ts';

/** Above the well-known ones, below what systems hand out for outgoing connections (32768 and up on Linux). */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;

/** Ports given out by this process, which their servers may not have opened yet. */
const given = new Set<number>();

/**
 * A TCP port that is free on this machine: the preferred one, else another below 32768, which is said.
 * With `preferred` null any will do. Throws when a hundred tries found none.
 */
export async function freePort(preferred: number | null, name: string, log: Log): Promise<number> {
  if (preferred !== null && !given.has(preferred) && (await isFree(preferred))) {
    given.add(preferred);
    return preferred;
  }
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    if (preferred !== null) log(`port ${preferred} is in use: ${name} takes ${port} instead`);
    return port;
  }
  throw new Error(`No free port between ${LOWEST_PORT} and ${HIGHEST_PORT} for ${name}.`);
}

/** Both protocols count: "localhost" may lead a browser to either. */
async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '::'));
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(!['EADDRINUSE', 'EACCES'].includes(errorCode(error) ?? '')));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
