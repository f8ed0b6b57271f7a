import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A network between two processes, which can be slow, silent or cut. */
export interface Link {
  readonly port: number;
  /** Every packet arrives this much later, in both directions. */
  delayMs: number;
  /** Resets every connection, and every new one, until it is mended. */
  cut(): void;
  /** Nothing arrives any more, and nobody is told. What was sent arrives when it is mended. */
  silence(): void;
  mend(): void;
  close(): Promise<void>;
}

interface Pair {
  near: Socket;
  far: Socket;
}

/** `target` is asked for each connection: a server that is started again may have another port. */
export async function openLink(target: () => { host: string; port: number }): Promise<Link> {
  const pairs = new Set<Pair>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  let waiting: Array<() => void> = [];
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (state === 'cut') return void near.resetAndDestroy();
    const far = connect({ ...target(), allowHalfOpen: true });
    const pair = { near, far };
    pairs.add(pair);
    const part = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    near.setNoDelay(true);
    far.setNoDelay(true);
    // An end in order is carried like data, and closes the other side when all before it has arrived.
    for (const socket of [near, far])
      socket.on('error', part).on('close', () => {
        if (near.destroyed && far.destroyed) pairs.delete(pair);
      });
    carry(near, far);
    carry(far, near);
  });
  /** In order, each part as late as the link is slow at that moment. */
  const carry = (from: Socket, to: Socket) => {
    let lastAtMs = 0;
    const pass = (act: () => void) => {
      const now = performance.now();
      lastAtMs = Math.max(lastAtMs, now + link.delayMs);
      const arrive = () => (state === 'silent' ? void waiting.push(arrive) : act());
      // What waits goes first, so that the order is kept.
      if (state === 'silent' || waiting.length > 0 || lastAtMs > now) setTimeout(arrive, lastAtMs - now);
      else act();
    };
    from.on('data', (chunk) => pass(() => void (to.destroyed || to.write(chunk))));
    from.on('end', () => pass(() => void to.end()));
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const link: Link = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    cut() {
      state = 'cut';
      waiting = [];
      for (const { near, far } of pairs) {
        near.resetAndDestroy();
        far.resetAndDestroy();
      }
    },
    silence() {
      if (state === 'open') state = 'silent';
    },
    mend() {
      state = 'open';
      const arrived = waiting;
      waiting = [];
      for (const arrive of arrived) arrive();
    },
    async close() {
      link.cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return link;
}
