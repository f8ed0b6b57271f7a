import { fail, type SampleSnapshot } from './sample-snapshot.ts';

/** By the defect: how to make it, and the words that must report it. */
export type Controls = Record<string, [spoil: (snapshot: SampleSnapshot) => void, words: RegExp]>;

/** Defects of the one-off call, by the invariant that must report them. */
export const oneOffCallControls: Record<'I3' | 'I4' | 'I5' | 'I6', Controls> = {
  I3: {
    'a one-off call by hours other than its own': [
      (s) => {
        const days = {
          ...(s.oneOffCalls.get('eve') ?? fail()).window.days,
          wed: [['16:00', '19:00']] as [string, string][],
        };
        Object.assign(s.oneOffCalls.get('eve') ?? fail(), { window: { timeZone: 'lead', days } });
      },
      /eve names a window other than its settings/,
    ],
  },
  I4: {
    'a one-off call that stays open': [
      (s) => {
        s.by.eve.call.concludedAtMs = null;
        s.workflows.set('call/eve', 'open');
      },
      /one-off call eve is not concluded/,
    ],
  },
  I5: {
    'a concluded one-off call with an open workflow': [
      (s) => s.workflows.set('call/eve', 'open'),
      /eve is concluded and its workflow is open/,
    ],
    'a one-off call with an end other than the network has': [
      (s) => {
        s.by.eve.call.reach = 'busy';
      },
      /eve is busy, the network says answered/,
    ],
  },
  I6: {
    "a one-off call too soon after a campaign's call": [
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
