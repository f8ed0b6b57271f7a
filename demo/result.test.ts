import { describe, expect, test } from 'vitest';
import { INVARIANTS, type Verdict } from '#invariants/judge.ts';
import type { LedgerEntry, LedgerSnapshot, LedgerWebhook } from '#simulator/ledger.ts';
import { renderAddresses } from './addresses.ts';
import { isSettled } from './ledger.ts';
import { buildResult, renderResult } from './result.ts';
import { latestOutcomes } from './watch.ts';

const NOW_MS = Date.parse('2026-11-18T17:00:00.000Z');

const webhook = (change: Partial<LedgerWebhook> = {}): LedgerWebhook => ({
  deliveryId: 'd1',
  kind: 'post_call_transcription',
  sentAt: '2026-11-18T16:59:59.000Z',
  status: 200,
  fault: null,
  ...change,
});

const dial = (change: Partial<LedgerEntry> = {}): LedgerEntry => ({
  attemptId: 'a.1',
  to: '+12125550101',
  fromNumberId: 'n1',
  agentId: 'agent',
  receivedAt: '2026-11-18T16:59:00.000Z',
  accepted: true,
  answer: 'placed',
  conversationId: 'c1',
  callSid: 'CA1',
  profile: 'converts',
  startedAt: '2026-11-18T16:59:00.000Z',
  endedAt: '2026-11-18T16:59:58.000Z',
  reach: 'answered',
  chargedCredits: 0,
  webhooks: [webhook()],
  ...change,
});

const ledger = (dials: LedgerEntry[], liveCalls = 0): LedgerSnapshot => ({
  texts: [],
  seed: 7,
  speed: 60,
  maxConcurrentCalls: 1,
  liveCalls,
  dials,
});

const reach = { answered: 4, voicemail: 1, noAnswer: 2, busy: 1, failed: 0, notPlaced: 1, unknown: 1 };

function result(broken: string[] = []) {
  const verdict = Object.fromEntries(
    INVARIANTS.map((invariant) => [
      invariant,
      { holds: !broken.includes(invariant), violations: broken.includes(invariant) ? ['attempt a.1'] : [] },
    ]),
  ) as Verdict;
  const built = buildResult({
    leads: 6,
    seed: 7,
    seconds: 12.345,
    metrics: {
      calls: { total: 10, ...reach },
      conversions: 1,
      conversionRate: 0.25,
      averageTalkSeconds: 60,
      costCents: 1,
    },
    receipts: { received: 9, duplicates: 2, polls: 3 },
    ledger: ledger([
      dial(),
      dial({ answer: 'timeout', webhooks: [webhook({ fault: 'lost', status: null })] }),
      dial({ answer: 'throttled', accepted: false, webhooks: [] }),
      dial({ answer: 'malformed' }),
    ]),
    verdict,
  });
  return { built, verdict };
}

describe('the result', () => {
  test('combines the three accounts', () => {
    expect(result(['I4']).built).toEqual({
      leads: 6,
      calls: 10,
      reach,
      conversions: 1,
      webhooks: { received: 9, duplicates: 2, lost: 1 },
      polls: 3,
      ambiguousDials: 2,
      invariants: { I1: true, I2: true, I3: true, I4: false, I5: true, I6: true, I7: true },
      seed: 7,
      seconds: 12.3,
    });
  });

  test('is shown with the violations', () => {
    const { built, verdict } = result(['I4']);
    const lines = renderResult(built, verdict);
    expect(lines.map((line) => line.trim().split(/ {2,}/))).toContainEqual(['of the answered', '25.0 %']);
    expect(lines.filter((line) => line.includes('✗'))).toEqual([
      '  ✗ I4 every attempt ended, or needs attention',
    ]);
    expect(lines).toContain('       attempt a.1');
  });
});

describe('a ledger', () => {
  test.each<[string, LedgerSnapshot, boolean]>([
    ['with every webhook answered', ledger([dial()]), true],
    ['with a call in flight', ledger([dial()], 1), false],
    ['with a webhook not sent yet', ledger([dial({ webhooks: [] })]), false],
    ['with a webhook unanswered', ledger([dial({ webhooks: [webhook({ status: null })] })]), false],
    [
      'with a webhook past its timeout',
      ledger([dial({ webhooks: [webhook({ status: null, sentAt: '2026-11-18T16:00:00.000Z' })] })]),
      true,
    ],
    ['with a webhook lost', ledger([dial({ webhooks: [webhook({ status: null, fault: 'lost' })] })]), true],
    ['with a dial refused', ledger([dial({ accepted: false, webhooks: [] })]), true],
  ])('%s is settled: %#', (_name, given, settled) => {
    expect(isSettled(given, NOW_MS)).toBe(settled);
  });
});

test('the latest outcomes name people without their numbers, and leave out calls in flight', () => {
  const call = { id: 'a.1', to: '+12125550101', disposition: null, converted: false };
  const calls = [
    { ...call, reach: 'busy' as const, endedAt: '2026-11-18T16:00:00Z' },
    { ...call, reach: 'answered' as const, endedAt: '2026-11-18T16:00:01Z' },
    { ...call, reach: null, endedAt: null },
  ];
  const outcomes = latestOutcomes(calls, new Map([['+12125550101', 'Ada']]));
  expect(outcomes.map((outcome) => outcome.reach)).toEqual(['answered', 'busy']);
  expect(outcomes[0]?.firstName).toBe('Ada');
  expect(JSON.stringify(outcomes)).not.toContain('2125550101');
});

test('the addresses lead to the campaign and its leads in the Web UI', () => {
  const lines = renderAddresses({
    apiUrl: 'http://127.0.0.1:3000',
    apiKey: 'key',
    webUrl: 'http://127.0.0.1:8233',
    namespace: 'default',
    campaignId: 'c1',
  });
  expect(lines.join('\n')).toContain('/namespaces/default/workflows/campaign%2Fc1');
  expect(lines.join('\n')).toContain('/workflows?query=RingleaderCampaign%3D%22c1%22');
});
