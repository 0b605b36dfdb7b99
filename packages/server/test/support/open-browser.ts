import { type Browser, chromium } from 'playwright-core';

/** Chromium of the system's packages. */
export const CHROMIUM = '/usr/bin/chromium';

/** It runs as root on build machines, without a display, and talks to nobody but the server under test. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a browser: `await using browser = await openBrowser()`. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
}
