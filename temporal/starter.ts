import type { Client } from '@temporalio/client';
import {
  callWorkflowId,
  deliveryWorkflowId,
  followUpWorkflowId,
  messageWorkflowId,
  replyWorkflowId,
} from '#domain/ids.ts';
import { deliverNowSignal } from '#workflows/messages.ts';

/**
 * Starts the small workflows that carry one row each to its end. Starting twice is starting once while the first
 * one runs; a row that is finished ends a second run at once. Ids only: nothing personal enters history.
 */
export interface WorkflowStarter {
  startFollowUp(followUpId: string): Promise<void>;
  startDelivery(deliveryId: string): Promise<void>;
  startMessage(messageId: string): Promise<void>;
  startReply(messageId: string): Promise<void>;
  /** Of a call outside of campaigns. */
  startCall(callId: string): Promise<void>;
}

/** @throws what the Temporal client throws; the sweep starts later what could not be started now. */
export function createStarter(client: Client, taskQueue: string): WorkflowStarter {
  const start = async (type: string, workflowId: string, input: object, staticSummary: string) => {
    await client.workflow.start(type, {
      workflowId,
      taskQueue,
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary,
    });
  };
  const signalWithStart = async (type: string, workflowId: string, input: object, staticSummary: string) => {
    await client.workflow.signalWithStart(type, {
      workflowId,
      taskQueue,
      args: [input],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      signal: deliverNowSignal,
      signalArgs: [],
      staticSummary,
    });
  };
  return {
    startFollowUp: (followUpId) =>
      start('followUpWorkflow', followUpWorkflowId(followUpId), { followUpId }, 'follow-up'),
    startDelivery: (deliveryId) =>
      // One that sleeps until its next attempt looks at its row again.
      signalWithStart('deliveryWorkflow', deliveryWorkflowId(deliveryId), { deliveryId }, 'outbound webhook'),
    startMessage: (messageId) =>
      start('messageWorkflow', messageWorkflowId(messageId), { messageId }, 'text message'),
    startReply: (messageId) =>
      start('replyWorkflow', replyWorkflowId(messageId), { messageId }, 'answer to a text'),
    startCall: (callId) =>
      start('callWorkflow', callWorkflowId(callId), { callId }, 'call outside of campaigns'),
  };
}
