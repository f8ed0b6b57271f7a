import type { AgentDetail } from '#providers/ports.ts';

/** An agent whose prompt and first message a call may change, and nothing else. */
export const ADA: AgentDetail = {
  agentId: 'agent_ada',
  name: 'Ada',
  firstMessage: null,
  prompt: null,
  language: 'en',
  voiceId: null,
  llm: null,
  maxCallSeconds: null,
  overrides: {
    prompt: true,
    firstMessage: true,
    language: false,
    voice: false,
    stability: false,
    speed: false,
    similarityBoost: false,
    textOnly: false,
    maxCallSeconds: false,
  },
  dataCollection: [],
  criteria: [],
  phoneNumberIds: [],
  concurrencyLimit: null,
  monitoringEnabled: null,
};
