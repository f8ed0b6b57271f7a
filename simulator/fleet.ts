/** An agent that the simulated workspace has, and what it talks about. */
export interface SimulatedAgent {
  agentId: string;
  name: string;
  voiceId: string;
  /** Whom it says it calls for, and what it offers: a noun phrase after "to show you". */
  company: string;
  offer: string;
  createdAtUnixSeconds: number;
}

export const AGENTS: readonly SimulatedAgent[] = [
  {
    agentId: 'agent_sim_booking_warm',
    name: 'Demo booking (warm)',
    voiceId: 'voice_sim_clara',
    company: 'Harbor Analytics',
    offer: 'how teams like yours see their pipeline in one place',
    createdAtUnixSeconds: 1_767_225_600,
  },
  {
    agentId: 'agent_sim_booking_brief',
    name: 'Demo booking (brief)',
    voiceId: 'voice_sim_jonas',
    company: 'Harbor Analytics',
    offer: 'the reports that replace your weekly spreadsheet',
    createdAtUnixSeconds: 1_769_904_000,
  },
  {
    agentId: 'agent_sim_solar',
    name: 'Solar survey',
    voiceId: 'voice_sim_clara',
    company: 'Brightfield Solar',
    offer: 'what a rooftop survey would say about your building',
    createdAtUnixSeconds: 1_772_323_200,
  },
];

/** A number that the simulated workspace calls from. */
export interface SimulatedPhoneNumber {
  phoneNumberId: string;
  /** E.164, from ranges kept for fiction. */
  phoneNumber: string;
  label: string;
  assignedAgentId: string | null;
}

export const PHONE_NUMBERS: readonly SimulatedPhoneNumber[] = [
  {
    phoneNumberId: 'phnum_sim_us_east',
    phoneNumber: '+12125550190',
    label: 'New York',
    assignedAgentId: 'agent_sim_booking_warm',
  },
  {
    phoneNumberId: 'phnum_sim_us_west',
    phoneNumber: '+14155550191',
    label: 'San Francisco',
    assignedAgentId: 'agent_sim_booking_brief',
  },
  {
    phoneNumberId: 'phnum_sim_us_central',
    phoneNumber: '+13125550192',
    label: 'Chicago',
    assignedAgentId: null,
  },
  { phoneNumberId: 'phnum_sim_uk', phoneNumber: '+442079460193', label: 'London', assignedAgentId: null },
];

/** Null when the workspace has no such agent. */
export function findAgent(agentId: string): SimulatedAgent | null {
  return AGENTS.find((agent) => agent.agentId === agentId) ?? null;
}

/** Null when the workspace has no such number. */
export function findPhoneNumber(phoneNumberId: string): SimulatedPhoneNumber | null {
  return PHONE_NUMBERS.find((number) => number.phoneNumberId === phoneNumberId) ?? null;
}
