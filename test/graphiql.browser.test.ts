import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { startGateway, type Gateway } from '../src/gateway.ts';
import { CARDS } from '../src/providers.ts';
import { launchChromium } from './support/chromium.ts';
import { runLog } from './support/runLogs.ts';

let dataDir: string;
let gateway: Gateway;
let browser: Browser;
let page: Page;
/** Where the page's requests went, and what it complained of. */
const origins = new Set<string>();
const complaints: string[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'graphiql-'));
  const environment = { PORT: '0', DATA_DIR: dataDir, SIMULATOR_PEOPLE: '60', SIMULATOR_SKILLS: '40' };
  [gateway, browser] = await Promise.all([
    startGateway({ config: readConfig(environment, CARDS), log: runLog() }),
    launchChromium(),
  ]);
  await gateway.ready;
  // One page for all tests, as it takes seconds to load.
  page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  // What is copied is caught on its way: the clipboard belongs to the machine, and may not answer.
  await page.addInitScript(() => {
    document.addEventListener('copy', ({ clipboardData }) => {
      document.documentElement.dataset['copied'] = clipboardData?.getData('text/plain') ?? '';
    });
  });
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http')) origins.add(origin);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(`${gateway.url}/graphql`);
  await page.locator('.graphiql-tab').first().waitFor();
  // An installation of Chromium takes minutes, where one is needed at all.
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await gateway?.close();
  await rm(dataDir, { recursive: true, force: true });
});

interface EmployeesWithRatings {
  employees: {
    nodes: {
      skills: { nodes: { ratings: { integration: { name: string }; source: string; normalized: number | null }[] }[] };
    }[];
  };
}

interface RateASkill {
  rateSkills: { task: { id: string } };
}

const openTab = (name: string) => page.locator('.graphiql-tab-button', { hasText: name }).click();
const execute = () => page.getByLabel('Execute query').click();

/** The whole result, copied: the editor draws only the lines that are on the screen. */
async function result(): Promise<string> {
  await page.locator('.result-window .view-lines').click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+C');
  const text = await page.evaluate(() => document.documentElement.dataset['copied'] ?? '');
  // GraphiQL takes a moment after a change of tabs to notice the operation's name, and sends nothing until then.
  if (text.includes('Cannot infer operation')) await execute();
  return text;
}

/** Waits until the result holds `wanted`, and gives it as JSON. */
async function resultWith(wanted: string): Promise<{ data: unknown; errors?: unknown }> {
  await expect.poll(result, { timeout: 30_000, interval: 250 }).toContain(wanted);
  return JSON.parse(await result()) as { data: unknown; errors?: unknown };
}

// Loads 9 MB of scripts on two cores that others may be using.
describe('GraphiQL', { timeout: 60_000 }, () => {
  it('renders with the example tabs', async () => {
    expect(await page.locator('.graphiql-tab').allInnerTexts()).toEqual([
      'EmployeesWithRatings',
      'OneSkill',
      'RateASkill',
      'WatchATask',
      'Integrations',
    ]);
    expect(await page.locator('.graphiql-query-editor .view-lines').innerText()).toContain('EmployeesWithRatings');
  });

  it('shows ratings of three providers with their sources', async () => {
    await openTab('EmployeesWithRatings');
    await execute();
    const { data, errors } = await resultWith('"employees"');
    expect(errors).toBeUndefined();
    const ratings = (data as EmployeesWithRatings).employees.nodes
      .flatMap((employee) => employee.skills.nodes)
      .flatMap((held) => held.ratings);
    const names = gateway.directory.integrations.map(({ name }) => name);
    expect(names).toHaveLength(3);
    for (const name of names) {
      expect(ratings).toContainEqual(
        expect.objectContaining({ integration: { name }, normalized: expect.any(Number) as number }),
      );
    }
    expect(new Set(ratings.map(({ source }) => source)).size).toBeGreaterThan(3);
  });

  it('rates a skill, and watches the task to its end', async () => {
    await openTab('RateASkill');
    await execute();
    const { data } = await resultWith('"replayed"');
    const { id } = (data as RateASkill).rateSkills.task;
    await openTab('WatchATask');
    await page.locator('.graphiql-editor-tool .view-lines').first().click();
    await page.keyboard.press('Control+A');
    // Pasted: typing would have the editor close quotes and brackets by itself.
    await page.evaluate((text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', text);
      const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
      document.activeElement?.dispatchEvent(paste);
    }, JSON.stringify({ id }));
    await execute();
    const last = await resultWith('"state": "SUCCEEDED",\n      "revision"');
    expect(last).toMatchObject({
      data: { taskUpdated: { id, counts: { total: 2, pending: 0, running: 0, succeeded: 2, failed: 0 } } },
    });
  });

  it('runs the other tabs without an error', async () => {
    await openTab('OneSkill');
    await execute();
    const skill = await resultWith('"skill"');
    expect(skill).toMatchObject({ data: { skill: { name: 'TypeScript' } } });
    await openTab('Integrations');
    await execute();
    const integrations = await resultWith('"integrations"');
    expect((integrations.data as { integrations: unknown[] }).integrations).toHaveLength(3);
    expect([skill.errors, integrations.errors]).toEqual([undefined, undefined]);
  });

  it('explains the graph in its documentation explorer', async () => {
    await page.getByLabel('Show Documentation Explorer').click();
    const explorer = page.locator('.graphiql-doc-explorer');
    await explorer.getByText('Query', { exact: true }).click();
    await explorer.getByText('employees', { exact: true }).waitFor();
    const text = await explorer.innerText();
    expect(text).toContain('A provider that is silent never fails a query');
    expect(text).toContain('Employees of all integrations, each person once.');
  });

  it('has asked no other host by then, and complained of nothing', () => {
    expect([...origins]).toEqual([gateway.url]);
    expect(complaints).toEqual([]);
  });
});
