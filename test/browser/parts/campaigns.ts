import type { Page } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { makeCampaign, OPEN, openScreen, product, reached, WITHIN } from '../rig.ts';

/** Numbers of people who talk until the longest duration. */
const TALKATIVE = ['+12135550109', '+14155550109', '+16465550109', '+17185550109'];

/** So that calls of the talkative last for half a minute here: they are still under way when they are looked at. */
const LONG_CALLS = { maxCallSeconds: 1_800 };

const CSV = [
  'Full name,Mobile,Plan',
  'Ada Example,+1 646-555-0100,starter',
  'Nora Nonumber,,team',
  'Wilma Wordy,call the front desk,team',
  'Bo Sample,+1 646-555-0108,"team, yearly"',
  'Ada Again,+16465550100,starter',
].join('\r\n');

/** The launch of a campaign, and what an operator does while it runs. */
export function campaignTests(): void {
  test('a campaign is launched from a CSV with bad rows, and watched until its end', async () => {
    const { page } = await openScreen('/campaigns', { role: 'operator' });
    await page.getByRole('link', { name: 'Launch a campaign' }).click();
    await page.getByLabel('Name').fill('From a file');
    await page.getByRole('button', { name: 'Create draft and continue' }).click();
    await page.waitForURL(/step=leads/);
    const id = new URL(page.url()).searchParams.get('campaign') ?? '';

    await page.locator('input[type=file]').setInputFiles({
      name: 'people.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(CSV),
    });
    // What the columns are is seen by their names; a person may say otherwise.
    await expect.poll(() => page.getByLabel('Mobile is').inputValue(), WITHIN).toBe('phone');
    await page.getByLabel('Full name is').selectOption({ label: 'Name' });
    await page.getByRole('button', { name: 'Import leads' }).click();
    await page.getByRole('heading', { name: '2 leads added' }).waitFor();
    const wrong = page.getByRole('region', { name: 'Rows that were not added' });
    const rows = (await wrong.getByRole('row').allInnerTexts()).map((text) => text.replaceAll('\t', ' '));
    expect(rows.slice(1).map((row) => row.match(/^\d+/)?.[0])).toEqual(['3', '4', '6']);
    await page.getByTestId('lead-count').getByText('2', { exact: true }).waitFor();

    await openHours(id, page);
    await page.getByRole('button', { name: 'Continue to rules' }).click();
    await page.waitForURL(/step=rules/);
    await page.getByRole('button', { name: 'Save and continue' }).click();
    await page.waitForURL(/step=review/);
    await figure(page, 'Leads', '2');
    await page.getByText('Open now').waitFor();
    await page.getByRole('button', { name: 'Launch campaign' }).click();
    const confirm = page.getByRole('alertdialog', { name: 'Call 2 leads?' });
    await confirm.getByRole('button', { name: 'Launch' }).click();

    // Without a reload: the screen is kept true by what is told.
    await page.waitForURL(new RegExp(`/campaigns/${id}`));
    await page.getByText('Completed').first().waitFor();
    await figure(page, 'Calls', '2');
    await figure(page, 'Answered', '2');
    await page.keyboard.press('2');
    await page.getByRole('cell', { name: 'Bo Sample' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(3);
  });

  test('one key pauses the campaign at once and says how many calls will finish; another goes on', async () => {
    const id = await makeCampaign('Talks', TALKATIVE, { settings: { lines: 2, maxCallSeconds: 1_200 } });
    const { page } = await openScreen(`/campaigns/${id}`, { role: 'operator' });
    await talking(id, 2);
    await page.getByText('It is dialling: 2 calls under way.').waitFor();
    const pressedAt = performance.now();
    await page.keyboard.press('p');
    await page.getByText('2 calls under way will finish.').waitFor();
    const tookMs = performance.now() - pressedAt;
    await page.getByText('Paused', { exact: true }).first().waitFor();
    expect((await product().call<{ status: string }>('GET', `/api/campaigns/${id}`)).status).toBe('paused');
    // Nothing was asked first, and nobody is cut off.
    expect(await page.getByRole('alertdialog').count()).toBe(0);
    console.info(`pausing by key took ${Math.round(tookMs)} ms`);
    await vi.waitFor(async () => expect(await callsOf(id)).toEqual({ ended: 2, underWay: 0 }), WITHIN);

    await page.keyboard.press('r');
    await talking(id, 2);
    await page.getByText('It is dialling: 2 calls under way.').waitFor();
    await stop(page);
    await page.getByText('Stopped', { exact: true }).first().waitFor();
  });

  test('the wall shows who is being called, and everything is paused from there by one key', async () => {
    const id = await makeCampaign('On the wall', TALKATIVE.slice(0, 2), { settings: { lines: 2 } });
    const { page } = await openScreen('/', { role: 'operator' });
    const wall = page.getByRole('list', { name: 'Calls under way' });
    await wall.getByRole('link', { name: 'On the wall 1' }).waitFor();
    await wall.getByRole('link', { name: 'On the wall 2' }).waitFor();
    await page.keyboard.press('p');
    await page.getByText(/campaigns? paused$/).waitFor();
    await page.getByText('No call is under way', { exact: true }).waitFor();
    await reached(id, 'paused');
    await product().call('POST', `/api/campaigns/${id}/stop`, {});
  });

  test('settings are edited while the campaign runs, and apply to the next attempt', async () => {
    const id = await makeCampaign('Changing', TALKATIVE, { settings: { lines: 1, ...LONG_CALLS } });
    const { page, excuse } = await openScreen(`/campaigns/${id}?tab=settings`, { role: 'operator' });
    await page.getByText('Version 1', { exact: true }).waitFor();
    await page.getByLabel(/^(Lines|Calls at once)/).fill('0');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByRole('alert').getByText('not accepted').waitFor();
    excuse(/status of 422/);
    await page.getByLabel(/^(Lines|Calls at once)/).fill('3');
    await page.getByRole('button', { name: 'Save changes' }).click();
    await page.getByText('They apply from the next attempt on.').waitFor();
    await page.getByText('Version 2', { exact: true }).waitFor();
    await vi.waitFor(async () => expect((await callsOf(id)).underWay).toBe(3), WITHIN);
    await page.keyboard.press('1');
    await page.getByText('It is dialling: 3 calls under way.').waitFor();
    await stop(page);
    await page.getByText('Stopped', { exact: true }).first().waitFor();
  });

  test('a campaign is launched and paused by the keyboard alone', async () => {
    const { page } = await openScreen('/', { role: 'operator' });
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('heading', { level: 1, name: 'Campaigns' }).waitFor();
    await page.keyboard.press('n');
    await tabTo(page, 'Name');
    await page.keyboard.type('By keys');
    await tabTo(page, 'Create draft and continue');
    await page.keyboard.press('Enter');
    await page.waitForURL(/step=leads/);
    const id = new URL(page.url()).searchParams.get('campaign') ?? '';
    await tabTo(page, 'CSV file');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Rows');
    await page.keyboard.type('phone,name\n+14255550109,Kay Board\n+15035550109,Ty Pewriter');
    await tabTo(page, 'Read the rows');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Import leads' }).waitFor();
    await tabTo(page, 'Import leads');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '2 leads added' }).waitFor();
    await openHours(id, page);
    await tabTo(page, 'Continue to rules');
    await page.keyboard.press('Enter');
    await page.waitForURL(/step=rules/);
    await tabTo(page, 'Save and continue');
    await page.keyboard.press('Enter');
    await page.waitForURL(/step=review/);
    await tabTo(page, 'Launch campaign');
    await page.keyboard.press('Enter');
    await page.getByRole('alertdialog', { name: 'Call 2 leads?' }).waitFor();
    await tabTo(page, 'Launch');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/campaigns/${id}`));
    await page.getByText('It is dialling: 2 calls under way.').waitFor();
    await page.keyboard.press('p');
    await page.getByText('2 calls under way will finish.').waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).getByText('Resume this campaign').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor({ state: 'detached' });
    await product().call('POST', `/api/campaigns/${id}/stop`, {});
  });
}

/** Makes the draft call at any hour, and shows it anew: a draft survives that. */
async function openHours(id: string, page: Page): Promise<void> {
  await product().call('PATCH', `/api/campaigns/${id}`, { settings: { ...OPEN, ...LONG_CALLS } });
  await page.reload();
}

/** Goes on by Tab until the control of that name has the keyboard. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 150; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    const snapshot = (await focused.count()) === 0 ? '' : await focused.ariaSnapshot();
    // Such as: - button "Import leads"
    const found = /^- [\w ]+ "((?:[^"\\]|\\.)*)"/.exec(snapshot)?.[1] ?? '';
    passed.push(found);
    if (typeof name === 'string' ? found === name : name.test(found)) return;
  }
  throw new Error(`The keyboard does not get to ${name}. It passed: ${passed.join(' | ')}`);
}

async function stop(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Stop for good…' }).click();
  const confirm = page.getByRole('alertdialog');
  await confirm.getByText(/\d+ calls? under way will finish/).waitFor();
  await confirm.getByRole('button', { name: 'Stop campaign' }).click();
  await confirm.waitFor({ state: 'detached' });
}

async function figure(page: Page, label: string, value: string): Promise<void> {
  const place = page.getByText(label, { exact: true }).locator('xpath=..');
  await place.getByText(value, { exact: true }).first().waitFor();
}

interface CallPage {
  items: { status: string }[];
}

async function callsOf(campaignId: string): Promise<{ ended: number; underWay: number }> {
  const path = `/api/campaigns/${campaignId}/calls?limit=200`;
  const { items } = await product().call<CallPage>('GET', path);
  const ended = items.filter(({ status }) => status === 'ended').length;
  return { ended, underWay: items.length - ended };
}

/** Resolves when so many calls of the campaign are under way. */
async function talking(campaignId: string, calls: number): Promise<void> {
  await vi.waitFor(async () => expect((await callsOf(campaignId)).underWay).toBe(calls), WITHIN);
}
