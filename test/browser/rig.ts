import pg from 'pg';
import type { Browser, BrowserContext, BrowserContextOptions, ConsoleMessage, Page } from 'playwright-core';
import { v7 as uuid } from 'uuid';
import { expect, vi } from 'vitest';
import { TIMEOUT_ENV } from '#demo/settings.ts';
import type { ApiRole } from '#domain/access.ts';
import { ALWAYS_OPEN, type CampaignSettings } from '#domain/settings.ts';
import { launchChromium } from '#launcher/chromium.ts';
import { buildDashboard } from '#launcher/dashboard.ts';
import { type Stack, startStack } from '#launcher/stack.ts';
import { hashApiKey } from '#services/access/keys.ts';
import { AGENTS } from '#simulator/fleet.ts';

/** For what a person would wait for; the machine may be busy with much else. */
export const WITHIN = { timeout: 30_000, interval: 100 };

/** How many times faster than real the people live: a long call of ten minutes takes ten seconds. */
const SPEED = 60;

/** Rules that let every lead be called once, at any hour. */
export const OPEN: Partial<CampaignSettings> = {
  window: ALWAYS_OPEN,
  caps: { perDay: null, perWeek: null, minGapSeconds: 0 },
  maxAttempts: 1,
  callsPerSecond: 20,
};

/** The product as it runs for a person, and a browser to look at it. */
export interface Product {
  stack: Stack;
  browser: Browser;
  db: pg.Client;
  /** API keys by role. */
  keys: Record<ApiRole, string>;
  /** The first agent of the simulated workspace. */
  agentId: string;
  /** One request with the launcher's key; fails the test unless it succeeds. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
}

let running: Product | null = null;

/** The product under test; one for all tests of this folder, because its start takes half a minute. */
export function product(): Product {
  if (running === null) throw new Error('The product is not up.');
  return running;
}

export async function startProduct(): Promise<void> {
  const lines: string[] = [];
  await buildDashboard((line) => lines.push(line));
  const [stack, browser] = await Promise.all([
    startStack({
      dataDir: null,
      alwaysSimulate: true,
      simulator: { seed: 7, speed: SPEED },
      env: { ...TIMEOUT_ENV, CALL_MARGIN_SECONDS: '1' },
      log: (line) => lines.push(line),
      onLine: (service, line) => lines.push(`${service}: ${line}`),
    }).catch((error) => {
      throw new Error(`The product does not start:\n${lines.join('\n')}`, { cause: error });
    }),
    launchChromium(),
  ]);
  const db = new pg.Client({ connectionString: stack.databaseUrl });
  await db.connect();
  running = {
    stack,
    browser,
    db,
    keys: await addKeys(db),
    agentId: AGENTS[0]?.agentId ?? '',
    call: (method, path, body) => request(stack, method, path, body),
  };
}

export async function stopProduct(): Promise<void> {
  await running?.browser.close();
  await running?.db.end();
  await running?.stack.stop();
  running = null;
}

async function addKeys(db: pg.Client): Promise<Record<ApiRole, string>> {
  const keys = { viewer: `viewer-${uuid()}`, operator: `operator-${uuid()}`, admin: `admin-${uuid()}` };
  for (const [role, key] of Object.entries(keys)) {
    await db.query('insert into api_keys (id, name, role, key_hash) values ($1, $2, $3, $4)', [
      uuid(),
      `The ${role}'s key`,
      role,
      hashApiKey(key),
    ]);
  }
  return keys;
}

async function request<T>(stack: Stack, method: string, path: string, body?: unknown): Promise<T> {
  const isText = typeof body === 'string';
  const response = await fetch(`${stack.apiUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${stack.apiKey}`,
      ...(body !== undefined && { 'content-type': isText ? 'text/csv' : 'application/json' }),
    },
    ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(response.ok, `${method} ${path}: ${response.status} ${text}`).toBe(true);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** A page of the dashboard, and what it complained of. */
export interface Screen {
  page: Page;
  context: BrowserContext;
  /** Errors and warnings of the console, and whatever was thrown. Each test ends with none left. */
  complaints: string[];
  /** Takes out the complaints that the test has caused on purpose; fails when there are none of the kind. */
  excuse(pattern: RegExp): void;
  /** Goes to another address as a person does who types it. */
  go(path: string): Promise<void>;
}

interface ScreenOptions extends BrowserContextOptions {
  /** Null for nobody. */
  role?: ApiRole | null;
  width?: number;
  /** Runs before the first address is gone to. */
  before?: (page: Page) => Promise<void>;
}

const screens: Screen[] = [];
const sessions = new Map<ApiRole, Awaited<ReturnType<BrowserContext['storageState']>>>();

/** Opens a page in a browser of its own, signed in. */
export async function openScreen(path: string, options: ScreenOptions = {}): Promise<Screen> {
  const { role = 'admin', width = 1280, before, ...rest } = options;
  const { browser, stack } = product();
  const context = await browser.newContext({
    baseURL: stack.apiUrl,
    viewport: { width, height: 900 },
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    ...(role !== null && { storageState: await sessionOf(role) }),
    ...rest,
  });
  context.setDefaultTimeout(WITHIN.timeout);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`thrown: ${error.stack ?? error.message}`));
  page.on('console', (message) => complain(message, complaints));
  const screen: Screen = {
    page,
    context,
    complaints,
    excuse(pattern) {
      const others = complaints.filter((text) => !pattern.test(text));
      expect(others.length, `nothing like ${pattern} in ${complaints.join('\n')}`).toBeLessThan(
        complaints.length,
      );
      complaints.splice(0, complaints.length, ...others);
    },
    async go(to) {
      await page.goto(to);
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
  };
  screens.push(screen);
  await before?.(page);
  await screen.go(path);
  return screen;
}

function complain(message: ConsoleMessage, complaints: string[]): void {
  if (message.type() !== 'error' && message.type() !== 'warning') return;
  complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
}

/** Signs in once for each role; the tests of signing in do it by hand. */
async function sessionOf(role: ApiRole) {
  const { browser, stack, keys } = product();
  const known = sessions.get(role);
  if (known !== undefined) return known;
  const context = await browser.newContext();
  const answer = await context.request.post(`${stack.apiUrl}/sign-in`, { data: { key: keys[role] } });
  expect(answer.status()).toBe(200);
  const state = await context.storageState();
  await context.close();
  sessions.set(role, state);
  return state;
}

/** Closes what a test opened, and fails it when a page has complained of anything. */
export async function closeScreens(): Promise<void> {
  const complaints: string[] = [];
  for (const screen of screens.splice(0)) {
    complaints.push(...screen.complaints);
    await screen.context.close();
  }
  expect(complaints).toEqual([]);
}

/** A campaign with leads of these numbers; started where that is wanted. */
export async function makeCampaign(
  name: string,
  phones: readonly string[],
  options: { settings?: Partial<CampaignSettings>; start?: boolean } = {},
): Promise<string> {
  const { call } = product();
  const settings = { ...OPEN, ...options.settings };
  const { id } = await call<{ id: string }>('POST', '/api/campaigns', { name, settings });
  if (phones.length > 0) {
    const leads = phones.map((phone, index) => ({ phone, name: `${name} ${index + 1}` }));
    const { accepted } = await call<{ accepted: number }>('POST', `/api/campaigns/${id}/leads`, { leads });
    expect(accepted).toBe(phones.length);
  }
  if (options.start ?? true) await call('POST', `/api/campaigns/${id}/start`, {});
  return id;
}

/** Resolves when the campaign has the status. */
export async function reached(campaignId: string, status: string): Promise<void> {
  await vi.waitFor(async () => {
    const campaign = await product().call<{ status: string }>('GET', `/api/campaigns/${campaignId}`);
    expect(campaign.status).toBe(status);
  }, WITHIN);
}
