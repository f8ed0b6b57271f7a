import type { Api, ApiContext } from './context.ts';
import { registerAccess } from './routes/access.ts';
import { registerAgents } from './routes/agents.ts';
import { registerAttention } from './routes/attention.ts';
import { registerCalls } from './routes/calls.ts';
import { archiveCampaign } from './routes/campaigns/archive.ts';
import { listCampaignCalls } from './routes/campaigns/calls.ts';
import { createCampaign } from './routes/campaigns/create.ts';
import { exportCampaign } from './routes/campaigns/export.ts';
import { listCampaignsRoute } from './routes/campaigns/list.ts';
import { readMetrics } from './routes/campaigns/metrics.ts';
import { pauseCampaign } from './routes/campaigns/pause.ts';
import { readProgress } from './routes/campaigns/progress.ts';
import { readCampaign } from './routes/campaigns/read.ts';
import { resumeCampaign } from './routes/campaigns/resume.ts';
import { startCampaign } from './routes/campaigns/start.ts';
import { stopCampaign } from './routes/campaigns/stop.ts';
import { updateCampaign } from './routes/campaigns/update.ts';
import { registerConversations } from './routes/conversations.ts';
import { addLeads } from './routes/leads/add.ts';
import { readColumns } from './routes/leads/columns.ts';
import { listLeadFollowUps } from './routes/leads/follow-ups.ts';
import { importLeadsRoute } from './routes/leads/import.ts';
import { listLeadsRoute } from './routes/leads/list.ts';
import { readLead } from './routes/leads/read.ts';
import { searchLeadsRoute } from './routes/leads/search.ts';
import { readTimelineRoute } from './routes/leads/timeline.ts';
import { updateLeadRoute } from './routes/leads/update.ts';
import { readWhy } from './routes/leads/why.ts';
import { registerMessages } from './routes/messages.ts';
import { registerOptOuts } from './routes/opt-outs.ts';
import { registerPhoneNumbers } from './routes/phone-numbers.ts';
import { registerRecordings } from './routes/recordings.ts';
import { registerSettings } from './routes/settings.ts';
import { streamEvents } from './routes/stream.ts';
import { registerSystem } from './routes/system.ts';
import { registerVoices } from './routes/voices.ts';
import { registerWebhooks } from './routes/webhooks.ts';
import { readWorkspaceMetrics } from './routes/workspace/metrics.ts';

/** In the order of the document. A fixed path comes before one with a parameter in its place. */
const ROUTES: ((app: Api, context: ApiContext) => void)[] = [
  registerSystem,
  registerAccess,
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
  readWorkspaceMetrics,
  listCampaignCalls,
  exportCampaign,
  addLeads,
  importLeadsRoute,
  readColumns,
  listLeadsRoute,
  searchLeadsRoute,
  readLead,
  updateLeadRoute,
  readWhy,
  listLeadFollowUps,
  readTimelineRoute,
  registerCalls,
  registerRecordings,
  registerConversations,
  registerMessages,
  registerOptOuts,
  registerAttention,
  streamEvents,
  registerAgents,
  registerSettings,
  registerPhoneNumbers,
  registerVoices,
  registerWebhooks,
];

export function registerRoutes(app: Api, context: ApiContext): void {
  for (const register of ROUTES) register(app, context);
}
