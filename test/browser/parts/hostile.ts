import { expect, test, vi } from 'vitest';
import { makeCampaign, openScreen, product, reached, type Screen, WITHIN } from '../rig.ts';
import { settled } from './screens.ts';

/** Each would do something if it were taken for more than text. */
const ATTACKS = [
  '<img src=x onerror="window.taken=1">',
  '<script>window.taken=2</script>',
  '"><svg onload=window.taken=3>',
  '[x](javascript:window.taken=4)',
];
const [IMAGE = '', SCRIPT = '', SVG = '', LINK = ''] = ATTACKS;
const PHONE = '+12065550100';

interface Listed {
  items: { id: string }[];
}

/** A campaign whose every word is somebody's attempt on the one who reads it. */
async function hostileCampaign(): Promise<{ campaignId: string; leadId: string; callId: string }> {
  const { call, db, stack } = product();
  const campaignId = await makeCampaign(SCRIPT, [], { start: false });
  const lead = { phone: PHONE, name: IMAGE, variables: { company: SVG, 'a<b>': LINK } };
  await call('POST', `/api/campaigns/${campaignId}/leads`, { leads: [lead] });
  await call('POST', `/api/campaigns/${campaignId}/start`, {});
  await reached(campaignId, 'completed');
  const leads = await call<Listed>('GET', `/api/campaigns/${campaignId}/leads`);
  const calls = await call<Listed>('GET', `/api/campaigns/${campaignId}/calls`);
  const [leadId = '', callId = ''] = [leads.items[0]?.id, calls.items[0]?.id];
  await call('PATCH', `/api/calls/${callId}`, { notes: `${SVG} ${LINK}` });
  // What was said comes from the provider, who takes it from the person.
  const turns = ATTACKS.map((text, index) => ({
    role: index % 2 === 0 ? 'user' : 'agent',
    text,
    atSeconds: index,
  }));
  await db.query('update call_details set transcript = $2 where call_id = $1', [
    callId,
    JSON.stringify(turns),
  ]);
  await db.query('update calls set summary = $2 where id = $1', [callId, IMAGE]);
  const text = { from: PHONE, to: '+12125550190', body: `${IMAGE} ${LINK}` };
  const sent = await fetch(`${stack.simulatorUrl}/_sim/texts`, {
    method: 'POST',
    body: JSON.stringify(text),
  });
  expect(sent.ok, await sent.text()).toBe(true);
  await call('POST', '/api/opt-outs', { phone: '+12065550177', reason: SCRIPT });
  await vi.waitFor(async () => {
    const { items } = await call<Listed>('GET', `/api/messages?leadId=${leadId}`);
    expect(items.length).toBeGreaterThan(0);
  }, WITHIN);
  return { campaignId, leadId, callId };
}

async function expectText({ page }: Screen, texts: readonly string[], path: string): Promise<void> {
  for (const text of texts) {
    await page.getByText(text, { exact: false }).first().waitFor();
  }
  const taken = await page.evaluate(() => (window as unknown as { taken?: number }).taken);
  expect(taken, path).toBeUndefined();
  // Neither are they elements that wait for their chance.
  const places = 'img[src="x"], svg[onload], main script, a[href^="javascript:"]';
  expect(await page.locator(places).count(), path).toBe(0);
}

/** That what people write stays what it is: text. */
export function hostileTests(): void {
  test('script in names, transcripts, notes, texts and reasons stays text', async () => {
    const { campaignId, leadId, callId } = await hostileCampaign();
    const shown: [path: string, texts: string[]][] = [
      ['/campaigns', [SCRIPT]],
      [`/campaigns/${campaignId}?tab=leads`, [SCRIPT, IMAGE]],
      ['/calls', [IMAGE]],
      [`/calls/${callId}`, [IMAGE, SCRIPT, SVG, LINK]],
      [`/leads/${leadId}`, [IMAGE]],
      ['/messages', [IMAGE]],
      ['/opt-outs', [SCRIPT]],
    ];
    const screen = await openScreen('/');
    for (const [path, texts] of shown) {
      await screen.go(path);
      await settled(screen.page);
      await expectText(screen, texts, path);
    }
  });

  test('the policy of the page lets no inline script run, and no stranger be asked', async () => {
    const { page, excuse } = await openScreen('/');
    const answer = await page.request.get('/campaigns', { headers: { accept: 'text/html' } });
    const policy = answer.headers()['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|\*;|script-src[^;]*nonce/);
    expect(await answer.text()).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=/i);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.taken = 1';
      document.body.append(script);
    });
    expect(await page.evaluate(() => (window as unknown as { taken?: number }).taken)).toBeUndefined();
    excuse(/Content Security Policy/);
    const asked = page.evaluate(() =>
      fetch('https://example.com/').then(
        () => 'asked',
        () => 'refused',
      ),
    );
    expect(await asked).toBe('refused');
    excuse(/Content Security Policy/);
  });
}
