import { expect, test } from 'vitest';
import { ConfigError, loadConfig } from './config.ts';

const complete = {
  DATABASE_URL: 'postgres://someone@localhost/ringleader',
  TEMPORAL_ADDRESS: 'localhost:7233',
  ELEVENLABS_API_KEY: 'key',
  ELEVENLABS_WEBHOOK_SECRET: 'old, new',
};

test('fills in defaults and turns seconds into milliseconds', () => {
  const config = loadConfig(complete);
  expect(config).toMatchObject({
    port: 3000,
    twilio: null,
    temporal: { namespace: 'default', tls: false },
    timeouts: { dialTimeoutMs: 30_000, pollAfterMs: 90_000, pollEveryMs: 30_000, reconcileForMs: 180_000 },
  });
  expect(config.elevenLabs.webhookSecrets).toEqual(['old', 'new']);
});

test('an API key for Temporal turns TLS on, unless TLS is set', () => {
  expect(loadConfig({ ...complete, TEMPORAL_API_KEY: 'k' }).temporal.tls).toBe(true);
  expect(loadConfig({ ...complete, TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'false' }).temporal.tls).toBe(false);
});

test('refuses to look for a lost dial too briefly, but in a network on this machine', () => {
  const problems = (env: Record<string, string>) => {
    try {
      loadConfig({ ...complete, RECONCILE_FOR_SECONDS: '59.9', ...env });
      return [];
    } catch (error) {
      return error instanceof ConfigError ? error.problems : [];
    }
  };
  expect(problems({})).toEqual([
    expect.stringMatching(/^RECONCILE_FOR_SECONDS must be at least 60, .* dialled a second time$/),
  ]);
  expect(problems({ ELEVENLABS_BASE_URL: 'https://api.eu.elevenlabs.io' })).toHaveLength(1);
  expect(problems({ ELEVENLABS_BASE_URL: 'http://127.0.0.1.example.com' })).toHaveLength(1);
  for (const baseUrl of ['http://127.0.0.1:4000/x', 'http://localhost:1', 'http://[::1]:1'])
    expect(problems({ ELEVENLABS_BASE_URL: baseUrl })).toEqual([]);
  expect(problems({ RECONCILE_FOR_SECONDS: '60' })).toEqual([]);
});

test('names every problem at once', () => {
  const wrong = {
    DATABASE_URL: 'mysql://x',
    PORT: '99999',
    DIAL_TIMEOUT_SECONDS: 'soon',
    TWILIO_ACCOUNT_SID: 'AC1',
  };
  const problems = (() => {
    try {
      loadConfig(wrong);
      return [];
    } catch (error) {
      return error instanceof ConfigError ? error.problems.map((line) => line.split(' ')[0]).sort() : [];
    }
  })();
  expect(problems).toEqual([
    'DATABASE_URL',
    'DIAL_TIMEOUT_SECONDS',
    'ELEVENLABS_API_KEY',
    'ELEVENLABS_WEBHOOK_SECRET',
    'PORT',
    'TEMPORAL_ADDRESS',
    'TWILIO_ACCOUNT_SID',
  ]);
});
