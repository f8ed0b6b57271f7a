import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** A page under test uses the loopback interface; the browser must contact nobody else. */
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A fake microphone that beeps every second; the page still needs permission.
  '--use-fake-device-for-media-stream',
];

/**
 * Starts a headless Chromium: the one at `CHROMIUM_PATH`, otherwise Debian's.
 *
 * @throws Error with instructions when there is none
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH || '/usr/bin/chromium';
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}: "apt-get install chromium" installs it there; CHROMIUM_PATH can name another.`,
    );
  }
  return await chromium.launch({ executablePath, headless: true, args: QUIET });
}
