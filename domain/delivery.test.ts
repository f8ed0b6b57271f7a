import { expect, test } from 'vitest';
import { activeSecrets, afterAttempt, DELIVERY_DELAYS_MS, isDead } from './delivery.ts';

const HOUR_MS = 3_600_000;
const answered = (status: number | null, retryAfterMs: number | null = null) => ({
  status,
  error: status === null ? 'no answer' : null,
  retryAfterMs,
});
const first = { attempts: 1, chance: 0.5, delaysMs: DELIVERY_DELAYS_MS };

test('the whole schedule takes about three days', () => {
  const hours = DELIVERY_DELAYS_MS.reduce((sum, delayMs) => sum + delayMs, 0) / HOUR_MS;
  expect(hours).toBeGreaterThan(72);
  expect(hours).toBeLessThan(80);
});

test('2xx is taken; redirects, errors and silence are tried again', () => {
  expect(afterAttempt(answered(200), first)).toEqual({ next: 'delivered' });
  expect(afterAttempt(answered(204), first)).toEqual({ next: 'delivered' });
  for (const status of [302, 400, 401, 404, 429, 500, 503, null]) {
    expect(afterAttempt(answered(status), first)).toEqual({ next: 'retry', delayMs: 5_000 });
  }
});

test('410 ends it at once', () => {
  expect(afterAttempt(answered(410), first)).toEqual({ next: 'failed', because: 'gone' });
});

test('after the last delay it has failed', () => {
  const attempts = DELIVERY_DELAYS_MS.length;
  const last = afterAttempt(answered(500), { ...first, attempts: attempts - 1 });
  expect(last).toEqual({ next: 'retry', delayMs: 24 * HOUR_MS });
  const spent = afterAttempt(answered(500), { ...first, attempts });
  expect(spent).toEqual({ next: 'failed', because: 'attempts_spent' });
});

test('the delay is spread by a tenth either way', () => {
  expect(afterAttempt(answered(500), { ...first, chance: 0 })).toMatchObject({ delayMs: 4_500 });
  expect(afterAttempt(answered(500), { ...first, chance: 1 })).toMatchObject({ delayMs: 5_500 });
});

test('a receiver may lengthen the delay, within bounds, and not shorten it', () => {
  expect(afterAttempt(answered(429, 60_000), first)).toMatchObject({ delayMs: 60_000 });
  expect(afterAttempt(answered(429, 1), first)).toMatchObject({ delayMs: 5_000 });
  expect(afterAttempt(answered(503, 1_000 * HOUR_MS), first)).toMatchObject({ delayMs: 24 * HOUR_MS });
});

test('an endpoint is dead when it failed for three days', () => {
  const now = new Date('2026-03-05T12:00:00Z');
  expect(isDead(new Date('2026-03-02T12:00:00Z'), now)).toBe(true);
  expect(isDead(new Date('2026-03-02T12:00:01Z'), now)).toBe(false);
});

test('old secrets sign until the change-over ends', () => {
  const until = new Date('2026-03-05T12:00:00Z');
  const endpoint = { secrets: ['new', 'old'], oldSecretsUntil: until };
  expect(activeSecrets(endpoint, new Date(until.getTime() - 1))).toEqual(['new', 'old']);
  expect(activeSecrets(endpoint, until)).toEqual(['new']);
  expect(activeSecrets({ ...endpoint, oldSecretsUntil: null }, until)).toEqual(['new']);
});
