import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { PartFailure } from '#services/sweep/part-run.ts';
import { sweep } from '#services/sweep/sweep.ts';
import type { Reply } from '#services/workflows.ts';
import { signElevenLabs } from '#simulator/signature.ts';
import { type ApiRig, recordingWorkflows, startApi, WEBHOOK_SECRET } from '../support/api-rig.ts';
import { insertCall, setLead } from '../support/api-rows.ts';
import { createPhoneBook } from '../support/people.ts';

let api: ApiRig;
let leadId: string;
let phone: string;
let played = 0;
const book = createPhoneBook();

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());
beforeEach(async () => {
  answerWith({ kind: 'done', value: undefined });
  played += 1;
  phone = book('00')[0] ?? '';
  const body = { name: 'Replies', phoneNumberIds: ['pn_1'] };
  const { id } = (await api.call('POST', '/api/campaigns', { body })).body;
  await api.call('POST', `/api/campaigns/${id}/leads`, { body: { leads: [{ phone }] } });
  leadId = (await api.call('GET', `/api/campaigns/${id}/leads`)).body.items[0].id;
  await insertCall(api.context.db, leadId, { status: 'ended', reach: 'no_answer' });
  await setLead(api.context.db, leadId, { state: 'backing_off' });
});

/** What the lead's workflow does when the API notifies it of a reply. */
function answerWith(answer: Reply): void {
  api.workflows.current = recordingWorkflows({ contactReplied: async () => answer });
}

/** The person calls back, and is answered by the agent. */
async function callsBack(): Promise<void> {
  const data = {
    agent_id: 'agent_default',
    conversation_id: `conv_back_${played}`,
    status: 'done',
    transcript: [{ role: 'user', message: 'You called me.', time_in_call_secs: 3 }],
    metadata: {
      start_time_unix_secs: Math.floor(Date.now() / 1_000) - 120,
      call_duration_secs: 60,
      phone_call: { direction: 'inbound', call_sid: `CAback${played}`, external_number: phone },
    },
  };
  const raw = JSON.stringify({ type: 'post_call_transcription', event_timestamp: 1, data });
  const signature = signElevenLabs(raw, WEBHOOK_SECRET, new Date());
  const { status } = await api.call('POST', '/webhooks/elevenlabs', {
    key: 'none',
    raw,
    headers: { 'content-type': 'application/json', 'elevenlabs-signature': signature },
  });
  expect(status).toBe(200);
}

/** One sweep, an hour later; resolves with the leads whose workflows it notified of a reply. */
async function sweepNow(reply: Reply = { kind: 'done', value: undefined }): Promise<string[]> {
  return (await sweepWith(reply)).notified;
}

async function sweepWith(reply: Reply): Promise<{ notified: string[]; failures: PartFailure[] }> {
  const notified: string[] = [];
  const workflows = recordingWorkflows({
    async contactReplied(id) {
      if (reply.kind === 'done') notified.push(id);
      return reply;
    },
  });
  const context = { ...api.context, workflows, now: async () => new Date(Date.now() + 3_600_000) };
  const { failures } = await sweep(context);
  return { notified, failures };
}

test('a lead that was notified of its reply is not notified again', async () => {
  await callsBack();
  expect(await sweepNow()).toEqual([]);
});

test('a lead that could not be notified of a reply is notified by the sweep, once', async () => {
  answerWith({ kind: 'silent', why: 'no answer' });
  await callsBack();
  expect(await sweepNow()).toEqual([leadId]);
  expect(await sweepNow()).toEqual([]);
});

test('what fails in one sweep is done in the next', async () => {
  answerWith({ kind: 'silent', why: 'no answer' });
  await callsBack();
  const { failures } = await sweepWith({ kind: 'refused', reason: 'not now' });
  expect(failures).toContainEqual({
    part: 'repliesNotified',
    failed: 1,
    first: `lead ${leadId}`,
    reason: 'A workflow refused a message: not now',
  });
  expect(await sweepNow()).toEqual([leadId]);
});

test('a lead whose workflow is gone needs no notification, nor does one that is finished', async () => {
  answerWith({ kind: 'absent' });
  await callsBack();
  expect(await sweepNow()).toEqual([]);
  answerWith({ kind: 'silent', why: 'no answer' });
  await setLead(api.context.db, leadId, { replied_at: new Date(), state: 'finished', outcome: 'answered' });
  expect(await sweepNow()).toEqual([]);
});
