import { chromium, type Browser } from 'playwright-core';
import { programPath } from './debianPackage.ts';

const CHROMIUM = {
  title: 'Chromium',
  variable: 'CHROMIUM_PATH',
  names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
  package: 'chromium',
};

/** Nothing of the browser's own on the network or the graphics card; no sandbox, which root and containers cannot have. */
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A headless Chromium; the caller closes it. Throws with what to install where there is none and none can be had. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await programPath(CHROMIUM), args: ARGUMENTS });
}
