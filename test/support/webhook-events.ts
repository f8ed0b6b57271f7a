import { signElevenLabs } from '#simulator/signature.ts';
import { type ApiRig, WEBHOOK_SECRET } from './api-rig.ts';
import { insertCall } from './api-rows.ts';

/** The webhook of a talk that converts; its carrier's id is of the number given. */
export function endedEvent(conversation: string, attempt: string | null, nth: number) {
  return {
    type: 'post_call_transcription',
    event_timestamp: 1_772_000_000,
    data: {
      agent_id: 'agent_default',
      conversation_id: conversation,
      status: 'done',
      transcript: [
        { role: 'agent', message: 'Hello, this is an AI.', time_in_call_secs: 0 },
        { role: 'user', message: 'Yes please.', time_in_call_secs: 3 },
      ],
      metadata: {
        start_time_unix_secs: 1_772_000_000,
        accepted_time_unix_secs: 1_772_000_005,
        call_duration_secs: 60,
        cost: 500,
        termination_reason: 'end_call tool was called',
        phone_call: {
          type: 'twilio',
          direction: 'outbound',
          call_result: 'answered',
          call_sid: `CA${nth}`,
          agent_number: '+14155550100',
          external_number: '+14155550117',
        },
      },
      analysis: { call_successful: 'success', transcript_summary: 'Went well.' },
      conversation_initiation_client_data:
        attempt === null ? {} : { dynamic_variables: { attempt_id: attempt } },
    },
  };
}

/** A lead of a campaign of its own whose phone rings, the `nth` of a test. */
export async function ringLead(api: ApiRig, nth: number) {
  const body = { name: `Campaign ${nth}`, phoneNumberIds: ['pn_1'] };
  const { id } = (await api.call('POST', '/api/campaigns', { body })).body;
  await api.call('POST', `/api/campaigns/${id}/leads`, {
    body: { leads: [{ phone: `+1415555${1100 + nth}` }] },
  });
  const leadId: string = (await api.call('GET', `/api/campaigns/${id}/leads`)).body.items[0].id;
  const conversationId = `conv_${nth}`;
  const call = { conversation_id: conversationId, status: 'ringing' } as const;
  return { leadId, conversationId, callId: await insertCall(api.context.db, leadId, call) };
}

/** What was stored of a conversation's webhooks, in the order of their coming. */
export function storedEvents(api: ApiRig, conversationId: string) {
  return api.context.db
    .selectFrom('webhook_events')
    .selectAll()
    .where('conversation_id', '=', conversationId)
    .orderBy('id')
    .execute();
}

/** Sends an event as the provider would: signed with the first secret, now, unless the options say otherwise. */
export function sendEvent(
  api: ApiRig,
  event: unknown,
  options: { at?: Date; secret?: string; signature?: string | null; tail?: string } = {},
) {
  const raw = typeof event === 'string' ? event : JSON.stringify(event);
  const header = signElevenLabs(raw, options.secret ?? WEBHOOK_SECRET, options.at ?? new Date());
  const signature = options.signature === undefined ? header : options.signature;
  return api.call('POST', '/webhooks/elevenlabs', {
    key: 'none',
    raw: raw + (options.tail ?? ''),
    headers: {
      'content-type': 'application/json',
      ...(signature === null ? {} : { 'elevenlabs-signature': signature }),
    },
  });
}
