import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, type TestContext, test } from 'vitest';
import {
  compare,
  type Difference,
  isAlike,
  type Picture,
  readPng,
  readScreenshot,
  writePng,
} from '../likeness/picture.ts';
import { hasFont, openStage, type Stage } from '../likeness/stage.ts';
import { VIEWS, type View } from '../likeness/views.ts';
import { WITHIN } from '../rig.ts';
import { settled } from './screens.ts';

const FOLDER = resolve(import.meta.dirname, '..', 'likeness', 'pictures');
/** `LIKENESS=write` keeps the screens as they are now, for somebody to look at and to commit. */
const IS_WRITING = process.env.LIKENESS === 'write';

/** A chart follows its place by some frames; what is unlike for so long stays so. */
const PATIENCE_MS = 2_000;
/** With so many unlike, the rest is not waited for. */
const MOST_PATIENCE = 5;

const WIDTHS = { desk: { width: 1280, height: 900 }, phone: { width: 390, height: 1000 } };

/** Stands for one that is not kept, and is like none. */
const NO_PICTURE: Picture = { width: 0, height: 0, data: new Uint8Array() };

/** What somebody might do to a style by mistake, as a rule of CSS. */
const CHANGES = {
  'a heading is gone': 'main h1 { visibility: hidden }',
  'a row is gone': 'main li:nth-child(2) { display: none }',
  'the accent has another hue': ':root { --accent: oklch(0.5 0.2 145) !important }',
  'it is too wide': 'main > div { min-width: 1500px }',
  'it stands closer': 'main > div { padding: 0 !important }',
  'letters are larger': 'html { font-size: 15px !important }',
  'the ground is dark': ':root { --ground: oklch(0.175 0.012 265) !important }',
};

/** What another machine might make of the same style. */
const NO_CHANGES = {
  'letters are placed between points': '* { text-rendering: geometricPrecision !important }',
  'it stands a point lower': 'main { transform: translateY(1px) }',
  'it stands a point to the right': 'main { transform: translateX(1px) }',
};

/** That every screen looks as it did when somebody last looked at it. */
export function likenessTests(): void {
  test('every screen looks as in its kept pictures, at a desk and on a phone', async (context) => {
    const stage = await openStage();
    await needFont(context, stage.page);
    const names: string[] = [];
    const unlike: string[] = [];
    let failures: string | null = null;
    for (const view of VIEWS) {
      await show(stage, view);
      for (const [width, size] of Object.entries(WIDTHS)) {
        await stage.page.setViewportSize(size);
        for (const colorScheme of view.inDark ? (['light', 'dark'] as const) : (['light'] as const)) {
          await stage.page.emulateMedia({ colorScheme });
          const name = `${view.name}-${width}-${colorScheme}`;
          names.push(name);
          if (IS_WRITING) await keep(stage.page, name);
          const patienceMs = unlike.length < MOST_PATIENCE ? PATIENCE_MS : 0;
          const difference = await differenceOf(stage.page, name, patienceMs);
          if (isAlike(difference)) continue;
          unlike.push(`${name}: ${textOf(difference)}`);
          failures ??= mkdtempSync(join(tmpdir(), 'ringleader-likeness-'));
          writeSeen(join(failures, name), difference);
        }
      }
    }
    expect(stage.unanswered).toEqual([]);
    expect(unlike, `expected, actual and marked pictures are in ${failures}`).toEqual([]);
    expect(keptNames()).toEqual(names.sort());
  });

  test('a change of the looks is found, and what another machine does to letters is not one', async (context) => {
    const stage = await openStage();
    await needFont(context, stage.page);
    const view = VIEWS.find(({ name }) => name === 'campaigns');
    if (view === undefined) throw new Error('There is no such view.');
    await show(stage, view);
    await stage.page.setViewportSize(WIDTHS.desk);
    const after = async (style: string) => {
      await stage.page.evaluate(wear, style);
      return await differenceOf(stage.page, 'campaigns-desk-light', 0);
    };
    for (const [what, style] of Object.entries(CHANGES)) {
      const difference = await after(style);
      expect(isAlike(difference), `${what}: ${textOf(difference)}`).toBe(false);
    }
    for (const [what, style] of Object.entries(NO_CHANGES)) {
      const difference = await after(style);
      expect(isAlike(difference), `${what}: ${textOf(difference)}`).toBe(true);
    }
  });
}

/** Where letters come in another font nothing is alike; CI installs this one. */
async function needFont(context: TestContext, page: Page): Promise<void> {
  if (await hasFont(page)) return;
  const reason = 'The kept pictures are written in DejaVu Sans, which this machine lacks.';
  if (process.env.CI === undefined) context.skip(reason);
  throw new Error(reason);
}

async function show({ page, play }: Stage, view: View): Promise<void> {
  play(view.scene);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(WIDTHS.desk);
  await page.goto(view.path);
  if (view.scene === null) {
    await page.getByRole('heading', { level: 1 }).waitFor();
  } else {
    await page.locator('[data-stream=live]').waitFor();
    await page.getByRole('main').getByText(/./).first().waitFor();
    await settled(page);
  }
  await page.evaluate(() => document.fonts.ready);
  await view.act?.(page);
}

/** Runs in the page: the one sheet that comes and goes with the changes. */
function wear(style: string): void {
  const sheets = document.adoptedStyleSheets;
  const sheet = sheets[1] ?? new CSSStyleSheet();
  sheet.replaceSync(style);
  if (sheets.length < 2) sheets.push(sheet);
}

async function look(page: Page): Promise<Picture> {
  return readScreenshot(await page.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' }));
}

/** Keeps the picture once two in a row are the same. */
async function keep(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  let before = await look(page);
  await expect
    .poll(async () => {
      const now = await look(page);
      const { share } = compare(before, now);
      before = now;
      return share;
    }, WITHIN)
    .toBe(0);
  writeFileSync(fileOf(name), writePng(before));
}

interface Seen extends Difference {
  expected: Picture;
  actual: Picture;
}

/** How the page differs from its kept picture, as soon as it does not, and at the latest after so long. */
async function differenceOf(page: Page, name: string, patienceMs: number): Promise<Seen> {
  const expected = existsSync(fileOf(name)) ? readPng(readFileSync(fileOf(name))) : NO_PICTURE;
  const until = Date.now() + patienceMs;
  for (;;) {
    const actual = await look(page);
    const difference = compare(expected, actual);
    if (isAlike(difference) || Date.now() >= until) return { ...difference, expected, actual };
  }
}

function writeSeen(path: string, seen: Seen): void {
  for (const which of ['expected', 'actual', 'marked'] as const) {
    if (seen[which] !== NO_PICTURE) writeFileSync(`${path}-${which}.png`, writePng(seen[which]));
  }
}

function fileOf(name: string): string {
  return join(FOLDER, `${name}.png`);
}

function keptNames(): string[] {
  return readdirSync(FOLDER)
    .map((file) => file.replace(/\.png$/, ''))
    .sort();
}

function textOf({ share, worstTile }: Difference): string {
  return `${percent(share)} differ, of one place ${percent(worstTile)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
