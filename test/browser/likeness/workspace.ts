import type {
  Agent,
  AgentDetail,
  AgentVersion,
  ApiKey,
  Attention,
  Comparison,
  Me,
  NumberHealth,
  OptOut,
  PhoneNumber,
  Voice,
  Webhook,
} from '#dashboard/client/generated.ts';
import { AGENT_IDS } from './campaigns.ts';
import { ago, HOUR, MINUTE } from './now.ts';

export const ME: Me = {
  keyId: 'key-1',
  name: 'The desk',
  role: 'admin',
  timeZone: 'America/New_York',
  lines: 10,
  simulated: true,
  texting: true,
  temporal: null,
};

export const ATTENTION: Attention[] = [
  attention(1, 'unknown_call', 'call-6', 'Neither provider knows what became of the call.'),
  attention(2, 'campaign_fault', 'survey', 'The number to call from is gone.'),
  attention(3, 'failed_follow_up', 'lead-2', 'The text was refused by the carrier.'),
  attention(4, 'unmatched_webhook', 'event-9', 'A conversation that no call here belongs to.'),
];

function attention(id: number, kind: Attention['kind'], subject: string, detail: string): Attention {
  const isOfLead = kind === 'failed_follow_up';
  return {
    id,
    kind,
    subject,
    campaignId: kind === 'unmatched_webhook' ? null : 'renewals',
    leadId: isOfLead ? subject : null,
    detail,
    createdAt: ago(id * 17 * MINUTE),
    choices: kind === 'unknown_call' ? ['placed', 'not_placed', 'answered', 'no_answer'] : [],
  };
}

export const AGENTS: Agent[] = [
  { agentId: AGENT_IDS.first, name: 'Renewals desk' },
  { agentId: AGENT_IDS.second, name: 'Survey caller' },
];

export const AGENT: AgentDetail = {
  agentId: AGENT_IDS.first,
  name: 'Renewals desk',
  firstMessage: 'Good morning, this is the renewals desk.',
  prompt: 'You renew plans. Be brief and polite, name the price, and ask before you renew anything.',
  language: 'en',
  voiceId: 'voice-1',
  llm: 'small-model',
  maxCallSeconds: 600,
  overrides: {
    prompt: true,
    firstMessage: true,
    language: false,
    voice: true,
    stability: false,
    speed: false,
    similarityBoost: false,
    textOnly: true,
    maxCallSeconds: false,
  },
  dataCollection: [{ id: 'plan', type: 'string', description: 'The plan that the person chose.' }],
  criteria: [{ id: 'price_named', name: 'The price was named' }],
  phoneNumberIds: ['phone_1'],
  concurrencyLimit: 10,
  monitoringEnabled: true,
};

export const AGENT_VERSIONS: AgentVersion[] = [
  { label: 'Shorter greeting', sessions: 4, newestAt: ago(5 * HOUR) },
  { label: 'As it is', sessions: 7, newestAt: ago(30 * HOUR) },
];

export const PHONE_NUMBERS: PhoneNumber[] = ['+12125550190', '+12125550191'].map((phoneNumber, index) => ({
  phoneNumberId: `phone_${index + 1}`,
  phoneNumber,
  label: index === 0 ? 'Front desk' : 'Second line',
  provider: 'twilio',
  supportsOutbound: true,
  assignedAgentId: index === 0 ? AGENT_IDS.first : null,
  takesTexts: false,
}));

export const NUMBER_HEALTH: NumberHealth[] = PHONE_NUMBERS.map(
  ({ phoneNumberId, phoneNumber, label }, index) => ({
    phoneNumberId,
    phoneNumber,
    label,
    listed: true,
    today: {
      calls: 92,
      finished: 90,
      answered: 30 - index * 24,
      failed: 3,
      answerRate: index === 0 ? 0.33 : 0.07,
    },
    before: { calls: 420, finished: 420, answered: 140, failed: 11, answerRate: 0.33 },
    state: index === 0 ? 'healthy' : 'falling',
    judged: true,
    warnings: [],
  }),
);

export const VOICES: Voice[] = ['Alder', 'Birch', 'Cedar', 'Dogwood'].map((name, index) => ({
  voiceId: `voice-${index + 1}`,
  name,
  category: 'premade',
  description: 'Calm and clear, for talks about money.',
  labels: { accent: index % 2 === 0 ? 'american' : 'british', age: 'middle' },
  previewUrl: null,
}));

export const OPT_OUTS: OptOut[] = [
  { phone: '+12125550103', reason: 'Said so in a call.', source: 'call', createdAt: ago(2 * HOUR) },
  { phone: '+12125550111', reason: 'STOP', source: 'message', createdAt: ago(26 * HOUR) },
  { phone: '+442079460123', reason: 'Asked by letter.', source: 'api', createdAt: ago(90 * HOUR) },
];

export const KEYS: ApiKey[] = (['admin', 'operator', 'viewer'] as const).map((role, index) => ({
  id: `key-${index + 1}`,
  name: ['The desk', 'The day shift', 'The screen on the wall'][index] ?? '',
  role,
  seeded: index === 0,
  createdAt: ago((index + 1) * 200 * HOUR),
}));

export const WEBHOOKS: Webhook[] = ['https://crm.example/calls', 'https://warehouse.example/all'].map(
  (url, index) => ({
    id: `webhook-${index + 1}`,
    url,
    description: index === 0 ? 'Conversions to the CRM' : null,
    eventTypes: index === 0 ? ['lead.converted', 'contact.opted_out'] : ['*'],
    campaignId: null,
    enabled: index === 0,
    disabledAt: index === 0 ? null : ago(4 * HOUR),
    disabledReason: index === 0 ? null : 'Every attempt of five days has failed.',
    failingSince: index === 0 ? null : ago(124 * HOUR),
    createdAt: ago(600 * HOUR),
  }),
);

export const COMPARISON: Comparison = {
  left: side(AGENT_IDS.first, 640, 0.31),
  right: side(AGENT_IDS.second, 820, 0.22),
};

function side(agentId: string, firstAudioMs: number, successRate: number): Comparison['left'] {
  return {
    agentId,
    label: null,
    calls: 120,
    answered: 41,
    timeToFirstAudioMs: { mean: firstAudioMs + 45, median: firstAudioMs },
    responseMs: { mean: 1_020, median: 930 },
    turns: 8.4,
    interruptions: 0.7,
    wordErrorRate: null,
    checkedTalks: 0,
    rating: 4.2,
    ratings: 5,
    successRate,
    talkSeconds: 3_880,
    costCents: 540,
    costPerMinuteCents: 8.4,
    oldestAt: ago(100 * HOUR),
    newestAt: ago(HOUR),
    talks: [],
  };
}
