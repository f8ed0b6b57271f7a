import { TOTALS } from '#db/queries/metrics.ts';
import { DEFAULT_SETTINGS } from '#domain/settings.ts';
import { byWord } from '#domain/words.ts';
import type { Dial, GoDecision, Snapshot, SnapshotCall, SnapshotLead } from './snapshot.ts';

/** A Wednesday, noon in New York. */
export const NOON_MS = Date.parse('2026-11-18T17:00:00.000Z');
const MINUTE_MS = 60_000;
const CAMPAIGN = 'c1';

/** One attempt in all three accounts, consistent with each other. */
interface Attempt {
  call: SnapshotCall;
  decision: GoDecision;
  dial: Dial;
}

function attempt(
  leadId: string,
  phone: string,
  at: { number: number; startMs: number; reach: 'answered' | 'no_answer' },
): Attempt {
  const id = `${leadId}.${at.number}`;
  const conversationId = `conv-${id}`;
  const answered = at.reach === 'answered';
  return {
    call: {
      id,
      campaignId: CAMPAIGN,
      leadId,
      phone,
      direction: 'outbound',
      status: 'ended',
      reach: at.reach,
      conversationId,
      verdict: answered ? 'success' : null,
      converted: answered,
      talkSeconds: answered ? 60 : null,
      costCents: answered ? 12.5 : null,
      reservedCents: 20,
      promisedOneMore: false,
      startedAtMs: at.startMs,
      deadlineAtMs: at.startMs + 12 * MINUTE_MS,
      concludedAtMs: at.startMs + 2 * MINUTE_MS,
      day: '2026-11-18',
      settingsVersion: 1,
    },
    decision: {
      attemptId: id,
      campaignId: CAMPAIGN,
      phone,
      settingsVersion: 1,
      facts: { zones: ['America/New_York'], window: structuredClone(DEFAULT_SETTINGS.window) },
      decidedAtMs: at.startMs,
      judgedAtMs: at.startMs,
    },
    dial: {
      attemptId: id,
      campaignId: CAMPAIGN,
      to: phone,
      receivedAtMs: at.startMs + 20,
      accepted: true,
      answer: 'placed',
      conversationId,
      startedAtMs: at.startMs + 20,
      endedAtMs: at.startMs + MINUTE_MS,
      reach: at.reach,
      chargedCents: answered ? 12.5 : 0,
    },
  };
}

function oneOff(): Attempt {
  const parts = attempt('eve', '+12125550104', { number: 1, startMs: NOON_MS + 15_000, reach: 'answered' });
  Object.assign(parts.call, { id: 'eve', campaignId: null, leadId: null, settingsVersion: null });
  Object.assign(parts.decision, { attemptId: 'eve', campaignId: null, settingsVersion: null });
  Object.assign(parts.dial, { attemptId: 'eve', campaignId: null });
  return parts;
}

const lead = (
  id: string,
  state: SnapshotLead['state'],
  outcome: SnapshotLead['outcome'] = null,
): SnapshotLead => ({
  id,
  campaignId: CAMPAIGN,
  state,
  outcome,
  notBeforeMs: NOON_MS,
});

/**
 * A correct running campaign of four leads (one converted, one backs off, one waits, one is unknown and on
 * the attention list), and a one-off call. New at every call, so that a test may change it.
 */
export function sampleSnapshot() {
  const converted = attempt('ann', '+12125550101', { number: 1, startMs: NOON_MS, reach: 'answered' });
  const missed = attempt('ben', '+12125550102', { number: 1, startMs: NOON_MS + 5_000, reach: 'no_answer' });
  const unknown = attempt('cy', '+12125550103', { number: 1, startMs: NOON_MS + 10_000, reach: 'answered' });
  Object.assign(unknown.call, { reach: 'unknown', conversationId: null, verdict: null, converted: false });
  Object.assign(unknown.call, { talkSeconds: null, costCents: null });
  unknown.dial.answer = 'timeout';
  const attempts = [converted, missed, unknown, oneOff()];
  return {
    takenAtMs: NOON_MS + 30 * MINUTE_MS,
    scope: null as Snapshot['scope'],
    deadlineGraceMs: 1_000,
    workspaceLines: 100,
    campaigns: [
      { id: CAMPAIGN, status: 'running', pausedAtMs: null, finishedAtMs: null, imported: 4 },
    ] as Snapshot['campaigns'][number][],
    settings: [{ campaignId: CAMPAIGN, version: 1, settings: structuredClone(DEFAULT_SETTINGS) }],
    oneOffCalls: new Map([['eve', structuredClone(DEFAULT_SETTINGS)]]),
    leads: [
      lead('ann', 'finished', 'converted'),
      lead('ben', 'backing_off'),
      lead('cy', 'finished', 'unknown'),
      lead('dee', 'waiting'),
    ],
    calls: attempts.map(({ call }) => call),
    goDecisions: attempts.map(({ decision }) => decision),
    callRequests: new Map<string, number>(),
    optOuts: [] as Snapshot['optOuts'][number][],
    attention: [{ kind: 'unknown_call', subject: unknown.call.id }],
    statusEvents: [] as Snapshot['statusEvents'][number][],
    totals: [
      {
        campaign_id: CAMPAIGN,
        day: '2026-11-18',
        ...byWord(TOTALS, () => 0),
        calls: 3,
        answered: 1,
        no_answer: 1,
        unknown: 1,
        success: 1,
        conversions: 1,
        talks: 1,
        talk_seconds: 60,
        cost_cents: 12.5,
      },
    ],
    heldUp: [] as Snapshot['heldUp'][number][],
    slowCommits: [] as Snapshot['slowCommits'][number][],
    dials: attempts.map(({ dial }) => dial),
    workflows: new Map<string, 'open' | 'closed'>([
      [`campaign/${CAMPAIGN}`, 'open'],
      ['lead/ann', 'closed'],
      ['lead/ben', 'open'],
      ['lead/cy', 'closed'],
      ['call/eve', 'closed'],
    ]),
    holidays: new Map<string, ReadonlySet<string>>(),
    /** The same attempts by the name of their lead. */
    by: { ann: converted, ben: missed, cy: unknown, eve: attempts[3] ?? fail() },
  } satisfies Snapshot & { by: unknown };
}

export type SampleSnapshot = ReturnType<typeof sampleSnapshot>;

/** Ends the campaign, with every lead finished. */
export function finish(snapshot: SampleSnapshot): void {
  Object.assign(snapshot.campaigns[0] ?? {}, { status: 'completed', finishedAtMs: NOON_MS + 1_000_000 });
  for (const lead of snapshot.leads)
    if (lead.state !== 'finished') Object.assign(lead, { state: 'finished', outcome: 'not_retried' });
  for (const id of ['campaign/c1', 'lead/ben']) snapshot.workflows.set(id, 'closed');
}

/** Ben is called again, this long after the first call, without an answer. */
export function again(snapshot: SampleSnapshot, laterMs: number): void {
  const { call, decision, dial } = structuredClone(snapshot.by.ben);
  call.id = decision.attemptId = 'ben.2';
  dial.attemptId = 'ben.2';
  call.conversationId = dial.conversationId = 'conv-ben.2';
  for (const key of ['startedAtMs', 'deadlineAtMs', 'concludedAtMs'] as const)
    call[key] = (call[key] ?? 0) + laterMs;
  for (const key of ['receivedAtMs', 'startedAtMs', 'endedAtMs'] as const)
    dial[key] = (dial[key] ?? 0) + laterMs;
  decision.decidedAtMs += laterMs;
  decision.judgedAtMs += laterMs;
  snapshot.calls.push(call);
  snapshot.goDecisions.push(decision);
  snapshot.dials.push(dial);
  Object.assign(snapshot.totals[0] ?? {}, { calls: 4, no_answer: 2 });
}

/** Ann is permitted this far from noon, under a window that is changed in settings and decisions alike. */
export function shutAt(
  snapshot: SampleSnapshot,
  change: (window: SampleSnapshot['settings'][number]['settings']['window']) => void,
  byMs: number,
): void {
  const settings = snapshot.settings[0]?.settings ?? fail();
  change(settings.window);
  Object.assign(snapshot.by.ann.decision, {
    facts: { zones: ['America/New_York'], window: settings.window },
  });
  snapshot.by.ann.decision.decidedAtMs += byMs;
  snapshot.by.ann.decision.judgedAtMs += byMs;
}

export function fail(): never {
  throw new Error('the sample lacks what the test needs');
}
