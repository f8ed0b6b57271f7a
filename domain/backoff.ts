/**
 * A delay that doubles with every failure, up to a limit. The last quarter is random, so that requests which failed
 * together are not retried together. `chance` is from 0 to 1.
 */
export function backoffMs(
  failures: number,
  { firstMs, limitMs, chance }: { firstMs: number; limitMs: number; chance: number },
): number {
  const full = Math.min(limitMs, firstMs * 2 ** Math.max(0, failures - 1));
  return Math.round(full * (0.75 + 0.25 * chance));
}
