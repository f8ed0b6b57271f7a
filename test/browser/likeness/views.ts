import type { Page } from 'playwright-core';
import type { Scene } from './answers.ts';
import { AGENT_IDS } from './campaigns.ts';

/** A screen as it looks in one state. */
export interface View {
  /** Of its pictures. */
  name: string;
  path: string;
  /** Null for somebody who has not signed in. */
  scene: Scene | null;
  /** Those that have most of the colours are looked at in the dark, too. */
  inDark: boolean;
  /** What is done before one looks. */
  act?: (page: Page) => Promise<void>;
}

const view = (name: string, path: string, rest: Partial<View> = {}): View => ({
  name,
  path,
  scene: 'busy',
  inDark: false,
  ...rest,
});

async function openPalette(page: Page): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
}

async function openShortcuts(page: Page): Promise<void> {
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
}

/** Every screen that the dashboard has, and what stands there instead when there is nothing to show. */
export const VIEWS: readonly View[] = [
  view('sign-in', '/', { scene: null, inDark: true }),
  view('live', '/', { inDark: true }),
  view('live-empty', '/', { scene: 'empty' }),
  view('campaigns', '/campaigns', { inDark: true }),
  view('campaigns-empty', '/campaigns', { scene: 'empty' }),
  view('campaign', '/campaigns/renewals', { inDark: true }),
  view('campaign-leads', '/campaigns/renewals?tab=leads'),
  view('campaign-calls', '/campaigns/renewals?tab=calls'),
  view('campaign-settings', '/campaigns/renewals?tab=settings'),
  view('campaign-viewer', '/campaigns/renewals', { scene: 'viewer' }),
  view('launch', '/launch'),
  view('launch-leads', '/launch?campaign=webinar&step=leads'),
  view('launch-rules', '/launch?campaign=webinar&step=rules'),
  view('launch-review', '/launch?campaign=webinar&step=review'),
  view('launch-viewer', '/launch', { scene: 'viewer' }),
  view('calls', '/calls'),
  view('call', '/calls/call-0', { inDark: true }),
  view('lead', '/leads/lead-1', { inDark: true }),
  view('messages', `/messages?selected=${encodeURIComponent('+12125550101')}`, { inDark: true }),
  view('messages-empty', '/messages', { scene: 'empty' }),
  view('attention', '/attention'),
  view('attention-empty', '/attention', { scene: 'empty' }),
  view('unattributed', '/unattributed'),
  view('agents', '/agents'),
  view('voices', '/agents?tab=voices'),
  view('numbers', '/agents?tab=numbers'),
  view('agent', `/agents/${AGENT_IDS.first}`),
  view('compare', `/agents/compare?left=${AGENT_IDS.first}&right=${AGENT_IDS.second}`),
  view('opt-outs', '/opt-outs'),
  view('opt-outs-empty', '/opt-outs', { scene: 'empty' }),
  view('settings', '/settings'),
  view('keys', '/settings?tab=keys'),
  view('webhooks', '/settings?tab=webhooks'),
  view('not-found', '/no-such-page'),
  view('palette', '/opt-outs', { act: openPalette }),
  view('shortcuts', '/opt-outs', { act: openShortcuts }),
];
