import type { Api, ApiDeps } from './deps.ts';
import { listAgents } from './routes/agents/list.ts';
import { listAttentionRoute } from './routes/attention/list.ts';
import { listCallsRoute } from './routes/calls/list.ts';
import { listLiveCallsRoute } from './routes/calls/live.ts';
import { readCall } from './routes/calls/read.ts';
import { updateCall } from './routes/calls/update.ts';
import { archiveCampaign } from './routes/campaigns/archive.ts';
import { listCampaignCalls } from './routes/campaigns/calls.ts';
import { createCampaign } from './routes/campaigns/create.ts';
import { listCampaignsRoute } from './routes/campaigns/list.ts';
import { readMetrics } from './routes/campaigns/metrics.ts';
import { pauseCampaign } from './routes/campaigns/pause.ts';
import { readProgress } from './routes/campaigns/progress.ts';
import { readCampaign } from './routes/campaigns/read.ts';
import { resumeCampaign } from './routes/campaigns/resume.ts';
import { startCampaign } from './routes/campaigns/start.ts';
import { stopCampaign } from './routes/campaigns/stop.ts';
import { updateCampaign } from './routes/campaigns/update.ts';
import { addLeads } from './routes/leads/add.ts';
import { importLeadsRoute } from './routes/leads/import.ts';
import { listLeadsRoute } from './routes/leads/list.ts';
import { readLead } from './routes/leads/read.ts';
import { updateLeadRoute } from './routes/leads/update.ts';
import { readWhy } from './routes/leads/why.ts';
import { addOptOutRoute } from './routes/opt-outs/add.ts';
import { listOptOutsRoute } from './routes/opt-outs/list.ts';
import { removeOptOutRoute } from './routes/opt-outs/remove.ts';
import { listPhoneNumbers } from './routes/phone-numbers/list.ts';
import { readHealth } from './routes/system/health.ts';
import { readReady } from './routes/system/ready.ts';

/** In the order of the document. A fixed path comes before one with a parameter in its place. */
const ROUTES: ((app: Api, deps: ApiDeps) => void)[] = [
  readHealth,
  readReady,
  createCampaign,
  listCampaignsRoute,
  readCampaign,
  updateCampaign,
  archiveCampaign,
  startCampaign,
  pauseCampaign,
  resumeCampaign,
  stopCampaign,
  readProgress,
  readMetrics,
  listCampaignCalls,
  addLeads,
  importLeadsRoute,
  listLeadsRoute,
  readLead,
  updateLeadRoute,
  readWhy,
  listCallsRoute,
  listLiveCallsRoute,
  readCall,
  updateCall,
  listOptOutsRoute,
  addOptOutRoute,
  removeOptOutRoute,
  listAttentionRoute,
  listAgents,
  listPhoneNumbers,
];

export function registerRoutes(app: Api, deps: ApiDeps): void {
  for (const register of ROUTES) register(app, deps);
}
