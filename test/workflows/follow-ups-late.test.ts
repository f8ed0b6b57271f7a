// What follows a call later, and across a crash.
import { ApplicationFailure } from '@temporalio/activity';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FollowUpRule } from '#domain/follow-up.ts';
import { followUpWorkflowId, messageWorkflowId } from '#domain/ids.ts';
import type { Checkpoint } from '#services/context.ts';
import { type Chain, startChain } from '../support/chain-rig.ts';
import {
  calendarOf,
  follow,
  leadOf,
  mailsTo,
  messagesOf,
  standing,
  thanks,
} from '../support/follow-up-rig.ts';
import { createPhoneBook } from '../support/people.ts';
import { WITHIN } from '../support/within.ts';

const LONG_AGO_MS = 300_000;

// Each runs a campaign to its end, and then waits for more.
vi.setConfig({ testTimeout: 120_000 });

let chain: Chain;
let crashAt: { at: Checkpoint; times: number } | null = null;
const phonesOf = createPhoneBook();

beforeAll(async () => {
  chain = await startChain({
    checkpoint: async (at) => {
      if (crashAt === null || crashAt.at !== at || crashAt.times === 0) return;
      crashAt.times -= 1;
      throw ApplicationFailure.create({ message: `crashed at ${at}`, category: 'BENIGN' });
    },
  });
});

afterAll(async () => {
  await chain?.stop();
});

beforeEach(() => {
  crashAt = null;
});

describe('a crash', () => {
  test('after the mail was sent: it goes out again as the same mail, and is one to the lead', async () => {
    const [phone = ''] = phonesOf('00');
    crashAt = { at: 'mail_sent', times: 1 };
    const id = await follow(chain, [thanks], { phone, email: 'twice@people.example' });
    await standing(chain, id, ['done']);
    const mails = await mailsTo(chain, 'twice@people.example');
    expect(mails).toHaveLength(2);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
    expect(calendarOf(mails[0])).toEqual(calendarOf(mails[1]));
    expect(await messagesOf(chain, id)).toHaveLength(1);
  });

  test('after a text was written down: it is sent all the same, once', async () => {
    const [phone = ''] = phonesOf('00');
    crashAt = { at: 'follow_up_decided', times: 1 };
    const id = await follow(
      chain,
      [{ id: 'text', on: {}, afterSeconds: 0, channel: 'sms', body: 'Thank you!' }],
      {
        phone,
      },
    );
    await standing(chain, id, ['done']);
    const [message, ...others] = await messagesOf(chain, id);
    expect(others).toEqual([]);
    // The hour may be one at which no text is sent: then its workflow waits.
    const carried = chain.client.workflow.getHandle(messageWorkflowId(message?.id ?? ''));
    await vi.waitFor(async () => expect((await carried.describe()).type).toBe('messageWorkflow'), WITHIN);
  });
});

describe('what is due later', () => {
  const later: FollowUpRule = { ...thanks, id: 'later', afterSeconds: 3, unlessReplied: true };

  test('waits, and is skipped when the person has replied meanwhile', async () => {
    const [phone = ''] = phonesOf('00');
    const id = await follow(chain, [later, { ...later, id: 'anyway', unlessReplied: false }], {
      phone,
      email: 'replied@people.example',
    });
    const { id: leadId } = await leadOf(chain, id);
    await chain.db.updateTable('leads').set({ replied_at: new Date() }).where('id', '=', leadId).execute();
    const [skipped, done] = await standing(chain, id, ['skipped', 'done']);
    expect(skipped?.reason).toBe('The person called or wrote back.');
    const mails = chain.simulator.mailbox.mails().filter(({ to }) => to.includes('replied@people.example'));
    expect(mails).toHaveLength(1);
    expect(Date.parse(mails[0]?.receivedAt ?? '')).toBeGreaterThanOrEqual(Date.parse(done?.dueAt ?? ''));
  });

  test('is skipped after an opt-out', async () => {
    const [phone = ''] = phonesOf('00');
    const id = await follow(chain, [later], { phone, email: 'out@people.example' });
    expect((await chain.call('POST', '/api/opt-outs', { phone, reason: 'asked' })).status).toBe(201);
    const [followUp] = await standing(chain, id, ['skipped']);
    expect(followUp?.reason).toBe('The contact opted out.');
    expect(await mailsTo(chain, 'out@people.example')).toEqual([]);
  });

  test('and was lost, is brought back by the sweep', async () => {
    const [phone = ''] = phonesOf('00');
    const id = await follow(chain, [{ ...later, afterSeconds: 86_400 }], {
      phone,
      email: 'lost@people.example',
    });
    const [planned] = await standing(chain, id, ['planned']);
    const handle = chain.client.workflow.getHandle(followUpWorkflowId(planned?.id ?? ''));
    // It is written down before its workflow is started.
    await vi.waitFor(async () => expect((await handle.describe()).status.name).toBe('RUNNING'), WITHIN);
    await handle.terminate('lost');
    await chain.db
      .updateTable('follow_ups')
      .set({ due_at: new Date(Date.now() - LONG_AGO_MS) })
      .where('campaign_id', '=', id)
      .execute();
    expect((await chain.sweep()).followUpsRestarted).toBe(1);
    await standing(chain, id, ['done']);
    expect(await mailsTo(chain, 'lost@people.example')).toHaveLength(1);
  });
});
