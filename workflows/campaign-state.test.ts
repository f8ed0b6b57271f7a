import { expect, test } from 'vitest';
import { type CampaignInput, CampaignState } from './campaign-state.ts';

const NOW_MS = Date.parse('2026-03-02T15:00:00Z');
const HOLD_MS = 600_000;
const INPUT: CampaignInput = { campaignId: 'c', startAt: null, lines: 2 };

/** A running campaign that was fed these leads. */
function fedWith(leadIds: string[], change: Partial<Parameters<CampaignState['endFeed']>[0]> = {}) {
  const campaign = new CampaignState(INPUT, NOW_MS);
  feed(campaign, leadIds, change);
  return campaign;
}

function feed(
  campaign: CampaignState,
  leadIds: string[],
  change: Partial<Parameters<CampaignState['endFeed']>[0]> = {},
) {
  const request = campaign.beginFeed();
  const open = leadIds.length + campaign.inFlight;
  const status = 'running' as const;
  campaign.endFeed({ leadIds, nextAt: null, open, status, lines: 2, longestHoldMs: HOLD_MS, ...change });
  return request;
}

function takeAll(campaign: CampaignState, nowMs = NOW_MS) {
  const taken = [];
  for (let next = campaign.takeLine(nowMs); next !== null; next = campaign.takeLine(nowMs)) taken.push(next);
  return taken;
}

test('free lines go to leads that wait for one, then to new leads', () => {
  const campaign = fedWith(['new-1', 'new-2']);
  campaign.wantLine({ leadId: 'again', kind: 'retry' });
  expect(takeAll(campaign)).toEqual([
    { leadId: 'again', line: 1, isNew: false },
    { leadId: 'new-1', line: 2, isNew: true },
  ]);
  campaign.freeLine({ leadId: 'again', line: 1, next: 'finished' });
  expect(takeAll(campaign)).toEqual([{ leadId: 'new-2', line: 3, isNew: true }]);
  expect(campaign.readyLeads).toBe(0);
});

test('a pause gives out no line and counts those in flight; a resume reads the database first', () => {
  const campaign = fedWith(['a', 'b', 'c']);
  expect(campaign.takeLine(NOW_MS)).not.toBeNull();
  campaign.beginRound();
  expect(campaign.pause()).toEqual({ inFlight: 1 });
  expect([campaign.changed, campaign.takeLine(NOW_MS), campaign.needsFeed(NOW_MS)]).toEqual([
    true,
    null,
    false,
  ]);
  campaign.resume();
  expect([campaign.takeLine(NOW_MS), campaign.needsFeed(NOW_MS)]).toEqual([null, true]);
  feed(campaign, ['b', 'c']);
  expect(takeAll(campaign)).toEqual([{ leadId: 'b', line: 2, isNew: true }]);
});

test('a line given back because the gate found a pause has the database read, and its pause taken over', () => {
  const campaign = fedWith(['a']);
  takeAll(campaign);
  campaign.freeLine({ leadId: 'a', line: 1, next: 'backing_off', paused: true });
  expect(campaign.needsFeed(NOW_MS)).toBe(true);
  feed(campaign, [], { status: 'paused' });
  expect([campaign.status, campaign.needsFeed(NOW_MS)]).toEqual(['paused', false]);
});

test('each feed names the leads started since the last one, and asks for no more than can be started soon', () => {
  const campaign = fedWith(['a', 'b']);
  for (const { leadId } of takeAll(campaign)) campaign.markStarted(leadId);
  campaign.changeSettings({ lines: 500 });
  expect(feed(campaign, [])).toEqual({ campaignId: 'c', startedLeadIds: ['a', 'b'], limit: 200 });
  expect(feed(campaign, [])).toEqual({ campaignId: 'c', startedLeadIds: [], limit: 4 });
});

test('waits for the time that the feed named, and no longer once leads were added', () => {
  const opensAt = '2026-03-03T14:00:00.000Z';
  const campaign = fedWith([], { nextAt: opensAt, open: 3 });
  expect(campaign.needsFeed(NOW_MS)).toBe(false);
  expect(campaign.feedAtMs).toBe(Date.parse(opensAt));
  expect(campaign.progress(NOW_MS)).toEqual({
    status: 'running',
    lines: { limit: 2, inUse: 0 },
    wantingLine: 0,
    nextOpeningAt: opensAt,
  });
  campaign.leadsAdded();
  expect(campaign.needsFeed(NOW_MS)).toBe(true);
});

test('leads that were added during a feed are asked for again', () => {
  const campaign = new CampaignState(INPUT, NOW_MS);
  campaign.beginFeed();
  campaign.leadsAdded();
  campaign.endFeed({
    leadIds: [],
    nextAt: null,
    open: 0,
    status: 'running',
    lines: 2,
    longestHoldMs: HOLD_MS,
  });
  expect(campaign.needsFeed(NOW_MS)).toBe(true);
});

test('completes when no lead is open, unless a message came while the database was asked', () => {
  const campaign = fedWith(['a'], { open: 1 });
  expect(campaign.seemsComplete).toBe(false);
  takeAll(campaign);
  campaign.freeLine({ leadId: 'a', line: 1, next: 'finished' });
  // The last call is over: the open leads are counted again.
  expect(campaign.needsFeed(NOW_MS)).toBe(true);
  feed(campaign, [], { open: 0 });
  expect(campaign.seemsComplete).toBe(true);

  campaign.beginRound();
  campaign.endCompletion({ completed: false });
  expect([campaign.status, campaign.needsFeed(NOW_MS)]).toEqual(['running', true]);
  campaign.leadsAdded();
  campaign.endCompletion({ completed: true });
  expect(campaign.status).toBe('running');
  campaign.beginRound();
  campaign.endCompletion({ completed: true });
  expect(campaign.status).toBe('completed');
});

test('a line is overdue after the longest hold, and an audit takes it back or counts it from now', () => {
  const campaign = fedWith(['a', 'b']);
  takeAll(campaign);
  expect(campaign.overdueAtMs).toBe(NOW_MS + HOLD_MS);
  expect(campaign.overdueLeadIds(NOW_MS + HOLD_MS)).toEqual([]);
  const laterMs = NOW_MS + HOLD_MS + 1;
  expect(campaign.overdueLeadIds(laterMs)).toEqual(['a', 'b']);
  campaign.endAudit(['a', 'b'], { freed: ['a'] }, laterMs);
  expect(campaign.inFlight).toBe(1);
  expect(campaign.overdueAtMs).toBe(laterMs + HOLD_MS);
  campaign.takeBackLine({ leadId: 'b', line: 2 });
  expect(campaign.overdueAtMs).toBe(Number.POSITIVE_INFINITY);
});

test('a scheduled campaign begins at its time; a time that has passed is none', () => {
  const startAt = '2026-03-02T16:00:00Z';
  const campaign = new CampaignState({ ...INPUT, startAt }, NOW_MS);
  expect([campaign.status, campaign.refusal('pause'), campaign.refusal('resume')]).toEqual([
    'scheduled',
    null,
    'A campaign that is scheduled cannot resume; it must be paused.',
  ]);
  campaign.begin();
  expect(campaign.status).toBe('running');
  expect(new CampaignState({ ...INPUT, startAt }, Date.parse(startAt)).status).toBe('running');
});

test('a stop is final: it outlasts a feed, and no update is accepted after it', () => {
  const campaign = fedWith(['a', 'b']);
  takeAll(campaign);
  expect(campaign.stop()).toEqual({ inFlight: 2 });
  feed(campaign, ['c']);
  expect(campaign.status).toBe('stopping');
  for (const action of ['pause', 'resume', 'stop', 'changeSettings'] as const) {
    expect(campaign.refusal(action)).toMatch(/^A campaign that is stopping cannot /);
  }
});

test('the next run goes on with the lines, the queue and the leads that are not marked yet', () => {
  const campaign = fedWith(['a', 'b']);
  for (const { leadId } of takeAll(campaign)) campaign.markStarted(leadId);
  campaign.wantLine({ leadId: 'again', kind: 'callback' });
  const carried = campaign.carry();
  const next = new CampaignState(JSON.parse(JSON.stringify(carried)), NOW_MS);
  expect(next.carry()).toEqual(carried);
  expect(next.progress(NOW_MS)).toMatchObject({ lines: { limit: 2, inUse: 2 }, wantingLine: 1 });
  expect(feed(next, ['c']).startedLeadIds).toEqual(['a', 'b']);
  next.freeLine({ leadId: 'a', line: 1, next: 'finished' });
  expect(takeAll(next)).toEqual([{ leadId: 'again', line: 3, isNew: false }]);
});
