/** Everything that a worker runs as a workflow. */
export { callWorkflow } from './call.ts';
export { campaignWorkflow } from './campaign.ts';
export { deliveryWorkflow } from './delivery.ts';
export { followUpWorkflow } from './follow-up.ts';
export { leadWorkflow } from './lead.ts';
export { messageWorkflow } from './message.ts';
export { replyWorkflow } from './reply.ts';
export { sweepWorkflow } from './sweep.ts';
export { syncWorkflow } from './sync.ts';
