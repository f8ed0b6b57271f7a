// `node scripts/screenshots.ts WEB_UI_CAMPAIGN_URL LEADS_URL FOLDER`: pictures for the docs, from a running
// demo.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchChromium } from '#launcher/chromium.ts';

const [campaignUrl, leadsUrl, folder] = process.argv.slice(2);
if (campaignUrl === undefined || leadsUrl === undefined || folder === undefined) {
  throw new Error('Name the campaign page, the list of its leads, and the folder for the pictures.');
}
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } });
  await take(page, campaignUrl, 'web-ui-campaign.png');
  await take(page, leadsUrl, 'web-ui-leads.png');
  const lead = page.locator('a[href*="/workflows/lead%2F"]').first();
  await take(page, new URL((await lead.getAttribute('href')) ?? '', leadsUrl).href, 'web-ui-lead.png');
} finally {
  await browser.close();
}

async function take(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url, { waitUntil: 'networkidle' });
  await page.getByText('RingleaderCampaign').or(page.getByText('lead/')).first().waitFor();
  await page.screenshot({ path: join(folder ?? '.', name) });
}
