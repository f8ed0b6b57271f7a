import { type Config, loadConfig } from '#config/config.ts';
import { AGENTS } from '#simulator/fleet.ts';

/** Nobody listens there: port 1 of the loopback interface. */
const NOWHERE = '127.0.0.1:1';

/**
 * A whole configuration as the product would load it, from a few variables. What is not given points to where
 * nobody answers.
 */
export function testConfig(env: Record<string, string>, overrides: Partial<Config> = {}): Config {
  return {
    ...loadConfig({
      DATABASE_URL: `postgres://${NOWHERE}/none`,
      TEMPORAL_ADDRESS: NOWHERE,
      TEMPORAL_TASK_QUEUE: 'none',
      ELEVENLABS_API_KEY: 'simulated',
      ELEVENLABS_AGENT_ID: AGENTS[0]?.agentId ?? '',
      ELEVENLABS_WEBHOOK_SECRET: 'wsec_test',
      LOG_LEVEL: 'silent',
      ...env,
    }),
    ...overrides,
  };
}
