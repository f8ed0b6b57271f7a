/** Every workflow that a worker runs. */
export { callWorkflow } from './call.ts';
export { campaignWorkflow } from './campaign.ts';
export { deliveryWorkflow } from './delivery.ts';
export { followUpWorkflow } from './follow-up.ts';
export { leadWorkflow } from './lead.ts';
export { leadWorkWorkflow } from './lead-work.ts';
export { messageWorkflow, replyWorkflow } from './messaging.ts';
export { sweepWorkflow, syncWorkflow } from './scheduled.ts';
