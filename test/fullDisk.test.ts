import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDataDir, type DataDir } from './support/dataDir.ts';
import { startProgram, type Program } from './support/processes.ts';

let dataDir: DataDir;
let program: Program;
let url: string;
let write: { query: string; variables: object };

/** While it exists the disk is almost full, for the program alone. */
const flag = () => join(dataDir.path, 'full');

const environment = () => ({
  PORT: '0',
  SIMULATOR_PEOPLE: '20',
  SIMULATOR_LIMITS: 'none',
  DATA_DIR: dataDir.path,
  FULL_DISK: flag(),
  NODE_OPTIONS: `--import ${new URL('support/fullDisk.mjs', import.meta.url).href}`,
});

beforeAll(async () => {
  dataDir = await createDataDir();
  program = startProgram('main', environment());
  [, url = ''] = await program.prints(/"url":"(http[^"]*)\/graphql","msg":"ready"/);
  const { body } = await ask({
    query: `{ employees(first: 1, filter: { integrations: ["kantata-main"] }) { nodes { id } }
      skills(first: 1, filter: { integrations: ["kantata-main"] }) { nodes { id } } }`,
  });
  const { employees, skills } = body['data'] as Record<'employees' | 'skills', { nodes: { id: string }[] }>;
  write = {
    query: `mutation ($employee: ID!, $skill: ID!) {
      rateSkills(input: { items: [{ employee: { id: $employee }, skill: { id: $skill }, integration: "kantata-main",
        proficiency: { level: 0.5 } }] }) { task { id } userErrors { message } }
    }`,
    variables: { employee: employees.nodes[0]?.id, skill: skills.nodes[0]?.id },
  };
}, 120_000);

afterAll(async () => {
  await program.stop('SIGKILL');
  await dataDir.remove();
});

async function ask(
  question: object,
): Promise<{ status: number; retryAfter: string | null; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify(question),
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
}

async function health(): Promise<unknown> {
  const response = await fetch(`${url}/health/ready`);
  const { store, dangers } = (await response.json()) as { store: string; dangers: string[] };
  return { status: response.status, store, dangers };
}

const storeUp = async () => /^gateway_store_up (\d)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1];

const open = { status: 200, store: 'open', dangers: [] };

it('a disk that fills up while the gateway runs ends writes, not reads, and is told of until there is room again', async () => {
  expect(await ask(write)).toMatchObject({ status: 200, body: { data: { rateSkills: { userErrors: [] } } } });
  expect([await health(), await storeUp()]).toEqual([open, '1']);

  writeFileSync(flag(), '');
  expect(await ask(write)).toMatchObject({
    status: 503,
    retryAfter: '5',
    body: {
      errors: [{ extensions: { code: 'STORE_UNAVAILABLE' }, message: expect.stringContaining('nothing was stored') }],
    },
  });
  await expect.poll(health, { timeout: 10_000 }).toEqual({
    status: 200,
    store: 'refusing',
    dangers: [
      `The task store takes no writes: its disk has less than 32 MB left. Free space on the disk of ${dataDir.path}, or make it ` +
        'writable: reads go on, and no restart is needed.',
    ],
  });
  expect(await storeUp()).toBe('0');
  const read = await ask({ query: '{ tasks(first: 1) { totalCount } employees(first: 1) { totalCount } }' });
  expect(read).toMatchObject({ status: 200, body: { data: { tasks: { totalCount: 1 }, employees: {} } } });

  rmSync(flag());
  await expect.poll(health, { timeout: 10_000 }).toEqual(open);
  expect(await storeUp()).toBe('1');
  expect(await ask(write)).toMatchObject({ status: 200, body: { data: { rateSkills: { userErrors: [] } } } });
}, 60_000);

it('a gateway does not start on a disk that is almost full, and says which variable names another one', async () => {
  await program.stop('SIGTERM');
  writeFileSync(flag(), '');
  const next = startProgram('main', environment());
  expect(await next.exited).toBe(1);
  expect(next.output()).toContain(
    `The data directory ${dataDir.path} cannot be used: its disk has 4 MB left, and the task store needs 32 MB to start. ` +
      'Free space on it, or set DATA_DIR to a directory on another disk.',
  );
}, 60_000);
