import { describe, expect, test } from 'vitest';
import { controls } from './control-cases.ts';
import { INVARIANTS, judge } from './judge.ts';
import { finish, sampleSnapshot } from './sample-snapshot.ts';

describe('the invariants', () => {
  test('all hold in a correct run', () => {
    const broken = INVARIANTS.flatMap((invariant) => judge(sampleSnapshot())[invariant].violations);
    expect(broken).toEqual([]);
  });

  test('all hold once that run has ended', () => {
    const snapshot = sampleSnapshot();
    finish(snapshot);
    expect(INVARIANTS.flatMap((invariant) => judge(snapshot)[invariant].violations)).toEqual([]);
  });

  for (const invariant of INVARIANTS) {
    test.each(Object.entries(controls[invariant]))(
      `${invariant} alone fails on %s`,
      (_name, [spoil, words]) => {
        const snapshot = sampleSnapshot();
        spoil(snapshot);
        const verdict = judge(snapshot);
        const failing = INVARIANTS.filter((each) => !verdict[each].holds);
        expect({ failing, violations: verdict[invariant].violations.join('\n') }).toEqual({
          failing: [invariant],
          violations: expect.stringMatching(words),
        });
      },
    );
  }

  test('a dial that was held up beyond the reach of the product is judged by when it may have been sent', () => {
    const snapshot = sampleSnapshot();
    const { dial, decision } = snapshot.by.ann;
    dial.receivedAtMs = decision.decidedAtMs + 9_000;
    expect(judge(snapshot).I2.violations).toEqual([expect.stringMatching(/dialled 9000 ms after/)]);
    snapshot.heldUp.push({ startMs: decision.decidedAtMs + 500, endMs: decision.decidedAtMs + 8_900 });
    expect(judge(snapshot).I2.violations).toEqual([]);
    snapshot.heldUp.splice(0, 1, {
      startMs: decision.decidedAtMs + 2_500,
      endMs: decision.decidedAtMs + 8_900,
    });
    expect(judge(snapshot).I2.violations).toEqual([expect.stringMatching(/dialled 2500 ms after/)]);
  });

  test('a decision that a slow database committed late may be followed by a later dial, but by none after an opt-out', () => {
    const snapshot = sampleSnapshot();
    const { dial, decision } = snapshot.by.ann;
    dial.receivedAtMs = decision.decidedAtMs + 3_000;
    snapshot.slowCommits.push({ startMs: decision.decidedAtMs + 100, endMs: decision.decidedAtMs + 2_500 });
    expect(judge(snapshot).I2.violations).toEqual([]);
    snapshot.optOuts.push({ phone: dial.to, createdAtMs: decision.decidedAtMs + 2_900, inFlight: [] });
    expect(judge(snapshot).I2.violations).toEqual([expect.stringMatching(/after the opt-out/)]);
    snapshot.optOuts.pop();
    snapshot.slowCommits.splice(0, 1, {
      startMs: decision.decidedAtMs - 900,
      endMs: decision.decidedAtMs - 100,
    });
    expect(judge(snapshot).I2.violations).toEqual([expect.stringMatching(/dialled 3000 ms after/)]);
  });

  test('names no phone number', () => {
    for (const spoils of Object.values(controls)) {
      for (const [spoil] of Object.values(spoils)) {
        const snapshot = sampleSnapshot();
        spoil(snapshot);
        expect(JSON.stringify(judge(snapshot))).not.toMatch(/\+\d{7}/);
      }
    }
  });

  test('cuts a long list and gives the number left out', () => {
    const snapshot = sampleSnapshot();
    const [adrift] = snapshot.leads.filter(({ state }) => state === 'backing_off');
    if (adrift === undefined) throw new Error('no lead of the sample backs off');
    for (let index = 0; index < 50; index += 1)
      snapshot.leads.push({ ...adrift, id: `x${index}`, state: 'queued' });
    const { violations } = judge(snapshot).I7;
    expect(violations).toHaveLength(21);
    expect(violations.at(-1)).toBe('and 31 more');
  });

  test('ignores campaigns outside its scope', () => {
    const snapshot = sampleSnapshot();
    snapshot.attention = [];
    snapshot.scope = new Set(['another']);
    expect(judge(snapshot).I4.holds).toBe(true);
  });
});
