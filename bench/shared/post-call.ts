import { Agent, request } from 'node:http';
import { signElevenLabs } from '#simulator/signature.ts';

/** A dialled call, for its post-call webhook. */
export interface DialledCall {
  id: string;
  leadId: string;
  phone: string;
  conversationId: string;
}

const TURNS = [
  ['agent', 'Hello, this is the automated assistant of Example Ltd. Do you have a minute to talk?'],
  ['user', 'Yes, but not much longer than that. What is it about?'],
  [
    'agent',
    'You had asked for a demonstration of the team plan. I would like to find a time that suits you.',
  ],
  ['user', 'Right, that was last week. Mornings are best, before ten if it can be arranged.'],
  ['agent', 'Thursday at nine is free. It takes half an hour, and you will get the link by mail.'],
  ['user', 'Thursday is fine. Will it be recorded, so that my colleagues can see it afterwards?'],
  [
    'agent',
    'It can be. I have noted it, and will ask the person who shows it to you to start the recording.',
  ],
  ['user', 'Good. Is there anything else you need from me?'],
  ['agent', 'How many people would work with it? That helps to show you the right things.'],
  ['user', 'Around twenty now, forty by the end of the year, most of them in sales.'],
] as const;
const SECONDS_A_TURN = 6;

/** The provider's post after such a call, with the documented fields: some 5 kB. */
export function postCallBody(call: DialledCall, endedAt: Date): string {
  const seconds = TURNS.length * SECONDS_A_TURN;
  const startedUnix = Math.floor(endedAt.getTime() / 1_000) - seconds - 5;
  const transcript = TURNS.map(([role, message], index) => ({
    role,
    message,
    time_in_call_secs: index * SECONDS_A_TURN,
    tool_calls: [],
    tool_results: [],
    feedback: null,
    interrupted: false,
    conversation_turn_metrics:
      role === 'user'
        ? null
        : {
            metrics: {
              convai_llm_service_ttfb: { elapsed_time: 0.41 },
              convai_tts_service_ttfb: { elapsed_time: 0.17 },
            },
          },
  }));
  return JSON.stringify({
    type: 'post_call_transcription',
    event_timestamp: Math.floor(endedAt.getTime() / 1_000),
    data: {
      agent_id: 'agent_default',
      conversation_id: call.conversationId,
      status: 'done',
      user_id: call.id,
      transcript,
      metadata: {
        start_time_unix_secs: startedUnix,
        accepted_time_unix_secs: startedUnix + 5,
        call_duration_secs: seconds,
        cost: 500,
        charging: { dev_discount: false, is_burst: false, call_charge: 480, llm_charge: 20 },
        phone_call: {
          type: 'twilio',
          direction: 'outbound',
          call_result: 'answered',
          call_sid: `CA${call.leadId.replaceAll('-', '')}`,
          agent_number: '+14155550100',
          external_number: call.phone,
        },
        termination_reason: 'end_call tool was called',
        main_language: 'en',
        text_only: false,
      },
      analysis: {
        call_successful: 'success',
        transcript_summary:
          'The person asked for a demonstration on Thursday at nine, to be recorded for about twenty colleagues.',
        evaluation_criteria_results: {
          booked: { criteria_id: 'booked', result: 'success', rationale: 'A time was agreed on.' },
        },
        data_collection_results: {
          meeting: {
            data_collection_id: 'meeting',
            value: 'Thursday 09:00',
            rationale: 'Said and repeated.',
          },
          seats: { data_collection_id: 'seats', value: 20, rationale: 'Around twenty now.' },
        },
      },
      conversation_initiation_client_data: {
        dynamic_variables: { attempt_id: call.id, lead_id: call.leadId, plan: 'team', source: 'webinar' },
      },
      has_audio: true,
      has_user_audio: true,
      has_response_audio: true,
    },
  });
}

/** What the sender measured. */
export interface Posted {
  /** From the first request to the last answer. */
  ms: number;
  /** Of each request, until its answer had ended. */
  latenciesMs: number[];
}

/**
 * Posts signed bodies over kept connections, `atOnce` at a time.
 *
 * @throws Error for any answer but 200
 */
export async function postSigned(
  url: string,
  bodies: readonly string[],
  { secret, atOnce }: { secret: string; atOnce: number },
): Promise<Posted> {
  const now = new Date();
  const signed = bodies.map((text) => {
    const body = Buffer.from(text);
    return { body, signature: signElevenLabs(body, secret, now) };
  });
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const latenciesMs: number[] = [];
  const startedMs = performance.now();
  let next = 0;
  const sendOn = async () => {
    for (;;) {
      const one = signed[next];
      next += 1;
      if (one === undefined) return;
      const sentMs = performance.now();
      await post(`${url}/webhooks/elevenlabs`, agent, one);
      latenciesMs.push(performance.now() - sentMs);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sendOn));
  const ms = performance.now() - startedMs;
  agent.destroy();
  return { ms, latenciesMs };
}

async function post(
  url: string,
  agent: Agent,
  { body, signature }: { body: Buffer; signature: string },
): Promise<void> {
  const headers = {
    'content-type': 'application/json',
    'content-length': body.byteLength,
    'elevenlabs-signature': signature,
  };
  await new Promise<void>((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`A webhook was answered with ${response.statusCode}.`));
      });
      response.once('error', reject);
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
