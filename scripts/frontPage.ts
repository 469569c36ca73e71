/** `npx tsx scripts/frontPage.ts`: writes the README's answers and its picture again, from a sandbox that it starts. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { launchChromium } from '../test/support/chromium.ts';
import { withAnswers } from './readmeAnswers.ts';
import { startSandbox } from './sandbox.ts';

const ROOT = join(import.meta.dirname, '..');
const README = join(ROOT, 'README.md');
const PICTURE = join(ROOT, 'docs', 'sandbox.png');

/** Pixels round what is shown. */
const MARGIN = 16;

const sandbox = await startSandbox();
try {
  const text = await withAnswers(await readFile(README, 'utf8'), sandbox.ask);
  await writeFile(README, await format(text, { ...(await resolveConfig(README)), filepath: README }));
  await writeFile(PICTURE, await picture(sandbox.url));
} finally {
  await sandbox.close();
}

/** The sandbox's page, with one provider unavailable and the answer beside it. */
async function picture(url: string): Promise<Buffer> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1060, height: 2400 }, colorScheme: 'light' });
    // The same person each time.
    await page.addInitScript('Math.random = () => 0');
    await page.goto(url);
    const simulator = page.locator('#simulators > li').first();
    await simulator.getByRole('button', { name: 'Unavailable' }).click();
    await page.locator('.person').waitFor();
    // Without the mark of what was pressed last.
    await page.mouse.move(0, 0);
    await page.evaluate('document.activeElement.blur()');
    const section = await page.locator('section[aria-labelledby=sandbox-title]').boundingBox();
    const end = await page.locator('.person details').boundingBox();
    if (!section || !end) throw new Error('The page does not show an answer.');
    const clip = {
      x: section.x - MARGIN,
      y: section.y,
      width: section.width + 2 * MARGIN,
      height: end.y - section.y - MARGIN / 2,
    };
    return await page.screenshot({ clip });
  } finally {
    await browser.close();
  }
}
