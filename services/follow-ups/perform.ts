import { v7 as uuid } from 'uuid';
import { inTransaction, type Tx } from '#db/client.ts';
import { insertFollowUpDelivery } from '#db/queries/deliveries.ts';
import { type FollowUp, findFollowUp, overdueFollowUps } from '#db/queries/follow-ups.ts';
import type { FollowUpRule } from '#domain/follow-up.ts';
import { followUpVariables } from '#domain/follow-up-variables.ts';
import { followUpWorkflowId } from '#domain/ids.ts';
import type { Meeting } from '#domain/meeting.ts';
import { renderTemplate, TemplateError, type TemplateVariables } from '#domain/template.ts';
import { LONGEST_TEXT } from '#domain/text-length.ts';
import type { Context } from '../context.ts';
import { scheduleText } from '../messages/send.ts';
import type { PartRun } from '../sweep/part-run.ts';
import { reached } from '../workflows.ts';
import { closeFollowUp, type FollowUpCase, holdFollowUp } from './follow-up.ts';
import { closeMail, ensureMail, sendMail, type WrittenMail } from './mail.ts';
import { meetingOf } from './plan.ts';

export interface FollowUpRef {
  followUpId: string;
}

const LONGEST_SUBJECT = 250;
const LONGEST_MAIL = 50_000;

/** What is left to be done once the database has said yes. */
type Step =
  | { kind: 'closed'; status: FollowUp['status'] | 'erased' }
  | { kind: 'text'; messageId: string }
  | { kind: 'delivery'; deliveryId: string }
  | ({ kind: 'mail' } & WrittenMail);

/** When it is due, ISO; null when there is nothing left to do. */
export async function readFollowUp(
  context: Context,
  { followUpId }: FollowUpRef,
): Promise<{ dueAt: string | null }> {
  const followUp = await findFollowUp(context.db, followUpId);
  return { dueAt: followUp?.status === 'planned' ? followUp.due_at.toISOString() : null };
}

/**
 * Does what is due, unless something speaks against it by now. Safe to run again at any point: texts and webhooks are
 * written down once, a mail goes out under the same Message-ID however often it is sent.
 *
 * @throws RetryLater `MailDeferred` when the mail server did not take the mail
 */
export async function performFollowUp(
  context: Context,
  { followUpId }: FollowUpRef,
): Promise<{ status: string }> {
  const step = await inTransaction(context.db, async (tx) => await decide(tx, context, followUpId));
  await context.checkpoint?.('follow_up_decided');
  switch (step.kind) {
    case 'closed':
      return { status: step.status };
    case 'text':
      await reached(context.workflows.startMessage(step.messageId));
      return { status: 'done' };
    case 'delivery':
      await reached(context.workflows.startDelivery(step.deliveryId));
      return { status: 'done' };
    case 'mail':
      return await sendMail(context, step);
  }
}

/** Closes what could not be done for as long as it was tried. */
export async function abandonFollowUp(context: Context, { followUpId }: FollowUpRef): Promise<void> {
  const now = await context.now();
  await inTransaction(context.db, async (tx) => {
    const held = await holdFollowUp(tx, followUpId);
    if (held === null || held.followUp.status !== 'planned') return;
    const { followUp } = held;
    await closeMail(tx, { followUp, status: 'failed', now });
    const reason = 'It was tried for three days without success.';
    await closeFollowUp(tx, { followUp, end: { status: 'failed', reason }, now });
  });
}

async function decide(tx: Tx, context: Context, followUpId: string): Promise<Step> {
  const held = await holdFollowUp(tx, followUpId);
  if (held === null) return { kind: 'closed', status: 'erased' };
  const { followUp } = held;
  if (followUp.status !== 'planned') return handedOver(followUp);
  const now = await context.now();
  const obstacle = obstacleOf(held);
  if (obstacle !== null) {
    await closeMail(tx, { followUp, status: 'refused', now });
    await closeFollowUp(tx, { followUp, end: { status: 'skipped', reason: obstacle }, now });
    return { kind: 'closed', status: 'skipped' };
  }
  try {
    return await prepare(tx, context, { held, now });
  } catch (error) {
    if (!(error instanceof FollowUpFault || error instanceof TemplateError)) throw error;
    await closeFollowUp(tx, { followUp, end: { status: 'failed', reason: error.message }, now });
    return { kind: 'closed', status: 'failed' };
  }
}

/** Written down by an earlier run, which may have ended before it started the workflow that goes on with it. */
function handedOver({ status, channel, message_id, delivery_id }: FollowUp): Step {
  if (status === 'done' && channel === 'sms' && message_id !== null) {
    return { kind: 'text', messageId: message_id };
  }
  if (status === 'done' && delivery_id !== null) return { kind: 'delivery', deliveryId: delivery_id };
  return { kind: 'closed', status };
}

/** Why it must not be done any more. A webhook speaks about the lead, not to the lead: an opt-out does not stop it. */
function obstacleOf({ followUp, lead, campaign, call, optedOut }: FollowUpCase): string | null {
  if (optedOut && followUp.channel !== 'webhook') return 'The contact opted out.';
  if (campaign.archived_at !== null) return 'The campaign was archived.';
  const since = call?.ended_at ?? followUp.created_at;
  if (followUp.rule.unlessReplied && lead.replied_at !== null && lead.replied_at > since) {
    return 'The person called or wrote back.';
  }
  if (followUp.channel === 'email' && lead.email === null) return 'The lead has no e-mail address.';
  return null;
}

/** What makes a follow-up impossible, in words for a person. */
class FollowUpFault extends Error {
  override readonly name = 'FollowUpFault';
}

type Due = { held: FollowUpCase; now: Date };

async function prepare(tx: Tx, context: Context, due: Due): Promise<Step> {
  const content: FollowUpRule = due.held.followUp.rule;
  switch (content.channel) {
    case 'sms':
      return await prepareText(tx, due, content.body);
    case 'email':
      return await prepareMail(tx, context, { ...due, content });
    case 'webhook':
      return await prepareDelivery(tx, due, content.endpointId);
  }
}

async function prepareText(tx: Tx, { held, now }: Due, template: string): Promise<Step> {
  const { followUp, lead } = held;
  const messageId = uuid();
  const text = {
    id: messageId,
    phone: lead.phone,
    leadId: lead.id,
    campaignId: followUp.campaign_id,
    callId: followUp.call_id,
    followUpId: followUp.id,
    body: renderTemplate(template, variablesOf(held, meetingIn(held)), LONGEST_TEXT),
    source: 'follow_up' as const,
  };
  await scheduleText(tx, { text, now });
  await closeFollowUp(tx, { followUp, end: { status: 'done', messageId }, now });
  return { kind: 'text', messageId };
}

async function prepareDelivery(tx: Tx, { held, now }: Due, endpointId: string): Promise<Step> {
  const { followUp, lead } = held;
  const { campaign_id: campaignId, id: followUpId } = followUp;
  const deliveryId = uuid();
  const delivery = { id: deliveryId, endpointId, followUpId, campaignId, leadId: lead.id, now };
  if (!(await insertFollowUpDelivery(tx, delivery))) {
    throw new FollowUpFault('The webhook endpoint is removed, disabled or of another campaign.');
  }
  await closeFollowUp(tx, { followUp, end: { status: 'done', deliveryId }, now });
  return { kind: 'delivery', deliveryId };
}

async function prepareMail(
  tx: Tx,
  { mailer }: Context,
  { held, content, now }: Due & { content: Extract<FollowUpRule, { channel: 'email' }> },
): Promise<Step> {
  if (mailer === null) throw new FollowUpFault('No mail server is configured.');
  const { followUp, lead } = held;
  const meeting = meetingIn(held);
  const variables = variablesOf(held, meeting);
  const invited = content.calendar ? meeting : null;
  const mail = {
    phone: lead.phone,
    ownAddress: mailer.from.address,
    toAddress: lead.email ?? '',
    // A header is one line.
    subject: renderTemplate(content.subject, variables, LONGEST_SUBJECT).replaceAll(/\s+/g, ' '),
    body: renderTemplate(content.body, variables, LONGEST_MAIL),
    calendar: invited !== null,
  };
  const message = await ensureMail(tx, { followUp, mail, now });
  return { kind: 'mail', mailer, message, of: held, meeting: invited };
}

function meetingIn({ call, collected, lead }: FollowUpCase): Meeting | null {
  return call === null ? null : meetingOf(call, collected, lead.zones);
}

function variablesOf(
  { lead, campaign, call, collected }: FollowUpCase,
  meeting: Meeting | null,
): TemplateVariables {
  return followUpVariables({
    lead,
    campaign: campaign.name,
    call: call ?? { reach: null, disposition: null, summary: null },
    collected,
    meeting,
  });
}

/** A workflow is at work on what has been due for so long, unless it was never started. */
const OVERDUE_MS = 120_000;
const PAGE = 200;

/** Starts the workflows of what is overdue and has none. Returns how many. */
export async function restartFollowUps(
  { db, workflows }: Pick<Context, 'db' | 'workflows'>,
  run: PartRun,
): Promise<number> {
  const before = new Date(run.now.getTime() - OVERDUE_MS);
  return await run.throughPages(
    {
      pageSize: PAGE,
      name: ({ id }: { id: string; due_at: Date }) => `follow-up ${id}`,
      read: (after) =>
        overdueFollowUps(db, before, {
          after: after === null ? null : { dueAt: after.due_at, id: after.id },
          limit: PAGE,
        }),
    },
    async ({ id }) => {
      if (await reached(workflows.isRunning(followUpWorkflowId(id)))) return false;
      await reached(workflows.startFollowUp(id));
      return true;
    },
  );
}
