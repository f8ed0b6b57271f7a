/** Everything that a worker runs as a workflow. */
export { campaignWorkflow } from './campaign.ts';
export { leadWorkflow } from './lead.ts';
export { sweepWorkflow } from './sweep.ts';
