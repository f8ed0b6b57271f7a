import type { Api, ApiContext } from './context.ts';
import { registerAccess } from './routes/access.ts';
import { registerAgents } from './routes/agents.ts';
import { registerAttention } from './routes/attention.ts';
import { registerCalls } from './routes/calls.ts';
import { registerCampaignExport } from './routes/campaign-export.ts';
import { registerCampaigns } from './routes/campaigns.ts';
import { registerConversations } from './routes/conversations.ts';
import { registerLeads } from './routes/leads.ts';
import { registerMessages } from './routes/messages.ts';
import { registerOptOuts } from './routes/opt-outs.ts';
import { registerPhoneNumbers } from './routes/phone-numbers.ts';
import { registerRecordings } from './routes/recordings.ts';
import { registerSettings } from './routes/settings.ts';
import { streamEvents } from './routes/stream.ts';
import { registerSystem } from './routes/system.ts';
import { registerVoices } from './routes/voices.ts';
import { registerWebhooks } from './routes/webhooks.ts';

/** In the order of the document. A fixed path comes before one with a parameter in its place. */
const ROUTES: ((app: Api, context: ApiContext) => void)[] = [
  registerSystem,
  registerAccess,
  registerCampaigns,
  registerCampaignExport,
  registerLeads,
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
