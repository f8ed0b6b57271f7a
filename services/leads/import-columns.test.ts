import { describe, expect, it } from 'vitest';
import { ImportHeaderError, planColumns } from './import-columns.ts';

function problemsOf(headers: string[], mapping?: Record<string, string>): string[] {
  try {
    planColumns(headers, mapping);
  } catch (error) {
    if (error instanceof ImportHeaderError) return error.problems;
    throw error;
  }
  return [];
}

/** `field` or `=variable` for each column. */
function planOf(headers: string[], mapping?: Record<string, string>): string[] {
  return planColumns(headers, mapping).map((column) =>
    column.kind === 'field' ? column.field : `=${column.name}`,
  );
}

describe('planColumns', () => {
  it('recognises the usual names in any case, order and spelling', () => {
    expect(
      planOf(['ZIP', 'E-Mail', 'Time Zone', 'Full_Name', 'MOBILE', 'Organisation', 'State', 'opt-in']),
    ).toEqual(['postal_code', 'email', 'time_zone', 'name', 'phone', 'company', 'region', 'consent']);
  });

  it('makes variables of all other columns, under their own name or their place', () => {
    expect(planOf(['phone', ' Plan Name ', '', 'Mobile'])).toEqual([
      'phone',
      '=Plan Name',
      '=column_3',
      '=Mobile',
    ]);
  });

  it('prefers the plainest name when several columns fit', () => {
    expect(planOf(['tel', 'mobile', 'phone'])).toEqual(['=tel', '=mobile', 'phone']);
  });

  it('lets a mapping decide before names do', () => {
    expect(planOf(['phone', 'Handy', 'Secret'], { handy: 'Phone', Secret: 'ignore' })).toEqual([
      '=phone',
      'phone',
      'ignore',
    ]);
  });

  it('keeps a column for the agent where a mapping says so, whatever its name', () => {
    expect(planOf(['phone', 'State', 'Email'], { State: 'variable', Email: 'variable' })).toEqual([
      'phone',
      '=State',
      '=Email',
    ]);
  });

  it('reports everything wrong with a mapping and a header at once', () => {
    const problems = problemsOf(['a', 'A', 'b', 'c'], {
      missing: 'name',
      b: 'shoe_size',
      c: 'email',
      a: 'email',
    });
    expect(problems).toEqual([
      expect.stringMatching(/"A" occurs more than once/),
      expect.stringMatching(/"missing", which the file does not have/),
      expect.stringMatching(/unknown field "shoe_size"/),
      expect.stringMatching(/more than one column for "email"/),
      expect.stringMatching(/no column holds the phone number/),
    ]);
  });

  it('refuses more columns than a list of people has, and names no variable can have', () => {
    expect(problemsOf(['phone', ...Array.from({ length: 200 }, (_, index) => `c${index}`)])).toEqual([
      expect.stringMatching(/201 columns/),
    ]);
    expect(problemsOf(['phone', '__proto__', 'n'.repeat(65)])).toHaveLength(2);
  });
});
