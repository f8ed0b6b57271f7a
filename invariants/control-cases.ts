import type { Invariant } from './judge.ts';
import { type Controls, oneOffCallControls } from './one-off-call-controls.ts';
import { again, fail, finish, NOON_MS, shutAt } from './sample-snapshot.ts';

/** Each spoils a snapshot in one way. Exactly the named invariant must report it, in these words. */
export const controls: Record<Invariant, Controls> = {
  I1: {
    'a second request for one attempt, though it was refused': [
      (s) => s.dials.push({ ...s.by.ann.dial, accepted: false, answer: 'server_error' }),
      /ann\.1 was dialled 2 times/,
    ],
    'a request without an attempt': [
      (s) => s.dials.push({ ...s.by.ann.dial, attemptId: null, accepted: false }),
      /named no attempt/,
    ],
    'a phone that rang without a call row': [
      (s) => {
        s.calls = s.calls.filter(({ id }) => id !== 'cy.1');
        Object.assign(s.totals[0] ?? {}, { calls: 2, unknown: 0 });
      },
      /cy\.1 rang a phone and has no call row/,
    ],
    'one contact in two calls at once': [
      (s) => {
        s.by.ben.call.phone = s.by.ben.dial.to = s.by.ben.decision.phone = s.by.ann.dial.to;
        Object.assign(s.settings[0]?.settings.caps ?? {}, { minGapSeconds: 0 });
      },
      /in 2 calls at once/,
    ],
  },
  I2: {
    'a dial received after an opt-out that did not name it': [
      (s) => {
        const createdAtMs = s.by.ben.dial.receivedAtMs;
        s.optOuts.push({ phone: s.by.ben.dial.to, createdAtMs, inFlight: ['ann.1'] });
      },
      /ben\.1 reached the network at .* after the opt-out/,
    ],
    'a dial named by the opt-out, and held up on its way for seconds': [
      (s) => {
        const createdAtMs = s.by.ben.decision.decidedAtMs + 10;
        s.optOuts.push({ phone: s.by.ben.dial.to, createdAtMs, inFlight: ['ben.1'] });
        s.by.ben.dial.receivedAtMs = createdAtMs + 2_000;
      },
      /ben\.1 was dialled 2010 ms after it was permitted/,
    ],
    'a dial received during a pause that did not name it': [
      (s) =>
        s.statusEvents.push(
          { campaignId: 'c1', type: 'campaign.paused', atMs: NOON_MS + 5_010, inFlight: ['ann.1'] },
          { campaignId: 'c1', type: 'campaign.resumed', atMs: NOON_MS + 6_000, inFlight: [] },
        ),
      /ben\.1 reached the network at .* while its campaign was halted/,
    ],
    'a dial received after the stop': [
      (s) =>
        s.statusEvents.push({
          campaignId: 'c1',
          type: 'campaign.stopped',
          atMs: NOON_MS + 9_000,
          inFlight: ['ben.1'],
        }),
      /cy\.1 reached the network/,
    ],
    'a dial that was sent too late': [
      (s) => {
        s.by.ann.dial.receivedAtMs += 4_000;
      },
      /ann\.1 was dialled 4020 ms after/,
    ],
    'a dial before its decision': [
      (s) => {
        s.by.ann.dial.receivedAtMs = NOON_MS - 1;
      },
      /ann\.1 was dialled before/,
    ],
    'a pause without an event': [
      (s) => Object.assign(s.campaigns[0] ?? {}, { status: 'paused' }),
      /no event has the time/,
    ],
  },
  I3: {
    ...oneOffCallControls.I3,
    'no go decision': [
      (s) => {
        s.goDecisions = s.goDecisions.filter(({ attemptId }) => attemptId !== 'ann.1');
      },
      /ann\.1 was dialled without a go decision/,
    ],
    'a margin that reaches beyond the hours': [
      // The window closes five seconds after the decision on this attempt.
      (s) => {
        shutAt(s, (window) => Object.assign(window.days, { wed: [['11:00', '12:01']] }), 0);
        for (const { decision, dial } of [s.by.ann]) {
          decision.decidedAtMs = decision.judgedAtMs = NOON_MS + 55_000;
          dial.receivedAtMs = NOON_MS + 55_020;
        }
      },
      /ann\.1 was to ring at .* outside the hours/,
    ],
    'a number other than the one decided on': [
      (s) => {
        s.by.ann.decision.phone = '+12125550199';
      },
      /ann\.1 was dialled to a number other than/,
    ],
    'a zone in which it is night': [
      (s) => Object.assign(s.by.ann.decision.facts, { zones: ['America/New_York', 'Asia/Tokyo'] }),
      /ann\.1 was permitted at .* outside the hours in Asia\/Tokyo/,
    ],
    'no zone at all': [
      (s) => Object.assign(s.by.ann.decision.facts, { zones: [] }),
      /ann\.1 was dialled with no zone known/,
    ],
    'a decision that names no window': [
      (s) => Reflect.deleteProperty(s.by.ann.decision.facts, 'window'),
      /ann\.1 names no zones and window/,
    ],
    "a window other than the settings'": [
      (s) =>
        Object.assign(s.by.ann.decision.facts, {
          window: { timeZone: 'lead', days: { wed: [['00:00', '24:00']] } },
        }),
      /ann\.1 names a window other than/,
    ],
    'settings that do not exist': [
      (s) => Object.assign(s.by.ann.decision, { settingsVersion: 9 }),
      /ann\.1 names a window other than its settings' \(version 9\)/,
    ],
    'a dial that arrives after the hours': [
      (s) => shutAt(s, (window) => Object.assign(window.days, { wed: [['11:00', '12:00']] }), -10),
      /ann\.1 was dialled at .* outside the hours/,
    ],
    'a holiday': [
      (s) => {
        shutAt(s, (window) => Object.assign(window, { holidays: 'US-NY' }), 0);
        s.holidays.set('US-NY', new Set(['2026-11-18']));
      },
      /ann\.1 was permitted/,
    ],
  },
  I4: {
    ...oneOffCallControls.I4,
    'an unknown call that is not on the attention list': [
      (s) => {
        s.attention = [];
      },
      /cy\.1 is unknown and not on the attention list/,
    ],
    'a call open past its deadline': [
      (s) => {
        Object.assign(s.by.cy.call, { status: 'in_progress', reach: null, concludedAtMs: null });
        Object.assign(s.totals[0] ?? {}, { unknown: 0 });
      },
      /cy\.1 is open \d+ ms past its deadline/,
    ],
    'a call concluded without a reach': [
      (s) => {
        Object.assign(s.by.cy.call, { status: 'in_progress', reach: null });
        Object.assign(s.totals[0] ?? {}, { unknown: 0 });
      },
      /cy\.1 is concluded without a reach/,
    ],
    'a campaign that ends with a call unconcluded': [
      (s) => {
        finish(s);
        s.by.ann.call.concludedAtMs = null;
      },
      /ann\.1 is not concluded though its campaign is over/,
    ],
  },
  I5: {
    ...oneOffCallControls.I5,
    'a call with a reach though no phone rang': [
      (s) => {
        s.by.ben.dial.accepted = false;
        s.by.ben.call.conversationId = null;
      },
      /ben\.1 is no_answer though no phone rang/,
    ],
    'a call counted as not placed though a phone rang': [
      (s) => {
        s.by.ben.call.reach = 'not_placed';
        Object.assign(s.totals[0] ?? {}, { no_answer: 0, not_placed: 1 });
      },
      /ben\.1 counts as not placed/,
    ],
    'another conversation': [
      (s) => {
        s.by.ann.call.conversationId = 'conv-other';
      },
      /ann\.1 has conversation conv-other/,
    ],
    'another reach': [
      (s) => {
        s.by.ben.dial.reach = 'busy';
      },
      /ben\.1 is no_answer, the network says busy/,
    ],
    'a call that ended only in the database': [
      (s) => {
        s.by.ben.dial.reach = null;
      },
      /the network says in flight/,
    ],
    'a total that is off by one': [
      (s) => Object.assign(s.totals[0] ?? {}, { conversions: 2 }),
      /conversions is kept as 2 and counts 1/,
    ],
    'totals of a day without calls': [
      (s) => s.totals.push({ ...(s.totals[0] ?? fail()), day: '2026-11-17' }),
      /2026-11-17: calls is kept as 3 and counts 0/,
    ],
    'a finished lead with an open workflow': [
      (s) => s.workflows.set('lead/ann', 'open'),
      /ann is finished and its workflow is open/,
    ],
    'a called lead that Temporal never saw': [
      (s) => s.workflows.delete('lead/ann'),
      /ann was called and has no workflow/,
    ],
    'a waiting lead with a closed workflow': [
      (s) => s.workflows.set('lead/dee', 'closed'),
      /dee is waiting and its workflow is closed/,
    ],
    'a completed campaign with an open workflow': [
      (s) => {
        finish(s);
        s.workflows.set('campaign/c1', 'open');
      },
      /c1 is completed and its workflow is open/,
    ],
  },
  I6: {
    ...oneOffCallControls.I6,
    'more calls at once than lines': [
      (s) => Object.assign(s.settings[0]?.settings ?? {}, { lines: 2 }),
      /c1 had 3 calls at once/,
    ],
    'more calls at once than the workspace has lines': [
      (s) => {
        s.workspaceLines = 2;
      },
      /the workspace had 4 calls at once/,
    ],
    'decisions closer than the pace': [
      (s) => Object.assign(s.settings[0]?.settings ?? {}, { callsPerSecond: 0.19 }),
      /ann\.1 and ben\.1 were permitted 5000\.0 ms apart/,
    ],
    'a second call within the gap': [(s) => again(s, 60_000), /ben\.2 came 60000 ms after call ben\.1/],
    'more calls a day than the cap': [
      (s) => {
        again(s, 700_000);
        Object.assign(s.settings[0]?.settings.caps ?? {}, { perDay: 1 });
      },
      /ben\.2 was the contact's 2\. within a day/,
    ],
    'more calls a week than the cap': [
      (s) => {
        again(s, 2 * 86_400_000);
        Object.assign(s.settings[0]?.settings.caps ?? {}, { perWeek: 1 });
      },
      /ben\.2 was the contact's 2\. within a week/,
    ],
    'more attempts than allowed': [
      (s) => {
        again(s, 700_000);
        Object.assign(s.settings[0]?.settings ?? {}, { maxAttempts: 1 });
      },
      /ben was called 2 times/,
    ],
    'a second call beyond the attempts, of which one was promised': [
      (s) => {
        again(s, 700_000);
        Object.assign(s.calls.at(-1) ?? {}, { id: 'ben.3' });
        Object.assign(s.goDecisions.at(-1) ?? {}, { attemptId: 'ben.3' });
        Object.assign(s.dials.at(-1) ?? {}, { attemptId: 'ben.3' });
        again(s, 1_400_000);
        Object.assign(s.totals[0] ?? {}, { calls: 5, no_answer: 3 });
        Object.assign(s.settings[0]?.settings ?? {}, { maxAttempts: 1 });
        s.by.ben.call.promisedOneMore = true;
      },
      /ben was called 3 times, 2 are allowed/,
    ],
    'a call that the spend limit leaves no room for': [
      (s) => Object.assign(s.settings[0]?.settings ?? {}, { spendLimitCents: 10 }),
      /c1 spent 12\.5 cents with attempt ann\.1, of 10 and at most 10/,
    ],
    'a call beside one whose estimate was wrong': [
      (s) => {
        Object.assign(s.settings[0]?.settings ?? {}, { spendLimitCents: 10 });
        s.by.ann.call.reservedCents = 5;
        Object.assign(s.by.ben.call, { reservedCents: 8 });
        s.by.ben.dial.chargedCents = 8;
      },
      /c1 spent 20\.5 cents with attempt ben\.1, of 10 and at most 17\.5/,
    ],
  },
  I7: {
    'an imported row without a lead': [
      (s) => {
        s.leads.pop();
      },
      /c1 took 4 leads and has 3/,
    ],
    'a lead that is finished without an outcome': [
      (s) => Object.assign(s.leads[0] ?? {}, { outcome: null }),
      /ann is finished without an outcome/,
    ],
    'a lead that waits without a time': [
      (s) => Object.assign(s.leads[3] ?? {}, { notBeforeMs: null }),
      /dee is waiting without a time/,
    ],
    'a lead with a line without a workflow': [
      (s) => {
        Object.assign(s.leads[1] ?? {}, { state: 'queued' });
        s.workflows.delete('lead/ben');
      },
      /ben is queued and has no open workflow/,
    ],
    'a running campaign without a workflow': [
      (s) => s.workflows.set('campaign/c1', 'closed'),
      /c1 is running and has no open workflow/,
    ],
    'a lead left waiting by a completed campaign': [
      (s) => {
        finish(s);
        Object.assign(s.leads[3] ?? {}, { state: 'waiting', outcome: null });
      },
      /dee is waiting though its campaign is completed/,
    ],
  },
};
