import pg from 'pg';

export interface EventListener {
  stop(): Promise<void>;
}

const CHANNEL = 'ringleader_events';
const AGAIN_MS = { first: 100, most: 5_000 };

/**
 * Listens for new rows of the log on one connection of its own, which is made again when it is lost. `onChange` is
 * called for every notice and after every connection, because what was said meanwhile was not heard: it should
 * read what is new. Notices carry nothing.
 */
export function listenForEvents(databaseUrl: string, onChange: () => void): EventListener {
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let delayMs = AGAIN_MS.first;

  const connect = async () => {
    const next = new pg.Client({ connectionString: databaseUrl, keepAlive: true });
    client = next;
    next.on('notification', onChange);
    next.on('error', () => lost(next));
    next.on('end', () => lost(next));
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
      delayMs = AGAIN_MS.first;
      onChange();
    } catch {
      lost(next);
    }
  };
  const lost = (which: pg.Client) => {
    if (client !== which) return;
    client = null;
    which.removeAllListeners();
    // A late error of a connection that is given up must not end the process.
    which.on('error', () => {});
    which.end().catch(() => {});
    if (stopped) return;
    timer = setTimeout(() => void connect(), delayMs);
    delayMs = Math.min(delayMs * 2, AGAIN_MS.most);
  };
  void connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const open = client;
      client = null;
      await open?.end().catch(() => {});
    },
  };
}
