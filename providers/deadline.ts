/** Thrown by `within` when the time is up. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';

  constructor(deadlineMs: number) {
    super(`no complete answer within ${deadlineMs} ms`);
  }
}

/**
 * Runs `work` and gives up after `deadlineMs`, even when the work ignores its signal: the clients below us time
 * the headers of an answer, and some of them nothing but the silence between two packets.
 *
 * @throws DeadlineError when the time is up; the signal is aborted first.
 */
export async function within<T>(deadlineMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort();
      reject(new DeadlineError(deadlineMs));
    }, deadlineMs);
  });
  const running = work(controller.signal);
  // The loser of the race may fail later, when nobody listens any more.
  running.catch(() => undefined);
  try {
    return await Promise.race([running, expiry]);
  } finally {
    clearTimeout(timer);
  }
}
