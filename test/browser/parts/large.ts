import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { makeCampaign, openScreen, product, WITHIN } from '../rig.ts';

const CSV_ROWS = 1_000_000;
const CALLS = 100_000;
const MEGABYTE = 1_048_576;
/** How high a row of the table is. */
const ROW_PX = 41;

/** Bytes of the page's own memory that are in use, after what is not has been collected. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}

/** A list as large as nobody has one, on the disk. */
async function writeHugeCsv(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'ringleader-browser-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'million.csv');
  const out = createWriteStream(file);
  out.write('phone,name,company\n');
  const CHUNK = 10_000;
  for (let from = 0; from < CSV_ROWS; from += CHUNK) {
    const rows = Array.from({ length: CHUNK }, (_, index) => {
      const row = from + index;
      // Area codes from 200 on, and only numbers that are kept for fiction; they repeat.
      return `+1${200 + (row % 800)}55501${String(row % 100).padStart(2, '0')},Person ${row},Company ${row % 977}`;
    });
    if (!out.write(`${rows.join('\n')}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return file;
}

/** That size does not matter. */
export function largeTests(): void {
  test('a CSV of a million rows goes out as a stream, with progress, and can be cancelled', async () => {
    const file = await writeHugeCsv();
    const id = await makeCampaign('A million', [], { start: false });
    const { page, context } = await openScreen(`/launch?campaign=${id}&step=leads`, { role: 'operator' });
    const session = await context.newCDPSession(page);
    const before = await heapOf(session);
    await page.locator('input[type=file]').setInputFiles(file);
    await page.getByRole('button', { name: 'Import leads' }).click();
    const bar = page.getByRole('progressbar', { name: 'Import of the leads' });
    const seen: number[] = [];
    await expect
      .poll(async () => {
        seen.push(Number(await bar.getAttribute('aria-valuenow')));
        return new Set(seen).size;
      }, WITHIN)
      .toBeGreaterThan(3);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(seen.at(-1)).toBeLessThan(100);
    expect((await heapOf(session)) - before).toBeLessThan(Math.min(20 * MEGABYTE, statSync(file).size / 2));

    await page.getByRole('button', { name: 'Cancel import' }).click();
    await page.getByText('Cancelled. Rows that had gone out before stay in the campaign').waitFor();
    const total = () => product().call<{ leads: { total: number } }>('GET', `/api/campaigns/${id}/progress`);
    // What had arrived is read to its end, and then nothing more comes.
    let last = -1;
    await expect
      .poll(
        async () => {
          const before = last;
          last = (await total()).leads.total;
          return last === before;
        },
        { timeout: 30_000, interval: 1_000 },
      )
      .toBe(true);
    expect(last).toBeLessThan(CSV_ROWS);
  });

  test('a table of a hundred thousand calls is scrolled with few rows in the page and bounded memory', async () => {
    await fillCalls();
    const { page, context } = await openScreen('/calls', { role: 'viewer' });
    const session = await context.newCDPSession(page);
    const table = page.getByRole('region', { name: /^Calls/ });
    await table.waitFor();
    const rows = () => page.locator('main tr').count();
    const before = await heapOf(session);
    let [most, loaded] = [0, 0];
    // Far enough that a list which keeps everything would show.
    for (let step = 0; step < 60; step += 1) {
      const height = await table.evaluate((it) => {
        it.scrollTo({ top: it.scrollHeight });
        return it.scrollHeight;
      });
      most = Math.max(most, await rows());
      await expect.poll(() => table.evaluate((it) => it.scrollHeight), WITHIN).toBeGreaterThan(height);
      loaded = height / ROW_PX;
    }
    const grown = (await heapOf(session)) - before;
    console.info(
      `scrolled ${Math.round(loaded)} calls: ${most} rows at most, heap +${(grown / MEGABYTE).toFixed(1)} MB`,
    );
    expect(loaded).toBeGreaterThan(10_000);
    expect(most).toBeLessThan(100);
    expect(grown).toBeLessThan(25 * MEGABYTE);
  });
}

/** Calls past counting, written into the database as they would stand there. */
async function fillCalls(): Promise<void> {
  const { db, agentId } = product();
  const id = await makeCampaign('Last year', ['+12015550100'], { start: false });
  await db.query('set session_replication_role = replica');
  await db.query(
    `insert into calls (id, campaign_id, lead_id, direction, attempt, phone, agent_id, from_number, status, reach,
       disposition, source, started_at, ended_at, talk_seconds, cost_cents, deadline_at, concluded_at, day, attributed_by)
     select 'past.' || n, $1, leads.id, 'outbound', n, leads.phone, $2, '+12125550190', 'ended', 'answered', 'none',
       'webhook', at, at + interval '1 minute', 60, 5, at, at, at::date, 'dial'
     from leads, generate_series(1, ${CALLS}) as n, lateral (select now() - n * interval '1 minute' as at) as its
     where leads.campaign_id = $1`,
    [id, agentId],
  );
  await db.query('set session_replication_role = origin');
  await db.query('analyze calls');
}
