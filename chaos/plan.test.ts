import { expect, test } from 'vitest';
import { ACTIONS, describePlan, FAULT_PHASE_MS, nameOf, planOf, TARGETS } from './plan.ts';
import { LINKS } from './product.ts';

const SIXTY = Array.from({ length: 60 }, (_, seed) => planOf(seed + 1));

test('a seed always has the same plan, and another seed another one', () => {
  expect(planOf(7)).toEqual(planOf(7));
  expect(new Set(SIXTY.map((plan) => JSON.stringify({ ...plan, seed: 0 }))).size).toBe(60);
});

test('sixty seeds inject every kind of fault', () => {
  const met = new Set(SIXTY.flatMap(({ strikes }) => strikes.map(nameOf)));
  const targets = new Set(TARGETS.map((target) => target.replace(/-\d$/, '')));
  const wanted = [
    ...[...targets].flatMap((target) => [`${target} killed`, `${target} stopped`]),
    ...LINKS.flatMap((link) => [`${link} slowed`, `${link} cut`]),
    ...ACTIONS.map((action) => action.replaceAll('_', ' ')),
    'hours end',
    '429 storm',
    'webhooks doubled 100 times',
  ];
  expect(wanted.filter((name) => !met.has(name))).toEqual([]);
});

test('at every boundary of a dial some worker dies, and some worker stops', () => {
  const orders = SIXTY.flatMap(({ orders }) => orders.flat()).flatMap(({ order }) => order ?? []);
  const met = new Set(orders.map(({ at, signal }) => `${signal} ${at}`));
  expect(met.size).toBe(8);
});

test('some faults begin while another one lasts', () => {
  const nested = SIXTY.filter(({ strikes }) =>
    strikes.some((one) =>
      strikes.some((other) => 'forMs' in one && other.atMs > one.atMs && other.atMs < one.atMs + one.forMs),
    ),
  );
  expect(nested.length).toBeGreaterThan(30);
});

test('strikes come in order, within their phase or soon after it, and are described one by one', () => {
  for (const plan of SIXTY) {
    const times = plan.strikes.map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(Math.max(...times)).toBeLessThan(FAULT_PHASE_MS + 4_001);
    expect(describePlan(plan).length).toBeGreaterThan(plan.strikes.length);
  }
});
