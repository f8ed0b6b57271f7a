import { describe, expect, test } from 'vitest';
import { decide, type GateFacts } from './gate.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

const now = new Date('2026-11-20T17:00:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1_000);
const later = (seconds: number) => new Date(now.getTime() + seconds * 1_000);

const open: GateFacts = {
  now,
  campaignStatus: 'running',
  leadState: 'queued',
  optedOut: false,
  replied: false,
  attemptsUsed: 0,
  spentCents: 0,
  window: { open: true, nextOpeningAt: now, zones: ['America/New_York'] },
  contact: { liveUntil: null, recentCalls: [] },
  workspaceLines: { inUse: 0, limit: 100 },
  campaignLinesInUse: 0,
  nextPaceAt: null,
};

test('goes when nothing speaks against it', () => {
  expect(decide(open, DEFAULT_SETTINGS)).toEqual({ verdict: 'go' });
});

describe('never', () => {
  test.each([
    ['campaign_running', { campaignStatus: 'stopped' }],
    ['campaign_running', { campaignStatus: 'draft' }],
    ['lead_open', { leadState: 'finished' }],
    ['opt_out', { optedOut: true }],
    ['replied', { replied: true }],
    ['attempts', { attemptsUsed: 3 }],
  ] as const)('%s: %o', (rule, change) => {
    expect(decide({ ...open, ...change }, DEFAULT_SETTINGS)).toMatchObject({ verdict: 'never', rule });
  });
});

describe('waits', () => {
  const opening = later(3_600);
  test.each([
    ['campaign_running', { campaignStatus: 'paused' }, later(60)],
    ['window', { window: { open: false, nextOpeningAt: opening, zones: ['UTC'] } }, opening],
    ['window', { window: { open: false, nextOpeningAt: null, zones: [] } }, later(86_400)],
    ['contact_live', { contact: { liveUntil: later(90), recentCalls: [] } }, later(30)],
    ['contact_live', { contact: { liveUntil: later(9), recentCalls: [] } }, later(9)],
    ['contact_gap', { contact: { liveUntil: null, recentCalls: [ago(100)] } }, later(500)],
    [
      'contact_day',
      { contact: { liveUntil: null, recentCalls: [ago(700), ago(7_000), ago(80_000)] } },
      later(6_400),
    ],
    ['workspace_lines', { workspaceLines: { inUse: 100, limit: 100 } }, later(5)],
    ['campaign_lines', { campaignLinesInUse: 10 }, later(5)],
    ['pace', { nextPaceAt: later(0.2) }, later(0.2)],
  ] as const)('%s: %o', (rule, change, until) => {
    expect(decide({ ...open, ...change } as GateFacts, DEFAULT_SETTINGS)).toMatchObject({
      verdict: 'wait',
      rule,
      until,
    });
  });

  test('a week is capped by the call that leaves it first', () => {
    const recentCalls = [1, 2, 3, 4, 5, 6, 6.5].map((days) => ago(days * 86_400));
    const facts = { ...open, contact: { liveUntil: null, recentCalls } };
    expect(decide(facts, DEFAULT_SETTINGS)).toMatchObject({
      rule: 'contact_week',
      until: later(0.5 * 86_400),
    });
  });

  test('the spend limit holds what it is reached by, and no limit holds nothing', () => {
    const facts = { ...open, spentCents: 500 };
    expect(decide(facts, { ...DEFAULT_SETTINGS, spendLimitCents: 500 })).toMatchObject({
      rule: 'spend_limit',
    });
    expect(decide(facts, { ...DEFAULT_SETTINGS, spendLimitCents: null })).toEqual({ verdict: 'go' });
  });
});

test('an opt-out outranks everything that only waits', () => {
  const facts: GateFacts = { ...open, optedOut: true, campaignStatus: 'paused', campaignLinesInUse: 10 };
  expect(decide(facts, DEFAULT_SETTINGS)).toMatchObject({ verdict: 'never', rule: 'opt_out' });
});
