import { describe, expect, it } from 'vitest';
import { describePlan, planStack } from './stack-plan.ts';

describe('planStack', () => {
  it('embeds and simulates everything that no variable sets', () => {
    expect(planStack({}, false)).toEqual({
      database: 'embedded',
      temporal: 'embedded',
      elevenLabs: 'simulated',
      twilio: 'simulated',
      mail: 'simulated',
    });
  });

  it('uses what the variables set', () => {
    const env = {
      DATABASE_URL: 'postgres://db.example/x',
      TEMPORAL_ADDRESS: 'temporal.example:7233',
      ELEVENLABS_API_KEY: 'key',
      TWILIO_ACCOUNT_SID: 'AC1',
      SMTP_URL: 'smtp://mail.example',
    };
    expect(new Set(Object.values(planStack(env, false)))).toEqual(new Set(['configured']));
  });

  it('simulates neither Twilio nor mail beside a real ElevenLabs', () => {
    const plan = planStack({ ELEVENLABS_API_KEY: 'key' }, false);
    expect([plan.twilio, plan.mail]).toEqual(['missing', 'missing']);
  });

  it('ignores provider keys when everything must be simulated', () => {
    const env = { ELEVENLABS_API_KEY: 'key', TWILIO_ACCOUNT_SID: 'AC1', SMTP_URL: 'smtp://mail.example' };
    const plan = planStack(env, true);
    expect([plan.elevenLabs, plan.twilio, plan.mail]).toEqual(['simulated', 'simulated', 'simulated']);
  });

  it('counts an empty variable as unset', () => {
    expect(planStack({ DATABASE_URL: '' }, false).database).toBe('embedded');
  });
});

describe('describePlan', () => {
  it('names the source of every part', () => {
    const lines = describePlan(planStack({ ELEVENLABS_API_KEY: 'key' }, false)).join('\n');
    expect(lines).toMatch(/database +embedded/);
    expect(lines).toMatch(/Temporal +embedded/);
    expect(lines).toMatch(/ElevenLabs +as set in ELEVENLABS_API_KEY/);
    expect(lines).toMatch(/Twilio +not configured/);
    expect(lines).toMatch(/mail +not configured/);
  });
});
