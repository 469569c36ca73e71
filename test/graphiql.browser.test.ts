import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../src/config/environment.ts';
import { startGateway, type Gateway } from '../src/app/gateway.ts';
import { CARDS } from '../src/app/integrations.ts';
import { launchChromium } from './support/chromium.ts';
import { runLog } from './support/runLogs.ts';

const KEY = 'a-key-of-these-tests';

let dataDir: string;
let gateway: Gateway;
let browser: Browser;
let page: Page;
/** Where the page's requests went, and what it complained of. */
const origins = new Set<string>();
const complaints: string[] = [];
/** What the page asked the gateway. */
const asked: Asked[] = [];

interface Asked {
  method: string;
  authorization: string | undefined;
  query: string;
  operationName: string | undefined;
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'graphiql-'));
  const environment = {
    SANDBOX: 'on',
    GATEWAY_API_KEYS: KEY,
    PORT: '0',
    DATA_DIR: dataDir,
    SIMULATOR_PEOPLE: '60',
    SIMULATOR_SKILLS: '40',
  };
  [gateway, browser] = await Promise.all([
    startGateway({ config: readConfig(environment, CARDS), log: runLog() }),
    launchChromium(),
  ]);
  await gateway.ready;
  // One page for all tests, as it takes seconds to load.
  page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  page.setDefaultTimeout(15_000);
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith('http')) origins.add(origin);
    const body = request.postData();
    if (body === null) return;
    const { query, operationName } = JSON.parse(body) as Pick<Asked, 'query' | 'operationName'>;
    asked.push({ method: request.method(), authorization: request.headers()['authorization'], query, operationName });
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

/** Dispatches a copy or paste event with this text; the system clipboard takes no part, as it may hang. */
const clipboardEvent = (type: 'copy' | 'paste', text = '') =>
  page.evaluate(
    ([kind, pasted]) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      document.activeElement?.dispatchEvent(
        new ClipboardEvent(kind, { clipboardData, bubbles: true, cancelable: true }),
      );
      return clipboardData.getData('text/plain');
    },
    [type, text] as const,
  );

/** The whole result, copied: the editor draws only the lines that are on the screen. */
async function result(): Promise<string> {
  // By focus, not by a click: what a scrolled editor draws may lie outside the window.
  await page.locator('.result-window').locator('textarea.inputarea, .native-edit-context').first().focus();
  await page.keyboard.press('Control+A');
  return clipboardEvent('copy');
}

/** Waits until the result holds `wanted`, and gives it as JSON. */
async function resultWith(wanted: string): Promise<{ data: unknown; errors?: unknown }> {
  await expect.poll(result, { timeout: 30_000, interval: 250 }).toContain(wanted);
  return JSON.parse(await result()) as { data: unknown; errors?: unknown };
}

/** The text of an editor, as far as it is on the screen; Monaco draws blanks as no-break spaces. */
const editor = async (name: 'query' | 'variable') => {
  const lines =
    name === 'query'
      ? page.locator('.graphiql-query-editor .view-lines')
      : page.locator('.graphiql-editor-tool .view-lines');
  return (await lines.first().innerText()).replaceAll('\u00a0', ' ');
};

const tabNames = () => page.locator('.graphiql-tab').allInnerTexts();

const EXAMPLE_TABS = [
  'EmployeesWithRatings',
  'OneSkill',
  'Experts',
  'SkillGaps',
  'SearchSkills',
  'RateASkill',
  'WatchATask',
  'Integrations',
];

// Loads 9 MB of scripts on two cores that others may be using.
describe('GraphiQL', { timeout: 60_000 }, () => {
  it('renders with the example tabs, under the name and the icon of the product', async () => {
    expect(await tabNames()).toEqual(EXAMPLE_TABS);
    expect(await editor('query')).toContain('EmployeesWithRatings');
    expect(await page.title()).toBe('skills-gateway: GraphiQL');
    expect(await page.locator('link[rel=icon]').getAttribute('href')).toMatch(/^data:image\/svg\+xml,/);
    expect(await page.locator('body').innerText()).not.toContain('Yoga');
  });

  it('sends nothing without an API key, and asks for the schema once it has one', async () => {
    expect(await result()).toContain('asks for an API key');
    expect(asked).toEqual([]);
    const schema = page.waitForResponse(`${gateway.url}/graphql`);
    await page.getByLabel('API key').fill(KEY);
    await page.getByLabel('API key').press('Enter');
    expect(await (await schema).json()).toHaveProperty('data.__schema');
    expect(asked).toEqual([
      expect.objectContaining({ operationName: 'IntrospectionQuery', authorization: `Bearer ${KEY}` }),
    ]);
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
    await clipboardEvent('paste', JSON.stringify({ id }));
    await execute();
    const last = await resultWith('"state": "SUCCEEDED",\n      "revision"');
    expect(last).toMatchObject({
      data: { taskUpdated: { id, counts: { total: 2, pending: 0, running: 0, succeeded: 2, failed: 0 } } },
    });
    // As it stands in the editor, comments and all, so that the lines of errors are those of the editor.
    const { method, query } = asked.findLast(({ operationName }) => operationName === 'WatchATask') ?? {};
    expect({ method, query }).toEqual({
      method: 'POST',
      query: await readFile(new URL('../examples/graphiql/07-watch-a-task.graphql', import.meta.url), 'utf8'),
    });
  });

  it('runs the other tabs without an error', async () => {
    await openTab('OneSkill');
    await execute();
    const skill = await resultWith('"skill"');
    expect(skill).toMatchObject({ data: { skill: { name: 'TypeScript' } } });
    await openTab('Experts');
    await execute();
    const experts = await resultWith('"experts"');
    expect((experts.data as { experts: { nodes: unknown[] } }).experts.nodes).not.toEqual([]);
    await openTab('SkillGaps');
    await execute();
    const gaps = await resultWith('"skillGaps"');
    expect((gaps.data as { employee: { skillGaps: { nodes: unknown[] } } }).employee.skillGaps.nodes).not.toEqual([]);
    await openTab('SearchSkills');
    await execute();
    const search = await resultWith('"skills"');
    expect(search).toMatchObject({ data: { skills: { edges: [{ node: { name: 'TypeScript' } }] } } });
    await openTab('Integrations');
    await execute();
    const integrations = await resultWith('"integrations"');
    expect((integrations.data as { integrations: unknown[] }).integrations).toHaveLength(3);
    expect([skill, experts, gaps, search, integrations].flatMap(({ errors }) => errors ?? [])).toEqual([]);
  });

  it('sends the key of the page from every tab', () => {
    const operations = new Set(
      asked.map(({ query }) => /^\s*(?:query|mutation|subscription) (\w+)/m.exec(query)?.[1] ?? ''),
    );
    expect([...operations].toSorted()).toEqual(['IntrospectionQuery', ...EXAMPLE_TABS].toSorted());
    expect(new Set(asked.map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${KEY}`]));
  });

  it('keeps a history of what was asked', async () => {
    await page.getByLabel('Show History').click();
    const history = page.locator('.graphiql-history');
    await expect.poll(() => history.innerText()).toContain('OneSkill');
    expect(await history.innerText()).toContain('WatchATask');
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

  it('opens a link as another tab, with its variables and the operation it names', async () => {
    const query =
      'query Other { viewer { tenant } }\n\n# The one.\nquery Named($text: String) { viewer { tenant } ... @defer { skills(search: $text) { totalCount } } }';
    const variables = '{ "text": "}" }';
    const link = new URLSearchParams({ query, variables, operationName: 'Named' });
    await page.goto(`${gateway.url}/graphql?${link}`);
    await page.locator('.graphiql-tab').first().waitFor();
    expect(await tabNames()).toEqual([...EXAMPLE_TABS, 'Named']);
    await expect.poll(() => editor('query')).toContain('query Other');
    expect(await editor('variable')).toBe(variables);
    // By the keyboard: the button has one choose among several operations.
    await page.locator('.graphiql-query-editor .view-lines').click({ position: { x: 5, y: 5 } });
    const answer = page.waitForResponse(`${gateway.url}/graphql`);
    await page.keyboard.press('Control+Enter');
    // Parts of `@defer`, put together.
    expect((await answer).headers()['content-type']).toContain('text/event-stream');
    expect(await resultWith('"totalCount"')).toEqual({
      data: { viewer: { tenant: 'default' }, skills: { totalCount: expect.any(Number) as number } },
    });
    // Not opened once more by a reload.
    expect(page.url()).toBe(`${gateway.url}/graphql`);
    await page.getByText('Copy a link to this tab').click();
    const { searchParams } = new URL(page.url());
    expect([searchParams.get('operationName'), searchParams.get('variables')]).toEqual(['Named', variables]);
  });

  it('opens a link without variables as a tab without variables, which a browser sees first', async () => {
    const other = await browser.newPage();
    await other.goto(`${gateway.url}/graphql?${new URLSearchParams({ query: 'query Linked { viewer { tenant } }' })}`);
    await other.locator('.graphiql-tab').first().waitFor();
    expect(await other.locator('.graphiql-tab').allInnerTexts()).toEqual(['Linked', ...EXAMPLE_TABS]);
    await expect.poll(() => other.locator('.graphiql-query-editor .view-lines').innerText()).toContain('Linked');
    expect(await other.locator('.graphiql-editor-tool .view-lines').first().innerText()).toBe('');
    await other.close();
  });

  it('has asked no other host by then, and complained of nothing', () => {
    expect([...origins]).toEqual([gateway.url]);
    expect(complaints).toEqual([]);
  });
});
