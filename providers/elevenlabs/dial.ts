import type { ElevenLabs } from '@elevenlabs/elevenlabs-js';
import type { DialAnswer, DialRequest } from '../ports.ts';
import { dialAnswerOf } from './dial-answer.ts';
import { type Connection, exchange } from './exchange.ts';
import {
  askedOverrides,
  createOverridePermissions,
  type OverridePermissions,
} from './override-permissions.ts';

/** The dial of `VoiceProvider`: one request at the most, every outcome an answer. */
export function createDial(connection: Connection): (request: DialRequest) => Promise<DialAnswer> {
  const permissionsOfAgent = createOverridePermissions(connection);

  return async (request) => {
    const startedMs = performance.now();
    const permissions = await permissionsOfAgent(request.agentId);
    const forbidden = forbiddenOverrides(request, permissions);
    if (forbidden.length > 0) {
      const message = `the agent's settings do not allow overriding ${forbidden.join(', ')}`;
      return { kind: 'refused', cause: 'configuration', status: 0, message };
    }
    const deadlineMs = Math.max(1, request.timeoutMs - (performance.now() - startedMs));
    // One attempt: the SDK would repeat a POST that failed with 5xx, though the phone may be ringing.
    const result = await exchange(connection, { deadlineMs, maxRetries: 0 }, (client, options) =>
      client.conversationalAi.twilio.outboundCall(dialBody(request, permissions), options),
    );
    return dialAnswerOf(result, request.to);
  };
}

function forbiddenOverrides(request: DialRequest, permissions: OverridePermissions): string[] {
  if (permissions === 'unknown') return [];
  return askedOverrides(request.overrides ?? {}).filter((name) => !permissions.has(name));
}

function dialBody(request: DialRequest, permissions: OverridePermissions) {
  const override = configOverride(request, permissions);
  return {
    agentId: request.agentId,
    agentPhoneNumberId: request.phoneNumberId,
    toNumber: request.to,
    telephonyCallConfig: { ringingTimeoutSecs: request.ringSeconds },
    conversationInitiationClientData: {
      userId: request.attemptId,
      dynamicVariables: { ...request.variables, attempt_id: request.attemptId },
      ...(override === null ? {} : { conversationConfigOverride: override }),
    },
  };
}

/**
 * The overrides of one dial, or null when there are none. The maximum duration goes along only where the agent is
 * known to allow it; elsewhere the agent's own limit holds, since a forbidden override fails the call.
 */
function configOverride(
  request: DialRequest,
  permissions: OverridePermissions,
): ElevenLabs.ConversationConfigClientOverrideInput | null {
  const { prompt, firstMessage, language, voiceId } = request.overrides ?? {};
  const agent = {
    ...(prompt === undefined ? {} : { prompt: { prompt } }),
    ...(firstMessage === undefined ? {} : { firstMessage }),
    ...(language === undefined ? {} : { language }),
  };
  const limitDuration = permissions !== 'unknown' && permissions.has('maxDuration');
  const override = {
    ...(Object.keys(agent).length === 0 ? {} : { agent }),
    ...(voiceId === undefined ? {} : { tts: { voiceId } }),
    ...(limitDuration ? { conversation: { maxDurationSeconds: request.maxCallSeconds } } : {}),
  };
  return Object.keys(override).length === 0 ? null : override;
}
