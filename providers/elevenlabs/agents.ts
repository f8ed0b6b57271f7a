import type { Dispatcher } from 'undici';
import type { Agent, AgentDetail, DialRequest, PhoneNumber } from '../ports.ts';
import { type Connection, exchange, malformed, PAGE_SIZE, pageOf, type Reader } from './exchange.ts';
import {
  e164Of,
  type Fields,
  field,
  fieldsOf,
  isFields,
  listOf,
  numberOf,
  secondsOf,
  textOf,
} from './fields.ts';

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
  // Set when a number is imported, and not in the provider's published answer: read where it is present.
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

/**
 * Which overrides an agent allows. The provider answers a dial with a forbidden override as if all were well; the
 * phone rings and the conversation fails as it starts (its documentation: "an error will be thrown"). They are
 * therefore looked up before. `unknown` when the agent could not be read or does not say.
 */
export type OverridePermissions = 'unknown' | ReadonlySet<OverrideName>;
export type OverrideName = 'prompt' | 'firstMessage' | 'language' | 'voiceId' | 'maxDuration';

/** The places of the switches below the agent's `platform_settings.overrides.conversation_config_override`. */
const switches: Record<OverrideName, string[]> = {
  prompt: ['agent', 'prompt', 'prompt'],
  firstMessage: ['agent', 'first_message'],
  language: ['agent', 'language'],
  voiceId: ['tts', 'voice_id'],
  maxDuration: ['conversation', 'max_duration_seconds'],
};

const KNOWN_FOR_MS = 5 * 60_000;
const UNKNOWN_FOR_MS = 30_000;
const READ_DEADLINE_MS = 3000;

/** The overrides that an agent's answer allows. */
function permissionsOf(agent: unknown): OverridePermissions {
  const settings = fieldsOf(field(fieldsOf(agent), 'platform_settings'));
  const allowed = field(fieldsOf(field(settings, 'overrides')), 'conversation_config_override');
  if (!isFields(allowed)) return 'unknown';
  const names = Object.keys(switches) as OverrideName[];
  return new Set(names.filter((name) => switchOf(allowed, switches[name]) === true));
}

function switchOf(allowed: Fields, path: string[]): unknown {
  return path.reduce<unknown>((value, name) => field(fieldsOf(value), name), allowed);
}

/** The overrides that a dial asks for by itself; the maximum duration is sent wherever it may be. */
export function askedOverrides(overrides: NonNullable<DialRequest['overrides']>): OverrideName[] {
  const names = ['prompt', 'firstMessage', 'language', 'voiceId'] as const;
  return names.filter((name) => overrides[name] !== undefined);
}

/** Reads an agent's permissions; `fresh` asks for a read of now, whose failure leaves what is known. */
export type ReadPermissions = (agentId: string, options: { fresh: boolean }) => Promise<OverridePermissions>;

/** Remembers permissions for minutes, so that a campaign's dials cost one read. Reads over the connections of the dials. */
export function createOverridePermissions(connection: Connection, dispatcher: Dispatcher): ReadPermissions {
  const known = new Map<string, { permissions: Promise<OverridePermissions>; expiresAtMs: number }>();

  async function read(agentId: string): Promise<OverridePermissions> {
    const result = await exchange(
      connection,
      { deadlineMs: READ_DEADLINE_MS, maxRetries: 0, guard: { dispatcher, maySend: () => true } },
      (client, options) => client.conversationalAi.agents.get(agentId, {}, options),
    );
    return result.kind === 'answer' && result.status === 200 ? permissionsOf(result.body) : 'unknown';
  }

  return (agentId, { fresh }) => {
    const nowMs = performance.now();
    const cached = known.get(agentId);
    const isKnown = cached !== undefined && cached.expiresAtMs > nowMs;
    if (isKnown && !fresh) return cached.permissions;
    const reading = read(agentId);
    const permissions = isKnown
      ? reading.then(async (found) => (found === 'unknown' ? await cached.permissions : found))
      : reading;
    const entry = { permissions, expiresAtMs: nowMs + KNOWN_FOR_MS };
    known.set(agentId, entry);
    void permissions.then((value) => {
      if (value === 'unknown') entry.expiresAtMs = performance.now() + UNKNOWN_FOR_MS;
    });
    return permissions;
  };
}
