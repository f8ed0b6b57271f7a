// `npm run pictures`: every screen of the dashboard in both themes, for the docs, from a demo run for the
// purpose.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { runDemo } from '#demo/run.ts';
import { FAULTS, TIMEOUT_ENV } from '#demo/settings.ts';
import { ALWAYS_OPEN } from '#domain/settings.ts';
import { launchChromium } from '#launcher/chromium.ts';
import { buildDashboard } from '#launcher/dashboard.ts';
import { say } from '#launcher/product.ts';
import { type Stack, startStack } from '#launcher/stack.ts';

const FOLDER = resolve(import.meta.dirname, '..', 'docs', 'pictures', 'dashboard');
const MAX_BYTES = 150_000;
const OPTIONS = { leads: 60, seed: 7, speed: 60, lines: 10, jsonFile: null, once: true, chaos: false };
/** Last digits of people who talk until the maximum duration, so that some calls are in progress. */
const TALKATIVE = '09';
const AREAS = [
  '205',
  '251',
  '256',
  '334',
  '480',
  '602',
  '623',
  '928',
  '479',
  '501',
  '209',
  '213',
  '303',
  '404',
];

type Call = <T>(method: string, path: string, body?: unknown) => Promise<T>;

/** Paths by the picture's name. */
type Places = Record<string, string>;

async function main(): Promise<void> {
  await buildDashboard(say);
  const folder = mkdtempSync(join(tmpdir(), 'ringleader-pictures-'));
  const stack = await startStack({
    dataDir: null,
    alwaysSimulate: true,
    simulator: { seed: OPTIONS.seed, speed: OPTIONS.speed, faults: { ...FAULTS } },
    env: TIMEOUT_ENV,
    log: say,
  });
  const browser = await launchChromium();
  try {
    const demo = await runDemo(stack, OPTIONS, {
      folder,
      display: { show: () => undefined, log: say, end: () => undefined },
      signal: new AbortController().signal,
      announce: () => undefined,
    });
    if (demo === null) throw new Error('The demo was interrupted.');
    const places = await prepare(callerOf(stack), demo.campaignId);
    mkdirSync(FOLDER, { recursive: true });
    await takeAll(browser, stack, places);
  } finally {
    await browser.close();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function callerOf({ apiUrl, apiKey }: Stack): Call {
  return async (method, path, body) => {
    const answer = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
}

interface Listed {
  items: { id: string; leadId: string | null; converted: boolean; agentId: string }[];
}

/** Adds a running campaign and a draft to the demo's campaign. */
async function prepare(call: Call, campaignId: string): Promise<Places> {
  const settings = {
    lines: 9,
    callsPerSecond: 20,
    maxCallSeconds: 7_200,
    window: ALWAYS_OPEN,
    caps: { perDay: null, perWeek: null, minGapSeconds: 0 },
  };
  const running = await call<{ id: string }>('POST', '/api/campaigns', { name: 'Spring renewals', settings });
  const leads = AREAS.map((area, index) => ({ phone: `+1${area}55501${TALKATIVE}`, name: NAMES[index] }));
  await call('POST', `/api/campaigns/${running.id}/leads`, { leads });
  await call('POST', `/api/campaigns/${running.id}/start`, {});
  const draft = await call<{ id: string }>('POST', '/api/campaigns', { name: 'Summer webinar' });
  await call('POST', `/api/campaigns/${draft.id}/leads`, {
    leads: AREAS.map((area) => ({ phone: `+1${area}5550100` })),
  });
  const { items } = await call<Listed>('GET', `/api/campaigns/${campaignId}/calls?limit=200`);
  const shown = items.find(({ converted }) => converted) ?? items[0];
  if (shown === undefined) throw new Error('The demo made no call.');
  const agents = await call<Listed>('GET', '/api/agents');
  const other = agents.items.find(({ agentId }) => agentId !== shown.agentId);
  const threads = await call<{ items: { phone: string }[] }>('GET', '/api/messages/threads');
  const [thread] = threads.items;
  return {
    live: '/',
    campaigns: '/campaigns',
    campaign: `/campaigns/${campaignId}`,
    'campaign-leads': `/campaigns/${campaignId}?tab=leads`,
    'campaign-settings': `/campaigns/${campaignId}?tab=settings`,
    'launch-agent': `/launch?campaign=${draft.id}&step=agent`,
    'launch-leads': `/launch?campaign=${draft.id}&step=leads`,
    'launch-rules': `/launch?campaign=${draft.id}&step=rules`,
    'launch-review': `/launch?campaign=${draft.id}&step=review`,
    calls: '/calls',
    call: `/calls/${shown.id}`,
    lead: `/leads/${shown.leadId}`,
    messages: `/messages?selected=${encodeURIComponent(thread?.phone ?? '')}`,
    attention: '/attention',
    unattributed: '/unattributed',
    agents: '/agents',
    voices: '/agents?tab=voices',
    agent: `/agents/${shown.agentId}`,
    compare: `/agents/compare?left=${shown.agentId}&right=${other?.agentId ?? shown.agentId}`,
    'opt-outs': '/opt-outs',
    settings: '/settings',
  };
}

const NAMES = [
  ...[
    'Ada Example',
    'Bo Sample',
    'Cyra Model',
    'Dario Pattern',
    'Edda Specimen',
    'Finn Instance',
    'Greta Case',
  ],
  ...['Hugo Draft', 'Ines Proof', 'Jarl Trial', 'Kaia Sketch', 'Lars Mould', 'Mara Type', 'Nils Form'],
];

/** Both themes of a place before the next one: calls in progress change meanwhile. */
async function takeAll(browser: Browser, stack: Stack, places: Places): Promise<void> {
  const themes = ['light', 'dark'] as const;
  const pages = await Promise.all(themes.map((theme) => openPage(browser, stack, theme)));
  for (const [name, path] of Object.entries(places)) {
    for (const [index, page] of pages.entries()) {
      await page.bringToFront();
      await page.goto(path);
      await settled(page);
      await take(page, join(FOLDER, `${name}-${themes[index]}.webp`));
    }
  }
}

async function openPage(browser: Browser, stack: Stack, colorScheme: 'light' | 'dark'): Promise<Page> {
  const context = await browser.newContext({
    baseURL: stack.apiUrl,
    colorScheme,
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 800 },
    timezoneId: 'America/New_York',
    locale: 'en-US',
  });
  await context.request.post('/sign-in', { data: { key: stack.apiKey } });
  return await context.newPage();
}

/** Resolves when the page shows its data and animations have ended. */
async function settled(page: Page): Promise<void> {
  await page.locator('[data-stream=live]').waitFor();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForFunction(() => document.querySelector('main .animate-shimmer') === null);
  await page.evaluate(() => document.fonts.ready);
}

async function take(page: Page, file: string): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
  await session.detach();
  const picture = Buffer.from(data, 'base64');
  if (picture.length > MAX_BYTES) throw new Error(`${file} would have ${picture.length} bytes.`);
  writeFileSync(file, picture);
  say(`${file}: ${Math.round(picture.length / 1_000)} kB`);
}

await main();
