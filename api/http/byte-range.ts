/** Bytes of a file that a `Range` header asks for, both ends included; `all` without one that is understood. */
export type ByteRange = { kind: 'all' } | { kind: 'part'; start: number; end: number } | { kind: 'outside' };

/**
 * Reads a `Range` header for a file of so many bytes (RFC 9110, 14.1.2). Of several ranges, and of other units, nothing
 * is promised: the whole is sent, as the RFC allows.
 */
export function readRange(header: string | undefined, size: number): ByteRange {
  const range = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (range === null) return { kind: 'all' };
  const [, first = '', last = ''] = range;
  if (first === '' && last === '') return { kind: 'all' };
  if (first === '') {
    const wanted = Number(last);
    if (wanted === 0 || size === 0) return { kind: 'outside' };
    return { kind: 'part', start: Math.max(0, size - wanted), end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return { kind: 'all' };
  return start >= size ? { kind: 'outside' } : { kind: 'part', start, end };
}
