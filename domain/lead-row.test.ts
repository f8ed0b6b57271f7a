import { describe, expect, it } from 'vitest';
import { type LeadInput, normaliseLead } from './lead-row.ts';

const PHONE = '+14155550117';

function problemsOf(input: LeadInput): Record<string, string> {
  const result = normaliseLead(input);
  return result.ok ? {} : Object.fromEntries(result.errors.map(({ column, message }) => [column, message]));
}

describe('normaliseLead', () => {
  it('brings a full row into the stored form', () => {
    const result = normaliseLead(
      {
        phone: ' (212) 555-0117 ',
        name: ' Ada Example ',
        email: 'ada@example.test',
        company: 'Example Ltd',
        timeZone: 'us/pacific',
        region: 'CA',
        postalCode: '94105',
        consent: 'web form 2026-10-01',
        variables: { plan: ' gold ', empty: '  ' },
      },
      'US',
    );
    expect(result).toEqual({
      ok: true,
      lead: {
        phone: '+12125550117',
        country: 'US',
        name: 'Ada Example',
        email: 'ada@example.test',
        timeZone: 'America/Los_Angeles',
        region: 'CA',
        postalCode: '94105',
        consent: 'web form 2026-10-01',
        zones: ['America/Los_Angeles'],
        variables: { plan: 'gold', company: 'Example Ltd' },
      },
    });
  });

  it('needs the phone alone, and takes the zones from it', () => {
    const result = normaliseLead({ phone: '+12195550117', name: '  ' });
    expect(result.ok && result.lead).toEqual({
      phone: '+12195550117',
      country: 'US',
      name: null,
      email: null,
      timeZone: null,
      region: null,
      postalCode: null,
      consent: null,
      zones: expect.arrayContaining(['America/Chicago', 'America/New_York']),
      variables: {},
    });
  });

  it('reports every problem of a row at once', () => {
    const problems = problemsOf({
      phone: 'none',
      name: 'n'.repeat(201),
      email: 'ada@example',
      timeZone: 'Mars/Olympus',
      region: 'C\0A',
      variables: { note: 'x'.repeat(2_001), [`k${'e'.repeat(64)}`]: 'v' },
    });
    expect(Object.keys(problems).sort()).toEqual(
      [
        'email',
        'name',
        'phone',
        'region',
        'timeZone',
        'variables.note',
        `variables.k${'e'.repeat(63)}`,
      ].sort(),
    );
    expect(problems.name).toMatch(/200/);
    expect(problems.region).toMatch(/NUL/);
  });

  it('keeps what just fits', () => {
    const variables = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [`v${index}`, 'x'.repeat(2_000)]),
    );
    expect(problemsOf({ phone: PHONE, name: 'n'.repeat(200), variables })).toEqual({});
    expect(problemsOf({ phone: PHONE, variables, company: 'one more' })).toEqual({
      variables: expect.stringMatching(/51 variables/),
    });
  });

  it.each(['a@b', 'a b@example.test', '@example.test', 'a@example..test', 'a@b@example.test', 'a@.test'])(
    'refuses the e-mail address %j',
    (email) => {
      expect(problemsOf({ phone: PHONE, email })).toHaveProperty('email');
    },
  );

  it('refuses what PostgreSQL or JavaScript would mangle', () => {
    expect(problemsOf({ phone: PHONE, name: 'half \ud800' })).toHaveProperty('name');
    const variables = JSON.parse('{"__proto__": "x"}');
    expect(problemsOf({ phone: PHONE, variables })).toHaveProperty(['variables.__proto__']);
  });

  it('does not let the company replace a variable of that name', () => {
    const result = normaliseLead({ phone: PHONE, company: 'Column', variables: { company: 'Variable' } });
    expect(result.ok && result.lead.variables).toEqual({ company: 'Variable' });
  });
});
