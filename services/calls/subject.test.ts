import { describe, expect, test } from 'vitest';
import type { GateCounts, LeadRows, Workspace } from '#db/queries/gate.ts';
import { DEFAULT_ONE_OFF_CALL_SETTINGS } from '#domain/one-off-call.ts';
import { DEFAULT_SETTINGS } from '#domain/settings.ts';
import {
  callIdOf,
  dialTermsOf,
  factsBeside,
  isLogged,
  type LeadAttempt,
  leadFactsOf,
  type OneOffCall,
  termsOf,
} from './subject.ts';

const attempt: LeadAttempt = { kind: 'lead', campaignId: 'spring', leadId: 'ada', attempt: 2, line: 7 };

const rows = {
  campaign: {
    id: 'spring',
    name: 'Spring',
    status: 'running',
    agent_id: 'agent',
    phone_number_ids: ['pn_1', 'pn_2', 'pn_3'],
    next_pace_at: null,
  },
  lead: {
    id: 'ada',
    phone: '+12125550117',
    name: 'Ada',
    email: null,
    state: 'queued',
    zones: ['America/New_York'],
    variables: { plan: 'blue', name: 'from the list', history: 'from the list' },
  },
  version: 4,
  settings: { ...DEFAULT_SETTINGS, ringSeconds: 20, voicemail: 'leave_message' },
} as unknown as LeadRows;

const oneOff: OneOffCall = {
  kind: 'one_off',
  callId: 'call_1',
  phone: '+12125550117',
  agentId: 'agent',
  phoneNumberId: 'pn_9',
  variables: { plan: 'green', history: 'none' },
  overrides: { firstMessage: 'Hello.' },
  consent: null,
  actor: { id: 'key_1', role: 'operator' },
};

const workspace: Workspace = { lines: 10, timeZone: 'UTC', oneOffCalls: DEFAULT_ONE_OFF_CALL_SETTINGS };

const common = { voicemail_action: 'retry', history: 'Called yesterday.' };

describe("a lead's attempt", () => {
  test("is judged by its campaign's settings, in the lead's zones, and keeps their version", () => {
    expect(termsOf(attempt, rows, workspace)).toMatchObject({
      callId: 'ada.2',
      campaignId: 'spring',
      leadId: 'ada',
      attempt: 2,
      settings: rows.settings,
      settingsVersion: 4,
      zones: ['America/New_York'],
    });
  });

  test('has the same id and the same number however often it comes, and attempts are spread over the numbers', () => {
    const numberOf = (nth: number) => termsOf({ ...attempt, attempt: nth }, rows, workspace).phoneNumberId;
    expect(callIdOf(attempt)).toBe('ada.2');
    expect(numberOf(2)).toBe(numberOf(2));
    const used = new Set(Array.from({ length: 30 }, (_, nth) => numberOf(nth)));
    expect([...used].sort()).toEqual(['pn_1', 'pn_2', 'pn_3']);
  });

  test('cannot be judged without its rows, nor dialled without a number', () => {
    expect(() => termsOf(attempt, null, workspace)).toThrow('not locked');
    const without = { ...rows, campaign: { ...rows.campaign, phone_number_ids: [] } };
    expect(() => termsOf(attempt, without, workspace)).toThrow('no phone number');
  });

  test("its own variables give way to the product's", () => {
    const terms = dialTermsOf(termsOf(attempt, rows, workspace));
    expect(terms).toMatchObject({ ringSeconds: 20, voicemail: 'leave_message' });
    expect(terms.variables(common)).toEqual({ plan: 'blue', campaign: 'Spring', name: 'Ada', ...common });
  });

  test('is not logged while a rule passes within seconds', () => {
    const until = new Date();
    const logged = (rule: 'pace' | 'window') =>
      isLogged(attempt, { verdict: 'wait', rule, detail: '', until });
    expect([logged('pace'), logged('window')]).toEqual([false, true]);
    expect(factsBeside(attempt, [])).toEqual({});
  });
});

describe('a one-off call', () => {
  test("is judged by the workspace's rules, in the zones of its number, for no lead", () => {
    const terms = termsOf(oneOff, null, workspace);
    expect(terms).toMatchObject({
      callId: 'call_1',
      campaignId: null,
      leadId: null,
      attempt: 1,
      settingsVersion: null,
      zones: ['America/New_York'],
    });
    expect(terms.settings.caps).toEqual(DEFAULT_ONE_OFF_CALL_SETTINGS.caps);
    expect(leadFactsOf(terms, {} as GateCounts)).toBeNull();
  });

  test("keeps the holidays of its number's country, unless the workspace names others or none", () => {
    const holidaysUnder = (rules: Partial<Workspace['oneOffCalls']>) =>
      termsOf(oneOff, null, {
        ...workspace,
        oneOffCalls: { ...DEFAULT_ONE_OFF_CALL_SETTINGS, ...rules },
      }).settings.window.holidays;
    const { window } = DEFAULT_ONE_OFF_CALL_SETTINGS;
    expect(holidaysUnder({})).toBe('US');
    expect(holidaysUnder({ window: { ...window, holidays: 'GB' } })).toBe('GB');
    expect(holidaysUnder({ nationalHolidays: false })).toBeUndefined();
  });

  test('may replace any variable and what its agent allows', () => {
    const terms = dialTermsOf(termsOf(oneOff, null, workspace));
    expect(terms.overrides).toEqual({ firstMessage: 'Hello.' });
    expect(terms.variables(common)).toEqual({ voicemail_action: 'retry', plan: 'green', history: 'none' });
    expect(terms.whenNotPlaced).toBeUndefined();
  });

  test('is always logged, with its consent and every rule that holds', () => {
    const hold = { verdict: 'wait', rule: 'workspace_lines', detail: '', until: new Date() } as const;
    expect(isLogged(oneOff, hold)).toBe(true);
    expect(factsBeside(oneOff, [hold])).toEqual({ consent: 'requested', holds: ['workspace_lines'] });
    expect(factsBeside({ ...oneOff, consent: 'by mail' }, [])).toEqual({ consent: 'stated', holds: [] });
  });
});
