import { ElevenLabsClient } from '@elevenlabs/elevenlabs-js';
import twilio from 'twilio';

/** Numbers whose people always do the same, see `simulator/people.ts`. */
export const PEOPLE = {
  converts: '+12125550100',
  noAnswer: '+12125550101',
  busyFirst: '+12125550102',
  voicemail: '+12125550103',
  screening: '+12125550104',
  fails: '+12125550105',
  longCall: '+12125550109',
  refused: '+12125550115',
} as const;

export const ACCOUNT_SID = `AC${'a'.repeat(32)}`;

/** The real SDK pointed at a simulator. It never retries; every answer's body goes to `onBody`. */
export function elevenLabsAt(url: string, onBody?: (body: unknown) => void): ElevenLabsClient {
  return new ElevenLabsClient({
    apiKey: 'key',
    baseUrl: url,
    maxRetries: 0,
    fetch: async (...request: Parameters<typeof fetch>) => {
      const response = await fetch(...request);
      if (onBody !== undefined) onBody(await response.clone().json());
      return response;
    },
  });
}

/** The real SDK pointed at a simulator. */
export function twilioAt(url: string): ReturnType<typeof twilio> {
  class RewritingClient extends twilio.RequestClient {
    override request<T>(options: Parameters<twilio.RequestClient['request']>[0]) {
      const uri = options.uri.replace('https://api.twilio.com', url);
      return super.request<T>({ ...options, uri } as never);
    }
  }
  return twilio(ACCOUNT_SID, 'token', { httpClient: new RewritingClient() });
}

export interface DialOptions {
  ringSeconds?: number;
  maxCallSeconds?: number;
  /** The client's own deadline. */
  timeoutSeconds?: number;
}

/** Dials through the SDK with an attempt's id, as the product does. */
export function dialThrough(
  client: ElevenLabsClient,
  to: string,
  attemptId: string,
  options: DialOptions = {},
) {
  return client.conversationalAi.twilio.outboundCall(
    {
      agentId: 'agent_sim_booking_warm',
      agentPhoneNumberId: 'phnum_sim_us_east',
      toNumber: to,
      conversationInitiationClientData: {
        userId: attemptId,
        dynamicVariables: { attempt_id: attemptId, name: 'Ann Example' },
        conversationConfigOverride: { conversation: { maxDurationSeconds: options.maxCallSeconds ?? 300 } },
      },
      telephonyCallConfig: { ringingTimeoutSecs: options.ringSeconds ?? 30 },
    },
    { timeoutInSeconds: options.timeoutSeconds ?? 20 },
  );
}
