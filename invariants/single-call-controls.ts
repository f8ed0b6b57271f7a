import { fail, type SampleSnapshot } from './sample-snapshot.ts';

/** By what is spoilt: how, and what must be said of it. */
export type Controls = Record<string, [spoil: (snapshot: SampleSnapshot) => void, words: RegExp]>;

/** Those of the call outside of campaigns, by the invariant that must notice. */
export const singleCallControls: Record<'I3' | 'I4' | 'I5' | 'I6', Controls> = {
  I3: {
    'a call outside of campaigns by other hours than its own': [
      (s) => {
        const days = {
          ...(s.singleCalls.get('eve') ?? fail()).window.days,
          wed: [['16:00', '19:00']] as [string, string][],
        };
        Object.assign(s.singleCalls.get('eve') ?? fail(), { window: { timeZone: 'lead', days } });
      },
      /eve names another window than its settings/,
    ],
  },
  I4: {
    'a call outside of campaigns that nobody closed': [
      (s) => {
        s.by.eve.call.concludedAtMs = null;
        s.workflows.set('call/eve', 'open');
      },
      /eve, of no campaign, is not concluded/,
    ],
  },
  I5: {
    'a call outside of campaigns that is over while its workflow goes on': [
      (s) => s.workflows.set('call/eve', 'open'),
      /eve is concluded and its workflow is open/,
    ],
    'a call outside of campaigns with another end than the network tells': [
      (s) => {
        s.by.eve.call.reach = 'busy';
      },
      /eve is busy, the network says answered/,
    ],
  },
  I6: {
    'a call outside of campaigns too soon after a campaign called': [
      (s) => {
        s.by.eve.call.phone = s.by.eve.dial.to = s.by.eve.decision.phone = s.by.ben.dial.to;
        for (const key of ['startedAtMs', 'deadlineAtMs'] as const) s.by.eve.call[key] += 120_000;
        for (const key of ['receivedAtMs', 'startedAtMs', 'endedAtMs'] as const)
          s.by.eve.dial[key] = (s.by.eve.dial[key] ?? 0) + 120_000;
        s.by.eve.decision.decidedAtMs += 120_000;
      },
      /eve came 130000 ms after call ben\.1/,
    ],
  },
};
