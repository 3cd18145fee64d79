import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.CHROMIUM ?? CANDIDATES.find((path) => existsSync(path));
if (executablePath === undefined)
  console.warn('Skipped: no Chromium here (apt-get install chromium)');

/** `describe` where there is a Chromium, else a description that is skipped. */
export const withBrowser = executablePath === undefined ? describe.skip : describe;

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ args: ['--no-sandbox'], ...(executablePath && { executablePath }) });
}
