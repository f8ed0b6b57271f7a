import { expect, test } from 'vitest';
import { type CampaignInput, CampaignState, type Feed } from './campaign-state.ts';

const NOW_MS = Date.parse('2026-03-02T15:00:00Z');
const HOLD_MS = 600_000;
const INPUT: CampaignInput = { campaignId: 'c', startAt: null, lines: 2 };

const lead = (leadId: string, attempt: number | null = null) => ({ leadId, dueMs: NOW_MS, attempt });

/** What the database says of a running campaign with these leads due. */
function fed(leads: Feed['leads'], change: Partial<Feed> = {}): Feed {
  return {
    status: 'running',
    generation: 1,
    leads,
    more: false,
    nextAt: null,
    turnAt: null,
    awaitsCharge: false,
    hasOpenLeads: true,
    lines: 2,
    room: 100,
    callsPerSecond: 1_000,
    longestHoldMs: HOLD_MS,
    ...change,
  };
}

function feed(campaign: CampaignState, leadIds: string[], change: Partial<Feed> = {}, nowMs = NOW_MS) {
  const request = campaign.beginFeed();
  campaign.endFeed(
    fed(
      leadIds.map((id) => lead(id)),
      change,
    ),
    nowMs,
  );
  return request;
}

/** A running campaign that was fed these leads. */
function fedWith(leadIds: string[], change: Partial<Feed> = {}) {
  const campaign = new CampaignState(INPUT, 0);
  feed(campaign, leadIds, change);
  return campaign;
}

function takeAll(campaign: CampaignState, nowMs = NOW_MS) {
  const taken = [];
  for (let next = campaign.takeLine(nowMs); next !== null; next = campaign.takeLine(nowMs)) taken.push(next);
  return taken;
}

const idsOf = (leads: { leadId: string }[]) => leads.map(({ leadId }) => leadId);

/** The earliest time at which it looks again without a message. */
function nextAlarmMs(campaign: CampaignState, nowMs = NOW_MS): number {
  return Math.min(...campaign.alarms(nowMs).map(([atMs]) => atMs));
}

test('reads the database before anything else, and gives free lines in the order that it says', () => {
  const campaign = new CampaignState(INPUT, 0);
  expect([campaign.needsFeed(NOW_MS), campaign.takeLine(NOW_MS)]).toEqual([true, null]);
  campaign.beginFeed();
  campaign.endFeed(fed([lead('promised', 3), lead('new-1'), lead('new-2')]), NOW_MS);
  expect(takeAll(campaign)).toEqual([
    { leadId: 'promised', dueMs: NOW_MS, attempt: 3, line: 0 },
    { leadId: 'new-1', dueMs: NOW_MS, attempt: null, line: 1 },
  ]);
  expect(campaign.needsFeed(NOW_MS)).toBe(false);
  campaign.freeLine({ leadId: 'promised', line: 0, next: 'finished' });
  expect(idsOf(takeAll(campaign))).toEqual(['new-2']);
});

test('a pause gives out no line and counts those in flight; a resume reads the database first', () => {
  const campaign = fedWith(['a', 'b', 'c']);
  expect(campaign.takeLine(NOW_MS)).not.toBeNull();
  campaign.beginRound();
  expect(campaign.pause()).toEqual({ inFlight: 1 });
  expect([campaign.changed, campaign.takeLine(NOW_MS), campaign.needsFeed(NOW_MS)]).toEqual([
    true,
    null,
    true,
  ]);
  feed(campaign, [], { status: 'paused' });
  expect([campaign.status, campaign.needsFeed(NOW_MS)]).toEqual(['paused', false]);
  campaign.resume();
  expect([campaign.takeLine(NOW_MS), campaign.needsFeed(NOW_MS)]).toEqual([null, true]);
  feed(campaign, ['b', 'c']);
  expect(idsOf(takeAll(campaign))).toEqual(['b']);
});

test('a line given back because the gate found a pause has the database read', () => {
  const campaign = fedWith(['a']);
  const [taken] = takeAll(campaign);
  campaign.freeLine({ leadId: 'a', line: taken?.line ?? -1, next: 'requeue', paused: true });
  expect(campaign.needsFeed(NOW_MS)).toBe(true);
});

test('what the database says outlasts what a message said: a pause whose resumption came meanwhile', () => {
  const campaign = fedWith(['a']);
  campaign.pause();
  feed(campaign, ['a'], { status: 'running' });
  expect(campaign.status).toBe('running');
});

test('each feed names the leads that got a line since the last one, and asks for no more than can be started soon', () => {
  const campaign = fedWith(['a', 'b']);
  for (const taken of takeAll(campaign)) campaign.markGranted(taken);
  campaign.changeSettings({ lines: 500 });
  expect(feed(campaign, [])).toEqual({
    campaignId: 'c',
    granted: [
      ['a', NOW_MS],
      ['b', NOW_MS],
    ],
    limit: 200,
  });
  campaign.databaseChanged();
  expect(feed(campaign, [])).toEqual({ campaignId: 'c', granted: [], limit: 4 });
});

test('waits for the time that the feed named, or a lead that gave its line back, and no longer once told of a change', () => {
  const opensAt = '2026-03-03T14:00:00.000Z';
  const campaign = fedWith([], { nextAt: opensAt });
  expect([campaign.needsFeed(NOW_MS), nextAlarmMs(campaign)]).toEqual([false, Date.parse(opensAt)]);
  expect(campaign.progress(NOW_MS)).toEqual({
    status: 'running',
    lines: { limit: 2, inUse: 0 },
    wantingLine: 0,
    nextOpeningAt: opensAt,
    generation: 1,
  });
  const dueAt = new Date(NOW_MS + 60_000).toISOString();
  campaign.freeLine({ leadId: 'a', line: 1, next: 'backing_off', dueAt });
  expect(nextAlarmMs(campaign)).toBe(NOW_MS + 60_000);
  expect(campaign.needsFeed(NOW_MS + 59_999)).toBe(false);
  expect(campaign.needsFeed(NOW_MS + 60_000)).toBe(true);
  campaign.databaseChanged();
  expect(campaign.needsFeed(NOW_MS)).toBe(true);
});

test('a change during a feed has the database read again', () => {
  const campaign = new CampaignState(INPUT, NOW_MS);
  campaign.beginFeed();
  campaign.databaseChanged();
  campaign.endFeed(fed([]), NOW_MS);
  expect(campaign.needsFeed(NOW_MS)).toBe(true);
});

test('leads that fall due one by one are fed together, while others are ready still more so', () => {
  const idle = fedWith([]);
  const dueAt = new Date(NOW_MS + 1).toISOString();
  idle.freeLine({ leadId: 'a', line: 1, next: 'backing_off', dueAt });
  expect([idle.needsFeed(NOW_MS + 100), idle.needsFeed(NOW_MS + 500)]).toEqual([false, true]);
  const busy = fedWith(['a', 'b', 'c']);
  takeAll(busy);
  busy.freeLine({ leadId: 'a', line: 0, next: 'backing_off', dueAt });
  expect([busy.needsFeed(NOW_MS + 4_000), busy.needsFeed(NOW_MS + 5_000)]).toEqual([false, true]);
});

test('hands out no more lines in a second than calls may be dialled', () => {
  const campaign = fedWith(['a', 'b', 'c', 'd', 'e'], { lines: 100, callsPerSecond: 2 });
  expect(takeAll(campaign)).toHaveLength(2);
  expect(campaign.needsFeed(NOW_MS)).toBe(false);
  const nextMs = nextAlarmMs(campaign);
  expect(nextMs).toBe(NOW_MS + 500);
  expect(takeAll(campaign, nextMs)).toHaveLength(1);
  expect(takeAll(campaign, nextMs + 10_000)).toHaveLength(2);
});

test('hands out no more lines than the rest of the workspace leaves, and asks again later', () => {
  const campaign = fedWith(['a', 'b', 'c', 'd'], { lines: 100, room: 3 });
  expect(takeAll(campaign)).toHaveLength(3);
  expect([campaign.needsFeed(NOW_MS), nextAlarmMs(campaign)]).toEqual([false, NOW_MS + 5_000]);
  feed(campaign, ['d'], { lines: 100, room: 4 }, NOW_MS + 5_000);
  expect(idsOf(takeAll(campaign, NOW_MS + 5_000))).toEqual(['d']);
});

test('completes when no lead is open, unless a message came while the database was asked', () => {
  const campaign = fedWith(['a']);
  expect(campaign.seemsComplete(NOW_MS)).toBe(false);
  const [taken] = takeAll(campaign);
  campaign.freeLine({ leadId: 'a', line: taken?.line ?? -1, next: 'finished' });
  // The last call is over: the database says whether any lead is open.
  expect(campaign.needsFeed(NOW_MS)).toBe(true);
  feed(campaign, [], { hasOpenLeads: false });
  expect(campaign.seemsComplete(NOW_MS)).toBe(true);
  campaign.databaseChanged();
  campaign.endCompletion({ completed: true }, NOW_MS);
  expect([campaign.status, campaign.needsFeed(NOW_MS)]).toEqual(['running', true]);
  feed(campaign, [], { hasOpenLeads: false });
  campaign.endCompletion({ completed: true }, NOW_MS);
  expect(campaign.status).toBe('completed');
});

test('a completion that the database refuses is not asked for again without a pause', () => {
  const campaign = fedWith([], { hasOpenLeads: false });
  campaign.endCompletion({ completed: false }, NOW_MS);
  expect(campaign.needsFeed(NOW_MS)).toBe(true);
  feed(campaign, [], { hasOpenLeads: false });
  expect([campaign.needsFeed(NOW_MS), campaign.seemsComplete(NOW_MS)]).toEqual([false, false]);
  expect(nextAlarmMs(campaign)).toBe(NOW_MS + 1_000);
  expect(campaign.seemsComplete(NOW_MS + 1_000)).toBe(true);
});

test('13: an audit that frees the last line has the database read', () => {
  const campaign = fedWith(['a', 'b']);
  takeAll(campaign);
  expect(campaign.overdueAtMs).toBe(NOW_MS + HOLD_MS);
  expect(campaign.overdueLeadIds(NOW_MS + HOLD_MS)).toEqual([]);
  const laterMs = NOW_MS + HOLD_MS + 1;
  expect(campaign.overdueLeadIds(laterMs)).toEqual(['a', 'b']);
  campaign.endAudit(['a', 'b'], { freed: [] }, laterMs);
  expect([campaign.needsFeed(laterMs), campaign.inFlight]).toEqual([false, 2]);
  expect(campaign.overdueAtMs).toBe(laterMs + HOLD_MS);
  campaign.endAudit(['a', 'b'], { freed: ['a', 'b'] }, laterMs);
  expect([campaign.needsFeed(laterMs), campaign.inFlight]).toEqual([true, 0]);
});

test('a lead that cannot be reached gives its line back, and is looked at again after a pause', () => {
  const campaign = fedWith(['a']);
  const [taken] = takeAll(campaign);
  if (taken === undefined) throw new Error('no line was taken');
  campaign.takeBackLine(taken, NOW_MS);
  expect([campaign.inFlight, campaign.needsFeed(NOW_MS), nextAlarmMs(campaign)]).toEqual([
    0,
    false,
    NOW_MS + 1_000,
  ]);
});

test('leads that hold a line and are fed nevertheless get no second one, and no round follows at once', () => {
  const campaign = fedWith(['a', 'b']);
  takeAll(campaign);
  campaign.changeSettings({ lines: 4 });
  feed(campaign, ['a', 'b'], { lines: 4, more: true });
  expect([takeAll(campaign), campaign.needsFeed(NOW_MS)]).toEqual([[], false]);
  expect(nextAlarmMs(campaign)).toBe(NOW_MS + 1_000);
});

test('4, 7: a scheduled campaign waits for the time that the database has, whatever it was started with', () => {
  const startAt = '2026-03-02T16:00:00Z';
  const campaign = new CampaignState({ ...INPUT, startAt }, NOW_MS);
  expect([campaign.status, campaign.refusal('pause'), campaign.refusal('resume')]).toEqual([
    'scheduled',
    null,
    'A campaign that is scheduled cannot resume; it must be paused.',
  ]);
  const later = '2026-03-05T16:00:00.000Z';
  feed(campaign, [], { status: 'scheduled', turnAt: later });
  expect([campaign.takeLine(NOW_MS), campaign.needsFeed(NOW_MS), nextAlarmMs(campaign)]).toEqual([
    null,
    false,
    Date.parse(later),
  ]);
  expect(campaign.needsFeed(Date.parse(later))).toBe(true);
  // By the clock of the database it is not time yet: no round follows at once.
  feed(campaign, [], { status: 'scheduled', turnAt: later }, Date.parse(later));
  expect(campaign.needsFeed(Date.parse(later))).toBe(false);
  expect(nextAlarmMs(campaign, Date.parse(later))).toBe(Date.parse(later) + 1_000);
});

test('a stop is final: its leads are stopped once, it closes after the last call, and takes no update', () => {
  const campaign = fedWith(['a', 'b']);
  const taken = takeAll(campaign);
  expect(campaign.stop()).toEqual({ inFlight: 2 });
  feed(campaign, [], { status: 'stopped' });
  for (const action of ['pause', 'resume', 'stop', 'changeSettings'] as const) {
    expect(campaign.refusal(action)).toMatch(/^A campaign that is stopping cannot /);
  }
  expect([campaign.mustStopLeads, campaign.isWoundUp]).toEqual([true, false]);
  campaign.endStop();
  expect([campaign.mustStopLeads, campaign.isWoundUp]).toEqual([false, false]);
  const next = new CampaignState(JSON.parse(JSON.stringify(campaign.carry())), NOW_MS);
  feed(next, [], { status: 'stopped' });
  expect(next.mustStopLeads).toBe(false);
  for (const { leadId, line } of taken) next.freeLine({ leadId, line, next: 'finished' });
  expect(next.isWoundUp).toBe(true);
});

test('the next run goes on with the lines, and with the leads that are not marked yet', () => {
  const campaign = fedWith(['a', 'b']);
  const taken = takeAll(campaign);
  for (const granted of taken) campaign.markGranted(granted);
  const carried = campaign.carry();
  const next = new CampaignState(JSON.parse(JSON.stringify(carried)), NOW_MS);
  expect(next.carry()).toEqual(carried);
  const request = feed(next, ['c']);
  expect(request).toEqual({
    campaignId: 'c',
    granted: taken.map(({ leadId }) => [leadId, NOW_MS]),
    limit: 4,
  });
  expect(takeAll(next)).toEqual([]);
  next.freeLine({ leadId: 'a', line: taken[0]?.line ?? -1, next: 'finished' });
  expect(takeAll(next)).toMatchObject([{ leadId: 'c', line: 2 }]);
});

test('10: what a run hands to the next is small, with a thousand lines in use', () => {
  const id = (nth: number) => `01a21e68-bed2-76e5-abe4-${String(nth).padStart(12, '0')}`;
  const campaign = new CampaignState({ ...INPUT, lines: 1_000 }, NOW_MS);
  for (let nth = 0; campaign.inFlight < 1_000; nth += 200) {
    feed(
      campaign,
      Array.from({ length: 200 }, (_, index) => id(nth + index)),
      { lines: 1_000, room: 1_000, more: true, callsPerSecond: 100_000 },
    );
    for (const taken of takeAll(campaign, NOW_MS + 1_000)) campaign.markGranted(taken);
  }
  expect(JSON.stringify(campaign.carry()).length).toBeLessThan(110_000);
});

test('11: a run that carries nothing asks who waited, counts who is in a call, and names no line twice', () => {
  const campaign = new CampaignState({ ...INPUT, lines: 3 }, NOW_MS);
  expect(feed(campaign, ['c', 'd'], { lines: 3, inCall: ['a', 'b'] })).toMatchObject({ recover: true });
  expect(campaign.inFlight).toBe(2);
  const [taken] = takeAll(campaign);
  expect(taken).toMatchObject({ leadId: 'c', line: NOW_MS });
  campaign.freeLine({ leadId: 'a', line: 17, next: 'finished' });
  expect(campaign.inFlight).toBe(2);
  expect(feed(campaign, [], { lines: 3 })).not.toHaveProperty('recover');
});

test('what a run of an earlier version hands over is taken over: its lines, and not its queue', () => {
  const carried = {
    status: 'running' as const,
    lines: { limit: 2, nextLine: 8, held: [['a', 7, NOW_MS]], wanted: [['b', 'retry']] },
    startedLeadIds: ['a'],
    longestHoldMs: HOLD_MS,
  };
  const campaign = new CampaignState({ ...INPUT, carried } as unknown as CampaignInput, NOW_MS);
  expect(campaign.inFlight).toBe(1);
  expect(feed(campaign, ['b'])).toEqual({ campaignId: 'c', granted: [], limit: 4, recover: true });
  expect(takeAll(campaign)).toMatchObject([{ leadId: 'b', line: 8 }]);
});

test('a lead of an earlier version that asks for a line has none, and is fed', () => {
  const campaign = fedWith(['a']);
  takeAll(campaign);
  campaign.wantLine({ leadId: 'a', kind: 'retry' });
  expect([campaign.inFlight, campaign.needsFeed(NOW_MS + 500)]).toEqual([0, true]);
});
