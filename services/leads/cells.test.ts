import { describe, expect, test } from 'vitest';
import { neutralise, restore } from './cells.ts';

describe('fault 17: cells that begin with = + - @ tab or return', () => {
  test.each([
    '=1+1',
    '+1+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '=HYPERLINK("http://x.invalid","x")',
    '+14155550117,=1',
    "'=1",
    "''=1",
  ])('%j is text, and comes back as it was', (cell) => {
    const safe = neutralise(cell);
    expect(safe).toMatch(/^'/);
    expect(restore(safe)).toBe(cell);
  });

  test.each(['+14155550117', '+447700900123', 'Ada', "O'Neill", "'t Hooft", '', 'a=b', '1-2', "'"])(
    '%j stays as it is, both ways',
    (cell) => {
      expect(neutralise(cell)).toBe(cell);
      expect(restore(cell)).toBe(cell);
    },
  );
});
