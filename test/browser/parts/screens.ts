import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openScreen, product } from '../rig.ts';
import { world } from '../world.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Every screen, and those of its parts that look quite different, by an address with something to show. */
function addresses(): string[] {
  const { campaignId, draftId, lead, callId } = world();
  return [
    '/',
    '/campaigns',
    `/campaigns/${campaignId}`,
    `/campaigns/${campaignId}?tab=leads`,
    `/campaigns/${campaignId}?tab=calls`,
    `/campaigns/${campaignId}?tab=settings`,
    '/launch',
    ...['agent', 'leads', 'rules', 'review'].map((step) => `/launch?campaign=${draftId}&step=${step}`),
    '/calls',
    `/calls/${callId}`,
    `/leads/${lead.id}`,
    '/messages',
    '/attention',
    '/unattributed',
    '/agents',
    '/agents?tab=voices',
    '/agents?tab=numbers',
    `/agents/${product().agentId}`,
    '/agents/compare',
    '/opt-outs',
    '/settings',
    '/settings?tab=keys',
    '/settings?tab=webhooks',
  ];
}

/** Resolves when nothing holds the place of something that is to come. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const waiting = [...document.querySelectorAll('.sr-only')].some((it) => it.textContent === 'Loading');
    return !waiting && document.querySelector('main .animate-shimmer') === null;
  });
}

/** What axe finds that keeps somebody from using the page. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate<AxeResults>(() =>
    (globalThis as unknown as { axe: { run(node: Document, options: object): Promise<AxeResults> } }).axe.run(
      document,
      { preload: false },
    ),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

const THEMES = ['light', 'dark'] as const;
const WIDTHS_PX = [1280, 390];

/** What is wrong with the screens. */
interface Findings {
  barriers: Record<(typeof THEMES)[number], string[]>;
  tooWide: string[];
}

let toured: Promise<Findings> | null = null;

/** Loads every screen once, and looks at it in both themes and at both widths: each look has a test of its own. */
function tour(): Promise<Findings> {
  toured ??= lookAtAll();
  return toured;
}

async function lookAtAll(): Promise<Findings> {
  const screen = await openScreen('/');
  const { page } = screen;
  const findings: Findings = { barriers: { light: [], dark: [] }, tooWide: [] };
  for (const [index, path] of addresses().entries()) {
    await page.setViewportSize({ width: 1280, height: 900 });
    await screen.go(path);
    await settled(page);
    // Each is loaded in the theme that the one before it ended in.
    for (const theme of index % 2 === 0 ? THEMES : THEMES.toReversed()) {
      await page.emulateMedia({ colorScheme: theme });
      await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe(theme);
      findings.barriers[theme].push(...(await barriers(page)).map((barrier) => `${path} ${barrier}`));
    }
    for (const width of WIDTHS_PX) {
      await page.setViewportSize({ width, height: 900 });
      // A chart follows a change of width by a frame or two.
      const fits = () => document.documentElement.scrollWidth <= window.innerWidth;
      await page.waitForFunction(fits, undefined, { timeout: 3_000 }).catch(() => {});
      const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (over > 0) findings.tooWide.push(`${path} is ${over} px wider than ${width} px`);
    }
  }
  return findings;
}

/** That nobody is kept out, whatever their eyes, hands and screens. */
export function screenTests(): void {
  test.for(THEMES)('axe finds nothing serious on any screen in the %s theme', async (theme) => {
    expect((await tour()).barriers[theme]).toEqual([]);
  });

  test('no screen scrolls sideways, at a desk and on a phone', async () => {
    expect((await tour()).tooWide).toEqual([]);
  });

  test('addresses with nonsense in them lead to a page that says so', async () => {
    const screen = await openScreen('/campaigns?status=nonsense&x=%3Cscript%3E');
    const nowhere = [
      '/no-such-page',
      '/campaigns/no-such-campaign?tab=nonsense&reach=%00',
      '/leads/no-such-lead',
      '/calls/00000000-0000-7000-8000-000000000000',
      '/calls?reach=nonsense&from=tomorrow&q=%25%27%22',
      '/messages?phone=nobody',
      '/launch?campaign=nonsense&step=9',
      '/agents/no-such-agent',
    ];
    for (const path of nowhere) {
      await screen.page.goto(path);
      await screen.page.getByRole('navigation', { name: 'Main' }).waitFor();
      await settled(screen.page);
      const text = (await screen.page.getByRole('main').textContent()) ?? '';
      expect(text.trim(), path).not.toBe('');
      expect(text, path).not.toMatch(/undefined|NaN|Invalid Date|\[object/);
    }
    // Asking for what is not there is answered with 404 or 422, which the browser notes.
    screen.excuse(/status of (404|422)/);
  });
}
