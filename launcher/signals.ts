/** A terminal's Ctrl-C may come twice, from the terminal and from npm; a person's second one is meant. */
const ONE_GESTURE_MS = 1_000;

/**
 * Calls `onStop` at the first SIGINT, SIGTERM or SIGHUP, or when the process that started this one is gone; and
 * `onInsist` at a later signal that is not an echo of it.
 */
export function onStopRequest(onStop: (reason: string) => void, onInsist: () => void): void {
  let firstAt: number | null = null;
  const request = (reason: string) => {
    if (firstAt === null) {
      firstAt = Date.now();
      onStop(reason);
    } else if (Date.now() - firstAt > ONE_GESTURE_MS) {
      onInsist();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => request(signal));
  if (process.channel) {
    process.on('disconnect', () => request('the starting process has ended'));
    process.channel.unref();
  }
}
