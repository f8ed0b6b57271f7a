import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { agentSearch } from './screens/agent/search.ts';
import { agentsSearch } from './screens/agents/search.ts';
import { callsSearch } from './screens/calls/search.ts';
import { campaignSearch } from './screens/campaign/search.ts';
import { campaignsSearch } from './screens/campaigns/search.ts';
import { compareSearch } from './screens/compare/search.ts';
import { launchSearch } from './screens/launch/search.ts';
import { messagesSearch } from './screens/messages/search.ts';
import { optOutsSearch } from './screens/opt-outs/search.ts';
import { settingsSearch } from './screens/settings/search.ts';
import { unattributedSearch } from './screens/unattributed/search.ts';
import { Layout } from './shell/layout.tsx';
import { Empty, Failure, SkeletonRows } from './ui/states.tsx';

const root = createRootRoute({
  component: Layout,
  notFoundComponent: () => (
    <div className="p-6">
      <Empty title="There is no such page">The address may be old or mistyped.</Empty>
    </div>
  ),
});

/** A screen's code is loaded on first visit, or when the pointer is over a link to it. */
const routes = [
  createRoute({
    getParentRoute: () => root,
    path: '/',
    component: lazyRouteComponent(() => import('./screens/live/screen.tsx'), 'LiveScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/campaigns',
    validateSearch: campaignsSearch,
    component: lazyRouteComponent(() => import('./screens/campaigns/screen.tsx'), 'CampaignsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/campaigns/$campaignId',
    validateSearch: campaignSearch,
    component: lazyRouteComponent(() => import('./screens/campaign/screen.tsx'), 'CampaignScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/launch',
    validateSearch: launchSearch,
    component: lazyRouteComponent(() => import('./screens/launch/screen.tsx'), 'LaunchScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/leads/$leadId',
    component: lazyRouteComponent(() => import('./screens/lead/screen.tsx'), 'LeadScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/calls',
    validateSearch: callsSearch,
    component: lazyRouteComponent(() => import('./screens/calls/screen.tsx'), 'CallsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/calls/$callId',
    component: lazyRouteComponent(() => import('./screens/call/screen.tsx'), 'CallScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/messages',
    validateSearch: messagesSearch,
    component: lazyRouteComponent(() => import('./screens/messages/screen.tsx'), 'MessagesScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/attention',
    component: lazyRouteComponent(() => import('./screens/attention/screen.tsx'), 'AttentionScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/unattributed',
    validateSearch: unattributedSearch,
    component: lazyRouteComponent(() => import('./screens/unattributed/screen.tsx'), 'UnattributedScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/agents',
    validateSearch: agentsSearch,
    component: lazyRouteComponent(() => import('./screens/agents/screen.tsx'), 'AgentsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/agents/compare',
    validateSearch: compareSearch,
    component: lazyRouteComponent(() => import('./screens/compare/screen.tsx'), 'CompareScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/agents/$agentId',
    validateSearch: agentSearch,
    component: lazyRouteComponent(() => import('./screens/agent/screen.tsx'), 'AgentScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/opt-outs',
    validateSearch: optOutsSearch,
    component: lazyRouteComponent(() => import('./screens/opt-outs/screen.tsx'), 'OptOutsScreen'),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/settings',
    validateSearch: settingsSearch,
    component: lazyRouteComponent(() => import('./screens/settings/screen.tsx'), 'SettingsScreen'),
  }),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(routes),
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingComponent: () => (
    <div className="p-6">
      <SkeletonRows />
    </div>
  ),
  defaultErrorComponent: ({ error, reset }) => (
    <div className="p-6">
      <Failure error={error} onRetry={reset} />
    </div>
  ),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
