/** The page at `/` of a sandbox in a real browser: the product's main promise can be seen there. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from './support/chromium.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

let sandbox: TestGateway;
let browser: Browser;
let page: Page;
const origins = new Set<string>();
const complaints: string[] = [];

beforeAll(async () => {
  [sandbox, browser] = await Promise.all([startTestGateway(), launchChromium()]);
  page = await browser.newPage();
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(sandbox.url);
  // An installation of Chromium takes minutes, where one is needed at all.
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await sandbox?.close();
});

/** The row of a provider in the table of sources. */
const source = (name: string) =>
  page.getByRole('table', { name: 'How each provider answered' }).getByRole('row', { name });

describe('the page at /', { timeout: 60_000 }, () => {
  it('has a title, landmarks, and links that lead somewhere', async () => {
    expect(await page.title()).toBe('skills-gateway');
    for (const landmark of ['banner', 'main', 'navigation'] as const) {
      expect(await page.getByRole(landmark).count()).toBe(1);
    }
    const links = await page.getByRole('navigation').getByRole('link').all();
    const paths = await Promise.all(links.map((link) => link.getAttribute('href')));
    expect(paths).toEqual(expect.arrayContaining(['/graphql', '/schema.graphql', '/health/ready', '/docs/clients.md']));
    // As a browser follows them.
    const headers = { accept: 'text/html,*/*;q=0.8' };
    for (const path of paths)
      expect([path, (await fetch(sandbox.url + path, { headers })).status]).toEqual([path, 200]);
    expect(await page.locator('#curl').innerText()).toContain(`curl ${sandbox.url}/graphql`);
  });

  it('makes a provider unavailable, and shows an answer that names it while the rest stands', async () => {
    const kombo = page.getByRole('group', { name: 'kombo-main' });
    await kombo.getByRole('button', { name: 'Unavailable' }).click();
    await page.getByRole('status').getByText('kombo-main did not answer. The rest of the answer stands.').waitFor();
    expect(await kombo.getByRole('button', { name: 'Unavailable' }).getAttribute('aria-pressed')).toBe('true');
    expect(await source('kombo-main').innerText()).toMatch(/UNREACHABLE\s*UNAVAILABLE: /);
    expect(await source('kantata-main').innerText()).toContain('FRESH');
    expect(await page.getByText(/another \d+ s/).count()).toBe(1);
  });

  it('ends it when the same button is pressed again', async () => {
    const button = page.getByRole('group', { name: 'kombo-main' }).getByRole('button', { name: 'Unavailable' });
    await button.press('Enter');
    await expect.poll(() => button.getAttribute('aria-pressed')).toBe('false');
    expect(sandbox.simulator('kombo').disruption).toBeNull();
  });

  it('fits on a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });

  it('asks in GraphiQL what it asked', async () => {
    const link = new URL((await page.getByText('Ask this in GraphiQL').getAttribute('href')) ?? '', sandbox.url);
    const query = link.searchParams.get('query') ?? '';
    const variables = JSON.parse(link.searchParams.get('variables') ?? '') as Record<string, unknown>;
    const { data, errors } = await sandbox.ask(query, variables);
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({ employee: { displayName: await page.locator('.person h3').innerText() } });
  });

  it('has asked no other host by then, and complained of nothing', () => {
    expect([...origins]).toEqual([sandbox.url]);
    expect(complaints).toEqual([]);
  });
});
