import type { Route } from 'playwright-core';
import { expect, test, vi } from 'vitest';
import { makeCampaign, openScreen, product, WITHIN } from '../rig.ts';

const UNREACHED = /ERR_|Failed to load resource|NetworkError/;

function refuse(status: number, title: string, detail: string): (route: Route) => Promise<void> {
  const body = JSON.stringify({ type: 'urn:ringleader:problem:test', title, status, detail });
  return (route) => route.fulfill({ status, contentType: 'application/problem+json', body });
}

/** What a person sees of things that go wrong, and that it is over when they go right again. */
export function outageTests(): void {
  test('a server that restarts while one watches: the badge says so, and the page catches up by itself', async () => {
    const { stack, db } = product();
    const id = await makeCampaign('Through the storm', ['+13035550109']);
    const { page, excuse } = await openScreen(`/campaigns/${id}`, { role: 'operator' });
    const badge = page.locator('[data-stream]');
    await badge.getByText('Live', { exact: true }).waitFor();
    await page.getByText('It is dialling: 1 call under way.').waitFor();
    await page.evaluate(() => Object.assign(window, { sameDocument: true }));

    await stack.services.api.stop();
    try {
      await badge.getByText('Offline').waitFor();
      // Meanwhile the call ends: the worker needs no API for that.
      await vi.waitFor(async () => {
        const { rows } = await db.query('select status from campaigns where id = $1', [id]);
        expect(rows).toEqual([{ status: 'completed' }]);
      }, WITHIN);
      await page.getByText('Running', { exact: true }).first().waitFor();
    } finally {
      await stack.services.api.restart();
    }
    await badge.getByText('Live', { exact: true }).waitFor();
    await page.getByText('Completed', { exact: true }).first().waitFor();
    expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true);
    excuse(UNREACHED);
  });

  test('a list that cannot be read says why where it would stand, and is there after trying again', async () => {
    const { page, excuse } = await openScreen('/attention', { role: 'operator' });
    let pressed = false;
    await page.exposeFunction('pressed', () => {
      pressed = true;
    });
    const refused = refuse(500, 'Internal error', 'Something went wrong here.');
    // Until the button is pressed: an event of the stream may have the list read anew at any time.
    await page.route('**/api/campaigns?*', (route) => (pressed ? route.fallback() : refused(route)));
    await page.getByRole('link', { name: 'Campaigns', exact: true }).click();
    const alert = page.getByRole('main').getByRole('alert');
    await alert.getByText('Something went wrong here.').waitFor();
    // The rest of the page can be used meanwhile.
    await page
      .getByRole('link', { name: 'Attention' })
      .or(page.getByRole('link', { name: /^Needs attention/ }))
      .first()
      .isEnabled();
    await page.evaluate(() =>
      document.addEventListener('click', () => (window as unknown as { pressed(): void }).pressed(), true),
    );
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('list', { name: 'Campaigns' }).getByRole('link', { name: 'Harvest' }).waitFor();
    excuse(/status of 500/);
  });

  test('a change that is refused says why, keeps what was typed, and can be made again', async () => {
    const { page, excuse } = await openScreen('/launch', { role: 'operator' });
    const creation = '**/api/campaigns';
    await page.getByLabel('Name').fill('At the second try');
    await page.route(creation, refuse(503, 'Not available', 'The database does not answer.'));
    await page.getByRole('button', { name: 'Create draft and continue' }).click();
    await page.getByRole('alert').getByText('The database does not answer.').waitFor();
    excuse(/status of 503/);
    await page.unroute(creation);
    await page.route(creation, refuse(409, 'Conflict', 'There is one of that name.'));
    await page.getByRole('button', { name: 'Create draft and continue' }).click();
    await page.getByRole('alert').getByText('There is one of that name.').waitFor();
    excuse(/status of 409/);
    await page.unroute(creation);
    await page.route(creation, (route) => route.abort('connectionrefused'));
    await page.getByRole('button', { name: 'Create draft and continue' }).click();
    await page.getByRole('alert').getByText('Nothing was lost; try again.').waitFor();
    excuse(UNREACHED);
    await page.unroute(creation);
    expect(await page.getByLabel('Name').inputValue()).toBe('At the second try');
    await page.getByRole('button', { name: 'Create draft and continue' }).click();
    await page.waitForURL(/step=leads/);
  });
}
