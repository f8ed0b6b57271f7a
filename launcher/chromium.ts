import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** A page under test talks to the loopback interface; the browser itself to nobody. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A microphone that beeps every second; a page must still be allowed to use it.
  '--use-fake-device-for-media-stream',
];

/**
 * Starts the machine's own Chromium without a window: `CHROMIUM_PATH`, else where Debian's package puts it.
 *
 * @throws Error that says how to get one, when there is none
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH || '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}: "apt-get install chromium" puts one there, and CHROMIUM_PATH names another.`,
    );
  }
  return await chromium.launch({ executablePath, headless: true, args: QUIET });
}
