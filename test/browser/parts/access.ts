import { expect, onTestFinished, test } from 'vitest';
import { makeCampaign, openScreen, product } from '../rig.ts';
import { settled } from './screens.ts';

/** Who gets in, and what each may do. */
export function accessTests(): void {
  test('a wrong key is refused, the right one opens the page that was asked for, and no storage holds it', async () => {
    const { page, context, excuse } = await openScreen('/campaigns', { role: null });
    excuse(/status of 401/);
    const key = product().keys.operator;
    await page.getByLabel('API key').fill('nobody-has-this-key');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This key is not known, or was revoked.').waitFor();
    excuse(/status of 401/);
    await page.getByLabel('API key').fill(key);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Campaigns' }).waitFor();

    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    expect(kept).not.toContain(key);
    const cookies = await context.cookies();
    expect(cookies).toMatchObject([{ name: 'ringleader', httpOnly: true, sameSite: 'Strict' }]);
    expect(cookies[0]?.value).not.toContain(key);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in to Ringleader' }).waitFor();
    excuse(/status of 401/);
  });

  test('a viewer sees a campaign and can neither launch, start, pause nor stop it; an operator can', async () => {
    const phones = ['205', '251', '256', '334', '480', '602', '623', '928'].map((area) => `+1${area}5550109`);
    const runs = await makeCampaign('Slow and steady', phones, { settings: { lines: 1 } });
    onTestFinished(() => product().call('POST', `/api/campaigns/${runs}/stop`, {}));
    const rests = await makeCampaign('Not yet', ['+13105550100'], { start: false });
    const changes = /^(Launch|Start|Pause|Resume|Stop|More actions|Add a lead|Archive)\b/;
    const viewer = await openScreen('/', { role: 'viewer' });
    for (const path of ['/', '/campaigns', `/campaigns/${runs}`, `/campaigns/${rests}`]) {
      const { page } = viewer;
      await viewer.go(path);
      await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
      await settled(page);
      expect(await page.getByRole('button', { name: changes }).count(), path).toBe(0);
      expect(await page.getByRole('link', { name: changes }).count(), path).toBe(0);
    }
    await viewer.go('/launch');
    await viewer.page.getByText('Your key does not allow this').waitFor();
    // The keys do nothing either.
    await viewer.go(`/campaigns/${runs}`);
    await viewer.page.keyboard.press('p');
    const { status } = await product().call<{ status: string }>('GET', `/api/campaigns/${runs}`);
    expect(status).toBe('running');

    const operator = await openScreen(`/campaigns/${runs}`, { role: 'operator' });
    await operator.page.getByRole('button', { name: 'Pause Slow and steady' }).waitFor();
    await operator.page.getByRole('button', { name: 'More actions' }).waitFor();
    await operator.go(`/campaigns/${rests}`);
    await operator.page.getByRole('button', { name: 'Start…' }).waitFor();
  });

  test('a session that ends asks for the key over the page, and what was typed is still there', async () => {
    const { page, context, excuse } = await openScreen('/launch', { role: 'operator' });
    await page.getByLabel('Name').fill('Half written');
    // Once it has read all it needs, only the change asks with the session that is gone.
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
    await page.getByLabel('Who calls').waitFor();
    await settled(page);
    await context.clearCookies();
    await page.getByRole('button', { name: 'Create draft and continue' }).click();
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
    await page.getByLabel('API key').fill(product().keys.operator);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor({ state: 'detached' });
    expect(await page.getByLabel('Name').inputValue()).toBe('Half written');
    await page.getByRole('button', { name: 'Create draft and continue' }).click();
    await page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name: 'Leads' }).waitFor();
    await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
    // Only now: what else the page read in the meantime was refused as well.
    excuse(/status of 401/);
  });
}
