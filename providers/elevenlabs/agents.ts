import type { Agent, AgentDetail, PhoneNumber } from '../ports.ts';
import { e164Of, type Fields, field, fieldsOf, listOf, numberOf, secondsOf, textOf } from './fields.ts';
import { malformed, PAGE_SIZE, pageOf, type Reader } from './reader.ts';

const MAX_PAGES = 100;

/** Every agent of the workspace, at most 10,000. */
export async function listAgents(reader: Reader): Promise<Agent[]> {
  const agents: Agent[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const request = { pageSize: PAGE_SIZE, ...(cursor === undefined ? {} : { cursor }) };
    const body = await reader.read('the agents', (client, options) =>
      client.conversationalAi.agents.list(request, options),
    );
    const page = pageOf('the agents', body, 'agents');
    agents.push(...page.rows.map(agentOf).filter((agent) => agent !== null));
    if (page.nextCursor === null || page.nextCursor === cursor) return agents;
    cursor = page.nextCursor;
  }
  return agents;
}

/** One agent as it is set up; null when the workspace has none with this id. */
export async function getAgent(reader: Reader, agentId: string): Promise<AgentDetail | null> {
  const body = await reader.readIfKnown('the agent', (client, options) =>
    client.conversationalAi.agents.get(agentId, {}, options),
  );
  return body === null ? null : agentDetailOf(agentId, fieldsOf(body));
}

/** The workspace's numbers, in one answer. */
export async function listPhoneNumbers(reader: Reader): Promise<PhoneNumber[]> {
  const body = await reader.read('the phone numbers', (client, options) =>
    client.conversationalAi.phoneNumbers.list({}, options),
  );
  const rows = Array.isArray(body) ? body : field(fieldsOf(body), 'phone_numbers');
  if (!Array.isArray(rows)) throw malformed('the phone numbers');
  return rows.map(phoneNumberOf).filter((number) => number !== null);
}

function agentOf(row: unknown): Agent | null {
  const fields = fieldsOf(row);
  const agentId = textOf(field(fields, 'agent_id'));
  return agentId === null ? null : { agentId, name: textOf(fields.name) ?? agentId };
}

function agentDetailOf(agentId: string, body: Fields): AgentDetail {
  const config = fieldsOf(field(body, 'conversation_config'));
  const platform = fieldsOf(field(body, 'platform_settings'));
  const agent = fieldsOf(config.agent);
  const prompt = fieldsOf(agent.prompt);
  const conversation = fieldsOf(config.conversation);
  const monitoring = field(conversation, 'monitoring_enabled');
  return {
    agentId,
    name: textOf(body.name) ?? agentId,
    firstMessage: textOf(field(agent, 'first_message')),
    prompt: textOf(prompt.prompt),
    language: textOf(agent.language),
    voiceId: textOf(field(fieldsOf(config.tts), 'voice_id')),
    llm: textOf(prompt.llm),
    maxCallSeconds: secondsOf(field(conversation, 'max_duration_seconds')),
    overrides: allowedOverrides(platform),
    dataCollection: dataCollectionOf(platform),
    criteria: criteriaOf(platform),
    phoneNumberIds: listOf(field(body, 'phone_numbers'))
      .map((number) => textOf(field(fieldsOf(number), 'phone_number_id')))
      .filter((id) => id !== null),
    concurrencyLimit: numberOf(field(fieldsOf(field(platform, 'call_limits')), 'agent_concurrency_limit')),
    monitoringEnabled: typeof monitoring === 'boolean' ? monitoring : null,
  };
}

/** Forbidden unless the agent's security settings say otherwise: so is the provider's default. */
function allowedOverrides(platform: Fields): AgentDetail['overrides'] {
  const allowed = fieldsOf(field(fieldsOf(platform.overrides), 'conversation_config_override'));
  const agent = fieldsOf(allowed.agent);
  const tts = fieldsOf(allowed.tts);
  const conversation = fieldsOf(allowed.conversation);
  return {
    prompt: fieldsOf(agent.prompt).prompt === true,
    firstMessage: field(agent, 'first_message') === true,
    language: agent.language === true,
    voice: field(tts, 'voice_id') === true,
    stability: tts.stability === true,
    speed: tts.speed === true,
    similarityBoost: field(tts, 'similarity_boost') === true,
    textOnly: field(conversation, 'text_only') === true,
    maxCallSeconds: field(conversation, 'max_duration_seconds') === true,
  };
}

function dataCollectionOf(platform: Fields): AgentDetail['dataCollection'] {
  return Object.entries(fieldsOf(field(platform, 'data_collection'))).map(([id, property]) => {
    const fields = fieldsOf(property);
    return { id, type: textOf(fields.type) ?? 'string', description: textOf(fields.description) };
  });
}

function criteriaOf(platform: Fields): AgentDetail['criteria'] {
  return listOf(fieldsOf(platform.evaluation).criteria).flatMap((criterion) => {
    const fields = fieldsOf(criterion);
    const id = textOf(fields.id);
    return id === null ? [] : [{ id, name: textOf(fields.name) }];
  });
}

function phoneNumberOf(row: unknown): PhoneNumber | null {
  const fields = fieldsOf(row);
  const phoneNumberId = textOf(field(fields, 'phone_number_id'));
  const phoneNumber = e164Of(field(fields, 'phone_number'));
  if (phoneNumberId === null || phoneNumber === null) return null;
  // Asked for when a number is imported, and absent from the provider's published answer: read where it is told.
  const takesTexts = field(fields, 'enable_sms');
  return {
    phoneNumberId,
    phoneNumber,
    label: textOf(fields.label) ?? phoneNumber,
    provider: textOf(fields.provider) ?? 'unknown',
    // Deprecated in the API; its absence says nothing against the number.
    supportsOutbound: field(fields, 'supports_outbound') !== false,
    assignedAgentId: textOf(field(fieldsOf(field(fields, 'assigned_agent')), 'agent_id')),
    takesTexts: typeof takesTexts === 'boolean' ? takesTexts : null,
  };
}
