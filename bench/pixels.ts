// `npm run bench -- pixels`: from a webhook's post until the screen shows the call's new state, compared with
// a bare page of server-sent events; and how a wall of two hundred calls copes with fifty changes a second.
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '#launcher/chromium.ts';
import { buildDashboard } from '#launcher/dashboard.ts';
import { type BarePage, startBarePage } from './floor/bare-page.ts';
import type { CampaignParts } from './shared/campaign.ts';
import { dialCalls } from './shared/dialled-calls.ts';
import { type DialledCall, postCallBody, postSigned } from './shared/post-call.ts';
import { conclude, describeMachine, printTable, readOptions, say } from './shared/report.ts';
import { createDatabase, startBenchTemporal, startProduct, WEBHOOK_SECRET } from './shared/rig.ts';
import { percentile, significant } from './shared/statistics.ts';

/** `calls` fit into the visible table; `pauseMs` lies between two posts. */
const DEFAULTS = { rounds: 12, calls: 16, pauseMs: 150, wall: 200, perSecond: 50, seconds: 15 };
const SEEN_WITHIN_MS = 30_000;

type Sizes = typeof DEFAULTS;

interface Bench extends CampaignParts {
  apiUrl: string;
  bare: BarePage;
  context: BrowserContext;
  sizes: Sizes;
}

/** Set by the benchmark in the page. */
declare global {
  interface Window {
    /** When the awaited text had been drawn, Unix milliseconds. */
    seenAt?: number | null;
    tasksMs?: number[];
    framesMs?: number[];
  }
}

async function main(): Promise<void> {
  const { sizes, jsonFile } = readOptions(DEFAULTS);
  await buildDashboard(say);
  const database = await createDatabase();
  const temporal = await startBenchTemporal();
  const product = await startProduct({
    databaseUrl: database.url,
    temporalAddress: temporal.address,
    speed: null,
  });
  const bare = await startBarePage();
  const browser = await launchChromium();
  try {
    const apiUrl = String(product.services.api.ready.url);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    await context.request.post(`${apiUrl}/sign-in`, { data: { key: product.key } });
    const bench: Bench = { product, database, temporal, apiUrl, bare, context, sizes };
    const { dashboardMs, bareMs } = await measurePixels(bench);
    const wall = await measureWall(bench);
    report({ sizes, dashboardMs, bareMs, wall, jsonFile, version: browser.version() });
  } finally {
    await browser.close();
    bare.stop();
    await product.stop();
    await temporal.stop();
    await database.drop();
  }
}

/** Both pages are open and get posts in turns, so that other load on the machine affects both. */
async function measurePixels(bench: Bench): Promise<{ dashboardMs: number[]; bareMs: number[] }> {
  const { sizes, context, bare, apiUrl, database } = bench;
  const calls = await dialCalls(bench, sizes.rounds * sizes.calls);
  // Each round's calls are the latest during the round, and stand on top.
  await database.client.query(`update calls set started_at = now() - interval '1 day'`);
  const dashboardPage = await context.newPage();
  const barePage = await context.newPage();
  await barePage.goto(bare.url);
  const dashboardMs: number[] = [];
  const bareMs: number[] = [];
  for (let round = 0; round < sizes.rounds; round += 1) {
    const shown = calls.slice(round * sizes.calls, (round + 1) * sizes.calls);
    await database.client.query('update calls set started_at = now() where id = any($1)', [
      shown.map(({ id }) => id),
    ]);
    await dashboardPage.goto(`${apiUrl}/calls`);
    await dashboardPage.locator('[data-stream=live]').waitFor();
    await dashboardPage.locator(`[data-row="${shown[0]?.id}"]`).waitFor();
    for (const call of shown) {
      dashboardMs.push(
        await untilDrawn(dashboardPage, `[data-row="${call.id}"]`, 'Answered', () =>
          postWebhook(bench, call),
        ),
      );
      await sleep(sizes.pauseMs);
      bareMs.push(await untilDrawn(barePage, 'main', call.id, () => postToBarePage(bench, call)));
      await sleep(sizes.pauseMs);
    }
    const p95 = [dashboardMs, bareMs].map((side) => percentile(side.slice(-sizes.calls), 0.95).toFixed(0));
    say(`round ${round + 1}: 95 % within ${p95[0]} ms in the dashboard, ${p95[1]} ms on the bare page`);
  }
  await dashboardPage.close();
  await barePage.close();
  return { dashboardMs, bareMs };
}

async function postWebhook({ apiUrl }: Bench, call: DialledCall): Promise<void> {
  await postSigned(apiUrl, [postCallBody(call, new Date())], { secret: WEBHOOK_SECRET, atOnce: 1 });
}

async function postToBarePage({ bare }: Bench, { id }: DialledCall): Promise<void> {
  await fetch(bare.url, { method: 'POST', body: id });
}

/**
 * Milliseconds from just before the post until the frame with the text was drawn. Browser and benchmark share
 * one machine and one clock.
 */
async function untilDrawn(
  page: Page,
  selector: string,
  text: string,
  post: () => Promise<void>,
): Promise<number> {
  await page.bringToFront();
  await page.evaluate(
    ([place, awaited]) => {
      window.seenAt = null;
      const isThere = () => document.querySelector(place)?.textContent?.includes(awaited) ?? false;
      const observer = new MutationObserver(() => {
        if (!isThere()) return;
        observer.disconnect();
        requestAnimationFrame(() => {
          window.seenAt = performance.timeOrigin + performance.now();
        });
      });
      observer.observe(document.body, { childList: true, characterData: true, subtree: true });
    },
    [selector, text] as const,
  );
  const postedAt = performance.timeOrigin + performance.now();
  await post();
  await page.waitForFunction(() => typeof window.seenAt === 'number', undefined, { timeout: SEEN_WITHIN_MS });
  return (await page.evaluate(() => window.seenAt ?? Number.NaN)) - postedAt;
}

interface WallFigures {
  longTasks: number;
  longestTaskMs: number;
  longShare: number;
  framesPerSecond: number;
  frameP95Ms: number;
  tiles: number;
  changesPerSecond: number;
}

/** Each change on the wall is stored and published like the product's. */
async function measureWall(bench: Bench): Promise<WallFigures> {
  const { sizes, context, database, apiUrl } = bench;
  await database.client.query(`update calls set status = 'ended', ended_at = now()`);
  const calls = await dialCalls(bench, sizes.wall);
  const page = await context.newPage();
  await page.goto(`${apiUrl}/`);
  await page.locator('[data-stream=live]').waitFor();
  await page
    .locator('[data-call]')
    .nth(sizes.wall - 1)
    .waitFor();
  await page.evaluate(watchFrames);
  const startedMs = performance.now();
  let changes = 0;
  while (performance.now() - startedMs < sizes.seconds * 1_000) {
    const dueMs = startedMs + (changes * 1_000) / sizes.perSecond;
    await sleep(Math.max(0, dueMs - performance.now()));
    await change(bench, calls[changes % calls.length], changes);
    changes += 1;
  }
  const elapsedMs = performance.now() - startedMs;
  const { tasks, frames } = await page.evaluate(() => ({
    tasks: window.tasksMs ?? [],
    frames: window.framesMs ?? [],
  }));
  const tiles = await page.locator('[data-call]').count();
  await page.close();
  return {
    longTasks: tasks.length,
    longestTaskMs: Math.max(0, ...tasks),
    longShare: tasks.reduce((sum, ms) => sum + ms, 0) / elapsedMs,
    framesPerSecond: (frames.length / elapsedMs) * 1_000,
    frameP95Ms: percentile(frames, 0.95),
    tiles,
    changesPerSecond: (changes / elapsedMs) * 1_000,
  };
}

async function change({ database }: Bench, call: DialledCall | undefined, nth: number): Promise<void> {
  if (call === undefined) return;
  const status = nth % 2 === 0 ? 'ringing' : 'in_progress';
  await database.client.query(
    `with changed as (update calls set status = $2 where id = $1 returning id, campaign_id, lead_id)
     insert into events (type, campaign_id, lead_id, call_id, data)
     select 'call.updated', campaign_id, lead_id, id, '{}' from changed`,
    [call.id, status],
  );
}

/** Runs in the page. */
function watchFrames(): void {
  window.tasksMs = [];
  window.framesMs = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.tasksMs?.push(duration);
  }).observe({ type: 'longtask' });
  let lastMs = performance.now();
  const next = (nowMs: number) => {
    window.framesMs?.push(nowMs - lastMs);
    lastMs = nowMs;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}

function spread(ms: readonly number[]) {
  const at = (share: number) => significant(percentile(ms, share), 3);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

interface Found {
  sizes: Sizes;
  dashboardMs: number[];
  bareMs: number[];
  wall: WallFigures;
  jsonFile: string | null;
  version: string;
}

function report({ sizes, dashboardMs, bareMs, wall, jsonFile, version }: Found): void {
  const sides = { dashboard: spread(dashboardMs), bare: spread(bareMs) };
  const p95Of = (side: readonly number[], round: number) =>
    percentile(side.slice(round * sizes.calls, (round + 1) * sizes.calls), 0.95);
  const samples = Array.from({ length: sizes.rounds }, (_, round) =>
    significant(p95Of(dashboardMs, round) - p95Of(bareMs, round), 3),
  );
  const value = significant(percentile(dashboardMs, 0.95) - percentile(bareMs, 0.95), 3);
  printTable(`Milliseconds from a post to pixels, ${dashboardMs.length} of each`, [
    ['', 'p50', 'p95', 'p99'],
    ['webhook to the row in the dashboard', sides.dashboard.p50, sides.dashboard.p95, sides.dashboard.p99],
    ['post to the text of a bare page', sides.bare.p50, sides.bare.p95, sides.bare.p99],
  ]);
  printTable(`A wall of ${wall.tiles} calls, ${wall.changesPerSecond.toFixed(0)} changes a second`, [
    ['', ''],
    ['tasks longer than 50 ms', wall.longTasks],
    ['longest, ms', wall.longestTaskMs],
    ['share of the time in them', significant(wall.longShare, 3)],
    ['frames a second', wall.framesPerSecond],
    ['95 % of the frames within, ms', wall.frameP95Ms],
  ]);
  conclude(
    {
      name: 'pixels',
      value,
      unit: 'ms p95 from webhook to pixels, over a bare page of server-sent events',
      samples,
      context: {
        machine: describeMachine(),
        versions: { chromium: version },
        sizes,
        milliseconds: sides,
        wall,
      },
    },
    jsonFile,
  );
}

await main();
