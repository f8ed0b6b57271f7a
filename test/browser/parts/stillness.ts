import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { makeCampaign, openScreen, product, WITHIN } from '../rig.ts';
import { settled } from './screens.ts';

const AREAS = ['503', '505', '507', '508', '509', '510', '512', '513'];

/**
 * In the measure of browsers, by which a page is good below 0.1. A right-aligned figure that gains a digit counts as
 * one that moved, with a millionth; anything that pushes a row or a card has more than this.
 */
const MOST_SHIFT = 0.001;

/** A part of the page that was pushed by another. */
interface Shift {
  score: number;
  what: string[];
}

interface ShiftEntry extends PerformanceEntry {
  value: number;
  hadRecentInput: boolean;
  sources: { node: Node | null }[];
}

declare global {
  interface Window {
    shifts?: Shift[];
  }
}

/** Runs in the page: notes from now on whatever moves without having been asked to. */
function watchShifts(): void {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as ShiftEntry[]) {
      if (entry.hadRecentInput) continue;
      const what = entry.sources.map(({ node }) =>
        node instanceof Element ? node.outerHTML.slice(0, 120) : (node?.textContent ?? ''),
      );
      window.shifts?.push({ score: entry.value, what });
    }
  }).observe({ type: 'layout-shift' });
}

async function watch(path: string): Promise<Page> {
  const { page } = await openScreen(path, { role: 'operator' });
  await settled(page);
  await page.evaluate(watchShifts);
  return page;
}

/**
 * That what one looks at stays where it is, as the browser's own account of its layout has it: pictures of what moves
 * would be of many moments.
 */
export function stillnessTests(): void {
  test('nothing moves on a screen while calls come and go on it', async () => {
    const { call } = product();
    // Short talks and long ones by turns, so that calls end all the while that one looks.
    const phones = AREAS.flatMap((area) => ['08', '09', '14'].map((end) => `+1${area}55501${end}`));
    const id = await makeCampaign('Still', phones, { settings: { lines: 2 } });
    await vi.waitFor(async () => {
      const { lines } = await call<{ lines: { inUse: number } }>('GET', `/api/campaigns/${id}/progress`);
      expect(lines.inUse).toBe(2);
    }, WITHIN);
    const pages = await Promise.all([watch('/'), watch('/campaigns'), watch(`/campaigns/${id}`)]);
    const before = await ended(id);
    await vi.waitFor(async () => expect(await ended(id)).toBeGreaterThanOrEqual(before + 3), WITHIN);
    for (const page of pages) {
      const shifts = (await page.evaluate(() => window.shifts)) ?? [];
      const sum = shifts.reduce((total, { score }) => total + score, 0);
      expect(sum, `${page.url()}: ${JSON.stringify(shifts)}`).toBeLessThan(MOST_SHIFT);
    }
    await call('POST', `/api/campaigns/${id}/stop`, {});
  });
}

async function ended(campaignId: string): Promise<number> {
  const path = `/api/campaigns/${campaignId}/calls?limit=200&status=ended`;
  return (await product().call<{ items: unknown[] }>('GET', path)).items.length;
}
