import { createServer } from 'node:net';
import { errorCode, type Log } from './processes.ts';

/**
 * Above the well-known ports, below those that systems use for outgoing connections (32768 and up on Linux).
 */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;

/** Reserved by this process for servers that may not listen yet. */
const given = new Set<number>();

/**
 * A free TCP port: the preferred one, otherwise another below 32768, which is logged. With `preferred` null
 * any will do. Throws when 100 attempts found none.
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
    if (preferred !== null) log(`port ${preferred} is in use: ${name} uses ${port} instead`);
    return port;
  }
  throw new Error(`No free port between ${LOWEST_PORT} and ${HIGHEST_PORT} for ${name}.`);
}

/** Both protocols, since "localhost" may resolve to either. */
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
