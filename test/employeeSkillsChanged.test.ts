import type { Client } from 'graphql-ws';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { all, wsClient, type Answer } from './support/wsClient.ts';

const CHANGED = /* GraphQL */ `
  subscription ($employeeId: ID!) {
    employeeSkillsChanged(employeeId: $employeeId) {
      at
      integration {
        name
      }
      task {
        id
        state
      }
      employee {
        id
        skills(first: 100) {
          nodes {
            skill {
              name
            }
            ratings {
              source
              normalized
              integration {
                name
              }
            }
          }
        }
      }
    }
  }
`;
const RATE = /* GraphQL */ `
  mutation ($input: RateSkillsInput!) {
    rateSkills(input: $input) {
      task {
        id
      }
      userErrors {
        code
        message
      }
    }
  }
`;
const WATCH = /* GraphQL */ `
  subscription ($id: ID!, $afterRevision: Int) {
    taskUpdated(id: $id, afterRevision: $afterRevision) {
      state
      revision
    }
  }
`;

interface Change {
  at: string;
  integration: { name: string };
  task: { id: string; state: string } | null;
  employee: {
    id: string;
    skills: {
      nodes: {
        skill: { name: string };
        ratings: { source: string; normalized: number | null; integration: { name: string } }[];
      }[];
    };
  };
}

let gateway: TestGateway;
let client: Client;
const watching: AsyncIterableIterator<Answer>[] = [];

beforeAll(async () => {
  gateway = await startTestGateway();
  client = wsClient(gateway.url, { lazy: false });
});

afterEach(async () => {
  for (const watcher of watching.splice(0)) await watcher.return?.();
});

afterAll(async () => {
  await client.dispose();
  await gateway.close();
});

async function idOf(employeeNumber: string): Promise<string> {
  const query = 'query ($by: EmployeeLookup!) { employee(by: $by) { id } }';
  const { data } = await gateway.ask<{ employee: { id: string } }>(query, { by: { employeeNumber } });
  return data?.employee.id ?? '';
}

/** Watches over the socket; returns when the gateway listens: messages of one socket are read in order. */
async function watch(employeeId: string): Promise<AsyncIterableIterator<Answer>> {
  const watcher = client.iterate({ query: CHANGED, variables: { employeeId } });
  watching.push(watcher);
  await all(client, '{ integrations { name } }');
  return watcher;
}

async function changeOf(watcher: AsyncIterableIterator<Answer>): Promise<Change> {
  const { value } = (await watcher.next()) as { value: Answer };
  expect(value.errors).toBeUndefined();
  return value.data?.['employeeSkillsChanged'] as Change;
}

/** Rates TypeScript over the socket and waits for the end of the task; the task's id. */
async function rate(employeeNumber: string, level: number, integration = 'kantata-main'): Promise<string> {
  const input = {
    items: { employee: { employeeNumber }, skill: { name: 'TypeScript' }, proficiency: { level }, integration },
  };
  const [result] = await all(client, RATE, { input });
  const payload = result?.data?.['rateSkills'] as { task: { id: string } | null; userErrors: unknown[] };
  expect(payload.userErrors).toEqual([]);
  const updates = await all(client, WATCH, { id: payload.task?.id });
  expect(updates.at(-1)?.data?.['taskUpdated']).toMatchObject({ state: 'SUCCEEDED' });
  return payload.task?.id ?? '';
}

const levelIn = (change: Change, integration: string) =>
  change.employee.skills.nodes
    .find(({ skill }) => skill.name === 'TypeScript')
    ?.ratings.find((rating) => rating.integration.name === integration)?.normalized;

describe('employeeSkillsChanged', () => {
  it('tells of a write when reads show it, with its task', async () => {
    const employeeId = await idOf('01001');
    const watcher = await watch(employeeId);
    const before = new Date().toISOString();
    for (const level of [1, 0]) {
      const taskId = await rate('01001', level);
      const change = await changeOf(watcher);
      expect(change).toMatchObject({
        integration: { name: 'kantata-main' },
        task: { id: taskId },
        employee: { id: employeeId },
      });
      expect(change.at >= before).toBe(true);
      expect(levelIn(change, 'kantata-main')).toBe(level);
    }
  });

  it('tells nothing of other people', async () => {
    const watcher = await watch(await idOf('01001'));
    await rate('01002', 0.5);
    const taskId = await rate('01001', 0.5);
    expect((await changeOf(watcher)).task?.id).toBe(taskId);
  });

  it('tells of what a walk brings of a provider whose ratings are kept, without a task', async () => {
    const employeeId = await idOf('01001');
    const watcher = await watch(employeeId);
    const { directory } = gateway.gateway;
    const kept = directory.ratings('imocha-main');
    const record = directory.employees
      .byId(employeeId)
      ?.records.find(({ integration }) => integration === 'imocha-main')?.row;
    const others = directory.employees.all
      .flatMap(({ records }) => records)
      .filter(({ integration, row }) => integration === 'imocha-main' && row.remoteId !== record?.remoteId);
    expect(kept.of(record?.remoteId ?? '')).not.toEqual([]);
    kept.replace(
      others.flatMap(({ row }) => kept.of(row.remoteId)),
      Date.now(),
    );
    expect(await changeOf(watcher)).toMatchObject({ integration: { name: 'imocha-main' }, task: null });
  });

  it('refuses an employee who is not known', async () => {
    const results = await all(client, CHANGED, { employeeId: 'nobody' });
    expect(results).toMatchObject([{ errors: [{ extensions: { code: 'NOT_FOUND' } }] }]);
  });
});

describe('employeeSkillsChanged of a provider that tells of no changes', () => {
  beforeAll(() => {
    vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true });
  });

  afterAll(() => {
    vi.useRealTimers();
  });

  it('tells of what a later read shows to be other than the one with which the watch began', async () => {
    const watched = await startTestGateway();
    const { ask, cost, forget, url } = watched;
    const socket = wsClient(url, { lazy: false });
    try {
      const { directory } = watched.gateway;
      const employee = directory.employees.all.find(({ employeeNumber }) => employeeNumber === '01003');
      const record = employee?.records.find(({ integration }) => integration === 'kantata-main')?.row;
      const ports = directory.integration('kantata-main')?.ports;
      const [rated] = (await ports?.ratingsByEmployees?.read([record?.remoteId ?? ''], { purpose: 'walk' })) ?? [];
      const skill = rated && directory.skills.ofRating('kantata-main', rated);
      if (!record || !skill || rated.value?.kind !== 'number') throw new Error('nothing to rate otherwise');
      forget();
      const watcher = socket.iterate({ query: CHANGED, variables: { employeeId: employee?.id } });
      await vi.waitFor(() => expect(cost()['kantata-main']).toBeDefined());
      expect(cost()).toEqual({ 'kombo-main': { ratingsByEmployees: 1 }, 'kantata-main': { ratingsByEmployees: 1 } });

      // As somebody does it in Kantata itself, of which the gateway hears nothing.
      const value = { kind: 'number', value: rated.value.value === 2 ? 3 : 2 } as const;
      const { remoteId: skillId, scale } = skill;
      await ports?.rate?.run([{ employeeId: record.remoteId, skillId, value, scale }], { purpose: 'task' });
      vi.setSystemTime(Date.now() + 61_000);
      // The timer that does so once a minute has tests of its own.
      await ask('query ($id: ID!) { node(id: $id) { ... on Employee { skills { totalCount } } } }', {
        id: employee?.id,
      });
      expect(await changeOf(watcher)).toMatchObject({ integration: { name: 'kantata-main' }, task: null });
    } finally {
      await socket.dispose();
      await watched.close();
    }
  });
});

describe('taskUpdated over a WebSocket', () => {
  it('resumes, ends at once after the last revision, and refuses what is not known', async () => {
    const id = await rate('01001', 0.75);
    const [last] = await all(client, WATCH, { id });
    const revision = (last?.data?.['taskUpdated'] as { revision: number } | undefined)?.revision ?? 0;
    expect(await all(client, WATCH, { id, afterRevision: revision - 1 })).toEqual([last]);
    expect(await all(client, WATCH, { id, afterRevision: revision })).toEqual([]);
    expect(await all(client, WATCH, { id: 'nothing' })).toMatchObject([
      { errors: [{ extensions: { code: 'NOT_FOUND' } }] },
    ]);
  });
});
