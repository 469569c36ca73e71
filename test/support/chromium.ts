import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

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
  return chromium.launch({ executablePath: await chromiumPath(), args: ARGUMENTS });
}

/** CHROMIUM_PATH, else one in the usual places, else one freshly installed where that can be done. */
async function chromiumPath(): Promise<string> {
  const given = process.env['CHROMIUM_PATH'];
  if (given !== undefined && given !== '') {
    if (await isProgram(given)) return given;
    throw new Error(`CHROMIUM_PATH is ${given}, and no program is there.`);
  }
  const found = await findChromium();
  if (found !== null) return found;
  if (process.getuid?.() !== 0 || !(await isProgram('/usr/bin/apt-get'))) {
    throw new Error(
      'The browser test needs Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM_PATH.',
    );
  }
  const run = promisify(execFile);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('/usr/bin/apt-get', ['update'], { env });
  await run('/usr/bin/apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { env });
  const installed = await findChromium();
  if (installed === null) throw new Error('apt-get installed Chromium, and there is none in the usual places.');
  return installed;
}

async function findChromium(): Promise<string | null> {
  const folders = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)];
  for (const path of folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))) {
    if (await isProgram(path)) return path;
  }
  return null;
}

function isProgram(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
