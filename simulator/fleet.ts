export interface SimulatedAgent {
  agentId: string;
  name: string;
  voiceId: string;
  /** Whom it calls for; `offer` is a noun phrase that follows "to show you". */
  company: string;
  offer: string;
  createdAtUnixSeconds: number;
  /** Allows no overrides, no monitor, and no session without a signed URL. */
  locked: boolean;
}

export const AGENTS: readonly SimulatedAgent[] = [
  {
    agentId: 'agent_sim_booking_warm',
    name: 'Demo booking (warm)',
    voiceId: 'voice_sim_clara',
    company: 'Harbor Analytics',
    offer: 'how teams like yours see their pipeline in one place',
    createdAtUnixSeconds: 1_767_225_600,
    locked: false,
  },
  {
    agentId: 'agent_sim_booking_brief',
    name: 'Demo booking (brief)',
    voiceId: 'voice_sim_jonas',
    company: 'Harbor Analytics',
    offer: 'the reports that replace your weekly spreadsheet',
    createdAtUnixSeconds: 1_769_904_000,
    locked: false,
  },
  {
    agentId: 'agent_sim_solar',
    name: 'Solar survey',
    voiceId: 'voice_sim_clara',
    company: 'Brightfield Solar',
    offer: 'what a rooftop survey would say about your building',
    createdAtUnixSeconds: 1_772_323_200,
    locked: false,
  },
  {
    agentId: 'agent_sim_reception',
    name: 'Reception (locked)',
    voiceId: 'voice_sim_jonas',
    company: 'Harbor Analytics',
    offer: 'who is in today',
    createdAtUnixSeconds: 1_774_000_000,
    locked: true,
  },
];

export interface SimulatedPhoneNumber {
  phoneNumberId: string;
  /** E.164, from ranges reserved for fiction. */
  phoneNumber: string;
  label: string;
  assignedAgentId: string | null;
  /** Texts to it go to ElevenLabs instead of the carrier's webhook. */
  takesTexts: boolean;
}

export const PHONE_NUMBERS: readonly SimulatedPhoneNumber[] = [
  {
    phoneNumberId: 'phnum_sim_us_east',
    phoneNumber: '+12125550190',
    label: 'New York',
    assignedAgentId: 'agent_sim_booking_warm',
    takesTexts: false,
  },
  {
    phoneNumberId: 'phnum_sim_us_west',
    phoneNumber: '+14155550191',
    label: 'San Francisco',
    assignedAgentId: 'agent_sim_booking_brief',
    takesTexts: false,
  },
  {
    phoneNumberId: 'phnum_sim_us_central',
    phoneNumber: '+13125550192',
    label: 'Chicago',
    assignedAgentId: null,
    takesTexts: false,
  },
  {
    phoneNumberId: 'phnum_sim_uk',
    phoneNumber: '+442079460193',
    label: 'London',
    assignedAgentId: 'agent_sim_solar',
    takesTexts: true,
  },
];

export interface SimulatedVoice {
  voiceId: string;
  name: string;
  category: 'premade' | 'professional' | 'cloned';
  description: string;
  labels: Record<string, string>;
  /** Pitch of the tone that stands for the voice. */
  pitchHz: number;
}

export const VOICES: readonly SimulatedVoice[] = [
  voice('clara', 'Clara', 'premade', 'Warm and clear, for long talks', 'female', 'american', 232),
  voice('jonas', 'Jonas', 'premade', 'Calm and brief', 'male', 'german', 128),
  voice('maeve', 'Maeve', 'professional', 'Lively, with a lilt', 'female', 'irish', 248),
  voice('tobias', 'Tobias', 'professional', 'Deep and unhurried', 'male', 'british', 104),
  voice('ines', 'Ines', 'premade', 'Bright, speaks Spanish and English', 'female', 'spanish', 221),
  voice('kofi', 'Kofi', 'cloned', 'Friendly, a little husky', 'male', 'ghanaian', 117),
];

function voice(
  key: string,
  name: string,
  category: SimulatedVoice['category'],
  description: string,
  gender: string,
  accent: string,
  pitchHz: number,
): SimulatedVoice {
  const labels = { gender, accent, use_case: 'conversational' };
  return { voiceId: `voice_sim_${key}`, name, category, description, labels, pitchHz };
}

/** Null when the workspace has no such voice. */
export function findVoice(voiceId: string): SimulatedVoice | null {
  return VOICES.find((candidate) => candidate.voiceId === voiceId) ?? null;
}

/** The agent's first message without overrides. */
export function greetingOf(agent: SimulatedAgent): string {
  return `Hello, this is the assistant of ${agent.company}.`;
}

/** The agent's prompt without overrides. */
export function promptOf(agent: SimulatedAgent): string {
  return `You call for ${agent.company} about ${agent.offer}.`;
}

/** Null when the workspace has no such agent. */
export function findAgent(agentId: string): SimulatedAgent | null {
  return AGENTS.find((agent) => agent.agentId === agentId) ?? null;
}

/** Null when the workspace has no such number. */
export function findPhoneNumber(phoneNumberId: string): SimulatedPhoneNumber | null {
  return PHONE_NUMBERS.find((number) => number.phoneNumberId === phoneNumberId) ?? null;
}
