import { createHash } from 'node:crypto';

/** Numbers in [0, 1), deterministic by the parts. */
export type Random = () => number;

/** A hexadecimal digest of the parts: unique identifiers that are the same in every run. */
export function digest(...parts: Array<string | number>): string {
  return createHash('sha256').update(parts.join('\u0000')).digest('hex');
}

/** A generator (xorshift128) seeded by all parts; different lists of parts give unrelated sequences. */
export function seededRandom(...parts: Array<string | number>): Random {
  const seed = createHash('sha256').update(parts.join('\u0000')).digest();
  let a = seed.readUInt32LE(0) | 1;
  let b = seed.readUInt32LE(4);
  let c = seed.readUInt32LE(8);
  let d = seed.readUInt32LE(12);
  return () => {
    const t = d ^ (d << 11);
    d = c;
    c = b;
    b = a;
    a = (a ^ (a >>> 19) ^ (t ^ (t >>> 8))) >>> 0;
    return a / 0x1_0000_0000;
  };
}

/** An integer, both ends included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** Uniform. Throws when the list is empty. */
export function pick<T>(random: Random, items: readonly T[]): T {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError('nothing to pick from');
  return item;
}

/** Throws when all weights are zero. */
export function pickWeighted<T extends string>(random: Random, weights: Readonly<Record<T, number>>): T {
  const entries = Object.entries(weights) as Array<[T, number]>;
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  let point = random() * total;
  for (const [key, weight] of entries) {
    point -= weight;
    if (point < 0 && weight > 0) return key;
  }
  throw new RangeError('no weight above zero');
}
