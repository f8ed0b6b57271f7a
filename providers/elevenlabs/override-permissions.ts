import type { DialRequest } from '../ports.ts';
import { type Connection, exchange } from './exchange.ts';
import { type Fields, field, fieldsOf, isFields } from './fields.ts';

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

/** Reads an agent's permissions and remembers them for minutes, so that a campaign's dials cost one read. */
export function createOverridePermissions(
  connection: Connection,
): (agentId: string) => Promise<OverridePermissions> {
  const known = new Map<string, { permissions: Promise<OverridePermissions>; expiresAtMs: number }>();

  async function read(agentId: string): Promise<OverridePermissions> {
    const result = await exchange(
      connection,
      { deadlineMs: READ_DEADLINE_MS, maxRetries: 0 },
      (client, options) => client.conversationalAi.agents.get(agentId, {}, options),
    );
    return result.kind === 'answer' && result.status === 200 ? permissionsOf(result.body) : 'unknown';
  }

  return (agentId) => {
    const nowMs = performance.now();
    const cached = known.get(agentId);
    if (cached !== undefined && cached.expiresAtMs > nowMs) return cached.permissions;
    const permissions = read(agentId);
    const entry = { permissions, expiresAtMs: nowMs + KNOWN_FOR_MS };
    known.set(agentId, entry);
    void permissions.then((value) => {
      if (value === 'unknown') entry.expiresAtMs = performance.now() + UNKNOWN_FOR_MS;
    });
    return permissions;
  };
}
