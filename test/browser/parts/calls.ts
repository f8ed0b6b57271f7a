import { expect, onTestFinished, test } from 'vitest';
import { makeCampaign, openScreen, product, reached, WITHIN } from '../rig.ts';
import { world } from '../world.ts';

/** Calls as they were, talks with an agent, and what nobody could account for. */
export function callTests(): void {
  test('a call is found by its number, opened, played in step with its transcript, and judged by a person', async () => {
    const { lead, callId } = world();
    const { page } = await openScreen('/calls', { role: 'operator' });
    await page.keyboard.press('/');
    await page.keyboard.type(lead.phone.slice(-7));
    await page.waitForURL(/q=/);
    const row = page.locator(`[data-row="${callId}"]`);
    await row.waitFor();
    await row.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`/calls/${callId}`));

    const play = page.getByRole('button', { name: 'Play', exact: true });
    await expect.poll(() => play.isEnabled(), WITHIN).toBe(true);
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    const transcript = page.getByRole('list', { name: 'Transcript' });
    const current = transcript.locator('[aria-current=true]');
    await current.waitFor();
    // A turn that is chosen is the one that is heard.
    const last = transcript.getByRole('listitem').last();
    const words = await last.textContent();
    await last.getByRole('button').click();
    await expect.poll(() => current.textContent(), WITHIN).toBe(words);
    await page.getByRole('button', { name: 'Pause', exact: true }).or(play).first().waitFor();

    await page.getByLabel('Search the transcript').fill('the');
    await page.getByText(/^in \d+ turns?$/).waitFor();
    expect(await transcript.locator('mark').first().textContent()).toMatch(/^the$/i);

    await page.getByLabel('Notes').fill('Asked for the price list.');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('A person’s word outranks every rule.').waitFor();
    const call = await product().call<{ notes: string }>('GET', `/api/calls/${callId}`);
    expect(call.notes).toBe('Asked for the price list.');
  });

  test('an agent is talked to by text, judged, and the talk is there as a call', async () => {
    const { page } = await openScreen(`/agents/${product().agentId}`, { role: 'operator' });
    await page.getByLabel('Name of this version').fill('by hand');
    await page.getByRole('button', { name: 'Start to write' }).click();
    const said = page.getByRole('log', { name: 'What was said' }).getByRole('listitem');
    await expect.poll(() => said.count(), WITHIN).toBe(1);
    await page.getByLabel('Message to the agent').fill('How much does it cost?');
    await page.keyboard.press('Enter');
    await expect.poll(() => said.count(), WITHIN).toBe(3);
    expect(await said.nth(1).textContent()).toContain('How much does it cost?');
    await page.getByRole('button', { name: 'End the talk' }).click();
    await page.getByText('The talk is over.').waitFor();
    await page.getByRole('radio', { name: /^4/ }).check({ force: true });
    await page.getByRole('link', { name: 'Open the call it became' }).click();
    await page.waitForURL(/\/calls\//);
    await page.getByRole('list', { name: 'Transcript' }).getByText('How much does it cost?').waitFor();
  });

  test('an agent is talked to by voice once the microphone is allowed: each hears the other, and there is a call', async () => {
    const { page, context } = await openScreen(`/agents/${product().agentId}`, { role: 'operator' });
    const talk = page.getByRole('radio', { name: /^By voice/ });
    const begin = page.getByRole('button', { name: 'Start to talk' });
    await talk.check({ force: true });
    await begin.click();
    // Nobody allows it: the page says so, and what can be done.
    await page
      .getByRole('alert')
      .getByText(/The microphone was refused/)
      .waitFor();
    await context.grantPermissions(['microphone']);
    await page.getByRole('button', { name: 'Talk again' }).or(begin).first().click();
    const said = page.getByRole('log', { name: 'What was said' }).getByRole('listitem');
    // The agent greets, hears the microphone's beeps as a sentence, and answers.
    await expect.poll(() => said.count(), WITHIN).toBeGreaterThanOrEqual(3);
    await page.keyboard.press('m');
    await page.getByRole('button', { name: 'Unmute' }).waitFor();
    await page.getByRole('button', { name: 'End the talk' }).click();
    await page.getByText('The talk is over. You ended it.').waitFor();
    await page.getByRole('link', { name: 'Open the call it became' }).click();
    await page.waitForURL(/\/calls\//);
    const turns = page.getByRole('list', { name: 'Transcript' }).getByRole('listitem');
    await expect.poll(() => turns.count(), WITHIN).toBeGreaterThanOrEqual(3);
  });

  test('case 18: a finished lead is called from its page, and a refusal names every rule', async () => {
    const id = await makeCampaign('Once more', ['+13125550108']);
    await reached(id, 'completed');
    const { items } = await product().call<{ items: { id: string }[] }>('GET', `/api/campaigns/${id}/leads`);
    const path = `/leads/${items[0]?.id}`;
    const { page, excuse } = await openScreen(path, { role: 'operator' });
    const callNow = page.getByRole('main').getByRole('button', { name: 'Call now' });
    const confirm = page.getByRole('alertdialog', { name: 'Call Once more 1 now?' });

    // Too soon, and one too many of the day: the dialog stays open and says what holds the call.
    await product().call('PATCH', `/api/campaigns/${id}`, {
      settings: { caps: { perDay: 1, minGapSeconds: 3_600 } },
    });
    await callNow.click();
    await confirm.getByRole('button', { name: 'Call now' }).click();
    const rules = confirm.getByRole('alert').getByRole('listitem');
    await rules.first().waitFor();
    expect((await rules.allInnerTexts()).map((text) => text.replace(/ Until .*/, ''))).toEqual([
      'Less than 3600 s since the last call.',
      '1 calls a day to one contact.',
    ]);
    excuse(/status of 409/);

    await product().call('PATCH', `/api/campaigns/${id}`, {
      settings: { caps: { perDay: null, minGapSeconds: 0 } },
    });
    await confirm.getByRole('button', { name: 'Call now' }).click();
    await page.getByText('It is one call more than the campaign allows.').waitFor();
    await page.getByText('Somebody asked for a call now, one call beyond the attempts').waitFor();
    await page.getByText('Call begun, attempt 2').waitFor();
    await reached(id, 'completed');

    const viewer = await openScreen(path, { role: 'viewer' });
    await viewer.page.getByRole('heading', { name: 'Once more 1' }).waitFor();
    expect(await viewer.page.getByRole('button', { name: 'Call now' }).count()).toBe(0);
  });

  test('case 17: a call that no one can account for is shown with what it means, and is settled by a person', async () => {
    onTestFinished(() => setFaults({ dialTimeoutAfterAccept: 0, webhookLoss: 0, readErrors: 0 }));
    const { page, excuse } = await openScreen('/attention', { role: 'operator' });
    // The shortest that the rules allow: it should be over after fifteen seconds.
    const settings = { ringSeconds: 5, maxCallSeconds: 10 };
    const id = await makeCampaign('Lost track', ['+16175550100'], { settings, start: false });
    // The start itself asks the provider, so the provider is away only then.
    const at = new Date(Date.now() + 3_000).toISOString();
    await product().call('POST', `/api/campaigns/${id}/start`, { at });
    await setFaults({ dialTimeoutAfterAccept: { next: 1 }, webhookLoss: 1, readErrors: 1 });
    // Nobody reloads: it appears when it is known.
    const group = page.getByRole('list', { name: 'Calls that should be over' });
    const item = group.getByRole('listitem').filter({ hasText: 'Lost track' });
    await item.waitFor({ timeout: 60_000 });
    await page.getByText('It keeps its line and its person').waitFor();
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: /^Needs attention \d+/ })
      .waitFor();

    await item.getByRole('button', { name: 'Settle' }).click();
    const dialog = page.getByRole('dialog', { name: 'What became of the call?' });
    const confirm = dialog.getByRole('button', { name: 'Settle the call' });
    // Neither without an outcome nor without a note.
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('It was placed, the rest is not known').check();
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByLabel('How you know').fill('The carrier’s console shows it.');
    await page.route('**/settle', (route) => route.abort(), { times: 1 });
    await confirm.click();
    await dialog.getByRole('alert').waitFor();
    excuse(/ERR_FAILED.*\/settle/);
    await confirm.click();
    await dialog.waitFor({ state: 'hidden' });
    await item.waitFor({ state: 'detached' });
    const { items } = await product().call<{ items: { id: string; reach: string; source: string }[] }>(
      'GET',
      `/api/campaigns/${id}/calls`,
    );
    expect(items).toMatchObject([{ reach: 'unknown', source: 'person' }]);
    await setFaults({ webhookLoss: 0, readErrors: 0 });
    await page.goto(`${new URL(page.url()).origin}/calls/${items[0]?.id}`);
    await page.getByRole('main').getByText('Unknown').first().waitFor();
  });
}

async function setFaults(faults: object): Promise<void> {
  const body = JSON.stringify(faults);
  const answer = await fetch(`${product().stack.simulatorUrl}/_sim/faults`, { method: 'POST', body });
  expect(answer.ok, await answer.text()).toBe(true);
}
