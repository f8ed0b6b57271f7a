/**
 * A terminal's Ctrl-C may arrive twice, from the terminal and from npm. A person's second one comes later.
 */
const ECHO_MS = 1_000;

/**
 * Calls `onStop` at the first SIGINT, SIGTERM or SIGHUP, or when the parent process is gone; `onInsist` at a
 * later signal that is not an echo of the first.
 */
export function onStopRequest(onStop: (reason: string) => void, onInsist: () => void): void {
  let firstAt: number | null = null;
  const request = (reason: string) => {
    if (firstAt === null) {
      firstAt = Date.now();
      onStop(reason);
    } else if (Date.now() - firstAt > ECHO_MS) {
      onInsist();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => request(signal));
  if (process.channel) {
    process.on('disconnect', () => request('the parent process has ended'));
    process.channel.unref();
  }
}
