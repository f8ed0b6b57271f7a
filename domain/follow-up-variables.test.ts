import { expect, test } from 'vitest';
import { followUpVariables } from './follow-up-variables.ts';

const lead = {
  name: 'Ada Lovelace',
  email: null,
  phone: '+12025550117',
  variables: { company: 'Engines', name: 'not this one', plan: 'gold' },
};
const call = { reach: 'answered', disposition: 'converted', summary: null } as const;

test('a template may name the lead, its variables, the call and what was collected, as far as it is known', () => {
  const variables = followUpVariables({
    lead,
    campaign: 'Spring',
    call,
    collected: { size: 3, sure: true, note: null, list: [1] },
    meeting: null,
  });
  expect(variables).toEqual({
    name: 'Ada Lovelace',
    first_name: 'Ada',
    phone: '+12025550117',
    company: 'Engines',
    plan: 'gold',
    campaign: 'Spring',
    reach: 'answered',
    disposition: 'converted',
    collected: { size: 3, sure: true },
  });
});

test('a meeting is told on the clock of its zone', () => {
  const startsAt = new Date('2026-12-01T20:30:00Z');
  const meeting = { startsAt, endsAt: startsAt, timeZone: 'America/New_York' };
  expect(followUpVariables({ lead, campaign: 'Spring', call, collected: {}, meeting }).meeting).toEqual({
    date: 'Tuesday, December 1, 2026',
    time: '3:30 PM EST',
    time_zone: 'America/New_York',
    starts_at: '2026-12-01T20:30:00.000Z',
  });
});
