import { describe, expect, it } from 'vitest';
import { instantsAtWall, wallMsAt } from './zone-clock.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const at = (iso: string): number => Date.parse(iso);

/** The clock as Intl shows it, independent of how the module under test finds offsets. */
function intlClock(zone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (atMs) => {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = format
      .format(atMs)
      .split(/\D+/)
      .map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, second) + (((atMs % 1_000) + 1_000) % 1_000);
  };
}

describe('wallMsAt', () => {
  it('agrees with Intl in every zone, each day of a leap year and to the millisecond at each change', () => {
    const first = at('2028-01-01T12:00:00Z');
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      const clock = intlClock(zone);
      let offsetMs = clock(first) - first;
      for (let dayMs = first; dayMs < first + 366 * DAY_MS; dayMs += DAY_MS) {
        const wallMs = clock(dayMs);
        expect(wallMsAt(zone, dayMs), `${zone} at ${new Date(dayMs).toISOString()}`).toBe(wallMs);
        if (wallMs - dayMs === offsetMs) continue;
        let before = dayMs - DAY_MS;
        let after = dayMs;
        while (after - before > 1) {
          const middle = Math.floor((before + after) / 2);
          if (clock(middle) - middle === offsetMs) before = middle;
          else after = middle;
        }
        for (const edge of [before, after]) {
          expect(wallMsAt(zone, edge), `${zone} at ${new Date(edge).toISOString()}`).toBe(clock(edge));
        }
        offsetMs = wallMs - dayMs;
      }
    }
  }, 60_000);
});

describe('instantsAtWall', () => {
  it('gives one instant on an ordinary day', () => {
    const instant = at('2026-07-01T14:00:00Z');
    expect(instantsAtWall('America/New_York', at('2026-07-01T10:00:00Z'))).toEqual({
      firstMs: instant,
      lastMs: instant,
    });
  });

  it('gives both instants of an hour that comes twice', () => {
    const { firstMs, lastMs } = instantsAtWall('America/New_York', at('2026-11-01T01:30:00Z'));
    expect(firstMs).toBe(at('2026-11-01T05:30:00Z'));
    expect(lastMs).toBe(firstMs + HOUR_MS);
  });

  it('gives the jump for a time that is skipped, be it an hour or a whole day', () => {
    const spring = at('2026-03-08T07:00:00Z');
    expect(instantsAtWall('America/New_York', at('2026-03-08T02:30:00Z'))).toEqual({
      firstMs: spring,
      lastMs: spring,
    });
    const dateLine = at('2011-12-30T10:00:00Z');
    expect(instantsAtWall('Pacific/Apia', at('2011-12-30T12:00:00Z'))).toEqual({
      firstMs: dateLine,
      lastMs: dateLine,
    });
  });

  it('refuses an unknown zone', () => {
    expect(() => wallMsAt('Mars/Olympus', 0)).toThrow(RangeError);
  });
});
