import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

const ADA = { employeeNumber: '01001' };
const TYPESCRIPT = { name: 'TypeScript' };

const RATE = `mutation ($input: RateSkillsInput!) { write: rateSkills(input: $input) { ...Payload } }`;
const ASSIGN = `mutation ($input: AssignSkillsInput!) { write: assignSkills(input: $input) { ...Payload } }`;
const UPSERT = `mutation ($input: UpsertEmployeesInput!) { write: upsertEmployees(input: $input) { ...Payload } }`;
const REMOVE = `mutation ($input: RemoveSkillsInput!) { write: removeSkills(input: $input) { ...Payload } }`;
const STATUS = `mutation ($input: SetEmployeeStatusInput!) { write: setEmployeeStatus(input: $input) { ...Payload } }`;
const SKILLS = `mutation ($input: UpsertSkillsInput!) { write: upsertSkills(input: $input) { ...Payload } }`;
const CERTIFY = `mutation ($input: AddCertificatesInput!) { write: addCertificates(input: $input) { ...Payload } }`;
const RETRY = `mutation ($input: RetryTaskInput!) { write: retryTask(input: $input) { ...Payload } }`;
const CANCEL = `mutation ($input: CancelTaskInput!) { write: cancelTask(input: $input) { ...Payload } }`;
const PAYLOAD = `fragment Payload on TaskPayload { replayed task { id state revision } userErrors { code field } }`;
const WATCH = `subscription ($id: ID!, $afterRevision: Int) {
  taskUpdated(id: $id, afterRevision: $afterRevision) {
    state
    revision
    items { nodes {
      index key state attempts providerTaskId warnings
      integration { name }
      problem { code retryable providerMessage }
      outcome { ... on SkillRating { id source normalized } ... on EmployeeRecord { remoteId employee { id } }
        ... on SkillRecord { remoteId skill { id name } }
      }
    } }
  }
}`;

interface Payload {
  write: {
    replayed: boolean;
    task: { id: string; state: string; revision: number } | null;
    userErrors: { code: string; field: string[] }[];
  };
}

interface Item {
  index: number;
  key: string | null;
  state: string;
  attempts: number;
  providerTaskId: string | null;
  integration: { name: string };
  problem: { code: string; retryable: boolean; providerMessage: string | null } | null;
  outcome: {
    source?: string;
    normalized?: number | null;
    remoteId?: string;
    employee?: { id: string };
    skill?: { id: string; name: string };
  } | null;
}

interface Update {
  taskUpdated: { state: string; revision: number; items: { nodes: Item[] } };
}

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});

afterAll(() => gateway.close());

afterEach(() => {
  for (const { simulator } of gateway.gateway.simulators) {
    simulator.clearFaults();
    simulator.journal.length = 0;
  }
  gateway.forget();
});

async function write(mutation: string, input: object): Promise<Payload['write']> {
  const { data, errors } = await gateway.ask<Payload>(`${mutation} ${PAYLOAD}`, { input });
  expect(errors).toBeUndefined();
  if (!data) throw new Error('no data');
  return data.write;
}

/** Writes and follows the task to its end: every state it showed, and the last one's items. */
async function done(mutation: string, input: object): Promise<{ states: string[]; items: Item[]; id: string }> {
  const { task, userErrors } = await write(mutation, input);
  expect(userErrors).toEqual([]);
  const updates = await gateway.watch<Update>(WATCH, { id: task?.id });
  const seen = updates.map((update) => update.data?.taskUpdated);
  const revisions = seen.map((update) => update?.revision ?? 0);
  expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
  return {
    id: task?.id ?? '',
    states: seen.map((update) => update?.state ?? ''),
    items: seen.at(-1)?.items.nodes ?? [],
  };
}

async function ratingsOfAda(
  skill: string,
  integration = 'kombo-main',
): Promise<{ source: string; normalized: number | null; pending: boolean }[]> {
  const { data } = await gateway.ask<{
    employee: { skills: { nodes: { ratings: { source: string; normalized: number | null; pending: boolean }[] }[] } };
  }>(
    `query ($by: EmployeeLookup!, $skill: String!, $integration: String!) {
      employee(by: $by) { skills(filter: { skills: { name: $skill }, integrations: [$integration] }) {
        nodes { ratings { source normalized pending } } } }
    }`,
    { by: ADA, skill, integration },
  );
  return data?.employee.skills.nodes.flatMap(({ ratings }) => ratings) ?? [];
}

function effects(provider: string) {
  return gateway.simulator(provider).journal.flatMap((entry) => entry.effects);
}

describe('rateSkills', () => {
  it('replaces the rating of its source, leaves those of others, and shows at once', async () => {
    const before = await ratingsOfAda('TypeScript');
    const value = before.some(({ source, normalized }) => source === 'EXTERNAL' && normalized === 1) ? 2 : 5;

    const { states, items } = await done(RATE, {
      items: { employee: ADA, skill: TYPESCRIPT, proficiency: { numeric: value }, integration: 'kombo-main' },
    });

    expect(states.at(-1)).toBe('SUCCEEDED');
    expect(items).toMatchObject([
      { index: 0, state: 'SUCCEEDED', attempts: 1, outcome: { source: 'EXTERNAL', normalized: (value - 1) / 4 } },
    ]);
    const after = await ratingsOfAda('TypeScript');
    expect(after.find(({ source }) => source === 'EXTERNAL')?.normalized).toBe((value - 1) / 4);
    const others = (rows: typeof after) => rows.filter(({ source }) => source !== 'EXTERNAL');
    expect(others(after)).toEqual(others(before));
    expect(gateway.cost()['kombo-main']).toMatchObject({ rate: 1 });
  });

  it('writes a level wherever it can be written, each in its own scale', async () => {
    const { items } = await done(RATE, {
      items: { key: 'both', employee: ADA, skill: TYPESCRIPT, proficiency: { level: 0.25 } },
    });

    expect(items.map(({ integration, key, state }) => [integration.name, key, state])).toEqual([
      ['kombo-main', 'both', 'SUCCEEDED'],
      ['kantata-main', 'both', 'SUCCEEDED'],
    ]);
    expect(items.map(({ outcome }) => outcome?.normalized)).toEqual([0.25, 0.25]);
  });

  it('a provider that refuses ends its item and no other', async () => {
    gateway.simulator('kombo').addFault({ method: 'POST', shape: { kind: 'status', status: 400 } });

    const { states, items } = await done(RATE, {
      items: { employee: ADA, skill: TYPESCRIPT, proficiency: { level: 1 } },
    });

    expect(states.at(-1)).toBe('PARTIALLY_SUCCEEDED');
    expect(items).toMatchObject([
      { state: 'FAILED', outcome: null, problem: { code: 'REJECTED', retryable: false } },
      { state: 'SUCCEEDED', problem: null },
    ]);
  });

  it('a provider that is away for a moment is tried again', async () => {
    gateway.simulator('kombo').addFault({ method: 'POST', times: 4, shape: { kind: 'status', status: 503 } });

    const { states, items } = await done(RATE, {
      items: { employee: ADA, skill: TYPESCRIPT, proficiency: { numeric: 3 }, integration: 'kombo-main' },
    });

    expect(states.at(-1)).toBe('SUCCEEDED');
    // Each of the five requests, those of one run of the port too.
    expect(items[0]?.attempts).toBe(5);
    expect(gateway.simulator('kombo').journal.filter(({ method }) => method === 'POST')).toHaveLength(5);
  });

  it('all complaints come at once, and nothing is done', async () => {
    const { task, userErrors } = await write(RATE, {
      items: [
        { employee: { employeeNumber: 'nobody' }, skill: TYPESCRIPT, proficiency: { level: 0.5 } },
        { employee: ADA, skill: TYPESCRIPT, proficiency: { level: 2 } },
        { employee: ADA, skill: TYPESCRIPT, proficiency: { numeric: 9 }, integration: 'kombo-main' },
        { employee: ADA, skill: TYPESCRIPT, proficiency: { level: 0.5 }, integration: 'imocha-main' },
        { employee: ADA, skill: TYPESCRIPT, proficiency: { numeric: 2 } },
      ],
    });

    expect(task).toBeNull();
    expect(userErrors).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'items', '0', 'employee'] },
      { code: 'OUT_OF_RANGE', field: ['input', 'items', '1', 'proficiency', 'level'] },
      { code: 'OUT_OF_RANGE', field: ['input', 'items', '2', 'proficiency', 'numeric'] },
      { code: 'UNSUPPORTED', field: ['input', 'items', '3', 'integration'] },
      { code: 'AMBIGUOUS', field: ['input', 'items', '4'] },
    ]);
    expect(gateway.calls).toEqual([]);
  });

  it('the same key and input answer the same task, another input is refused', async () => {
    const input = {
      idempotencyKey: 'once',
      items: { employee: ADA, skill: TYPESCRIPT, proficiency: { numeric: 4 }, integration: 'kombo-main' },
    };
    const first = await done(RATE, input);
    const again = await write(RATE, input);
    const other = await write(RATE, { ...input, items: { ...input.items, proficiency: { numeric: 1 } } });

    expect(again).toMatchObject({ replayed: true, task: { id: first.id, state: 'SUCCEEDED' } });
    expect(other).toMatchObject({
      task: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['input', 'idempotencyKey'] }],
    });
    expect(gateway.cost()['kombo-main']).toMatchObject({ rate: 1 });
  });
});

describe('assignSkills', () => {
  it('follows the task of a provider that works in its own time', async () => {
    const { states, items } = await done(ASSIGN, {
      items: { employee: ADA, skill: { name: 'Python' }, proficiency: { level: 0.5 }, integration: 'kombo-main' },
    });

    expect(['QUEUED', 'RUNNING']).toContain(states[0]);
    expect(states.at(-1)).toBe('SUCCEEDED');
    expect(items).toMatchObject([{ state: 'SUCCEEDED', outcome: { normalized: 0.5 } }]);
    expect(items[0]?.providerTaskId).toMatch(/^task_/);
  });

  it('a bare tag never touches a rating that is there', async () => {
    await done(RATE, {
      items: { employee: ADA, skill: TYPESCRIPT, proficiency: { numeric: 4 }, integration: 'kombo-main' },
    });
    gateway.simulator('kombo').journal.length = 0;

    const { states, items } = await done(ASSIGN, {
      items: { employee: ADA, skill: TYPESCRIPT, integration: 'kombo-main' },
    });

    expect(states.at(-1)).toBe('SUCCEEDED');
    expect(items).toMatchObject([{ state: 'SKIPPED', attempts: 0 }]);
    expect(effects('kombo')).toEqual([]);
    expect(
      (await ratingsOfAda('TypeScript')).some(({ source, normalized }) => source === 'EXTERNAL' && normalized === 0.75),
    ).toBe(true);
  });
});

describe('upsertEmployees', () => {
  it('creates, and the directory knows the new one at once', async () => {
    const { states, items } = await done(UPSERT, {
      items: [
        {
          key: 'new',
          integration: 'imocha-main',
          workEmail: 'nova.example@example.test',
          employeeNumber: 'N-1',
          givenName: 'Nova',
          familyName: 'Example',
        },
        { key: 'bad', integration: 'imocha-main', workEmail: 'bad@example.test', jobCode: 'NO-SUCH-CODE' },
      ],
    });

    expect(states.at(-1)).toBe('PARTIALLY_SUCCEEDED');
    expect(items).toMatchObject([
      { key: 'new', state: 'SUCCEEDED' },
      { key: 'bad', state: 'FAILED', problem: { code: 'REJECTED', providerMessage: 'The job code is unknown.' } },
    ]);
    const { data } = await gateway.ask<{ employee: { displayName: string } | null }>(
      '{ employee(by: { employeeNumber: "N-1" }) { displayName } }',
    );
    expect(data?.employee?.displayName).toBe('Nova Example');
  });

  it('writes an employment that is read at once, and of which another write clears nothing', async () => {
    const item = {
      integration: 'imocha-main',
      workEmail: 'grade.example@example.test',
      employeeNumber: 'N-2',
      givenName: 'Grace',
      familyName: 'Grade',
    };
    const employment = {
      exitDate: '2030-06-30',
      employmentType: 'Contract',
      grade: 'G7',
      band: 'B',
      customFields: [{ name: 'Badge', value: 'B-7' }],
    };
    await done(UPSERT, { items: { ...item, ...employment } });
    const { items } = await done(UPSERT, { items: { ...item, location: 'Oslo' } });
    expect(items).toMatchObject([{ state: 'SUCCEEDED' }]);

    const { data } = await gateway.ask<{ employee: object | null }>(
      `{ employee(by: { employeeNumber: "N-2" }) {
        location exitDate employmentType grade band identity { records { customFields { name value } } } } }`,
    );
    const { customFields, ...values } = employment;
    expect(data?.employee).toEqual({ location: 'Oslo', ...values, identity: { records: [{ customFields }] } });
  });

  it('a field that the integration does not store is refused', async () => {
    const { userErrors } = await write(UPSERT, {
      items: { integration: 'imocha-main', workEmail: 'nova.example@example.test', jobTitle: 'Astronaut' },
    });

    expect(userErrors).toEqual([{ code: 'UNSUPPORTED', field: ['input', 'items', '0', 'jobTitle'] }]);
  });
});

describe('removeSkills', () => {
  const removal = { items: { employee: ADA, skill: TYPESCRIPT, integration: 'kantata-main' } };

  it('takes a skill away, which shows at once, and what is not held counts as done', async () => {
    await done(RATE, {
      items: { employee: ADA, skill: TYPESCRIPT, proficiency: { numeric: 4 }, integration: 'kantata-main' },
    });
    expect(await ratingsOfAda('TypeScript', 'kantata-main')).toHaveLength(1);

    const { states, items } = await done(REMOVE, removal);

    expect(states.at(-1)).toBe('SUCCEEDED');
    expect(items).toMatchObject([{ state: 'SUCCEEDED', outcome: null, problem: null }]);
    expect(await ratingsOfAda('TypeScript', 'kantata-main')).toEqual([]);
    const { data } = await gateway.ask<{ employee: { id: string }; skill: { holders: { nodes: object[] } } }>(
      `{ employee(by: { employeeNumber: "01001" }) { id }
        skill(by: { name: "TypeScript" }) { holders(first: 100, filter: { integrations: ["kantata-main"] }) {
          nodes { employee { id } } } } }`,
    );
    expect(data?.skill.holders.nodes).not.toContainEqual({ employee: { id: data?.employee.id } });
    expect((await done(REMOVE, removal)).states.at(-1)).toBe('SUCCEEDED');
  });

  it('is refused where it cannot be done', async () => {
    const { task, userErrors } = await write(REMOVE, { items: { ...removal.items, integration: 'kombo-main' } });
    expect({ task, userErrors }).toEqual({
      task: null,
      userErrors: [{ code: 'UNSUPPORTED', field: ['input', 'items', '0', 'integration'] }],
    });
  });
});

describe('setEmployeeStatus', () => {
  it('deactivates, which the directory knows at once, and says where it cannot activate', async () => {
    const { data } = await gateway.ask<{ employees: { nodes: { id: string; identity: { records: object[] } }[] } }>(
      `{ employees(first: 100, filter: { integrations: ["kantata-main"], status: [ACTIVE] }) {
        nodes { id identity { records { remoteId } } } } }`,
    );
    const alone = data?.employees.nodes.find(({ identity }) => identity.records.length === 1);
    const change = { employee: { id: alone?.id }, integration: 'kantata-main' };

    const { states, items } = await done(STATUS, { items: { ...change, active: false } });

    expect(states.at(-1)).toBe('SUCCEEDED');
    expect(items).toMatchObject([{ state: 'SUCCEEDED', problem: null }]);
    const read = await gateway.ask('query ($by: EmployeeLookup!) { employee(by: $by) { status } }', {
      by: { id: alone?.id },
    });
    expect(read.data).toEqual({ employee: { status: 'INACTIVE' } });
    expect((await write(STATUS, { items: { ...change, active: true } })).userErrors).toEqual([
      { code: 'UNSUPPORTED', field: ['input', 'items', '0', 'active'] },
    ]);
  });
});

describe('upsertSkills', () => {
  it('creates a skill, which can be given to somebody at once', async () => {
    const { data } = await gateway.ask<{
      skill: { identity: { records: { classification: { category: string } | null }[] } };
    }>('{ skill(by: { name: "TypeScript" }) { identity { records { classification { category } } } } }');
    const category = data?.skill.identity.records.at(-1)?.classification?.category;

    const { states, items } = await done(SKILLS, {
      items: { key: 'w', integration: 'kantata-main', externalId: 'weaving', name: 'Weaving', rated: true, category },
    });

    expect(states.at(-1)).toBe('SUCCEEDED');
    expect(items).toMatchObject([{ key: 'w', state: 'SUCCEEDED', outcome: { skill: { name: 'Weaving' } } }]);
    const rated = await done(RATE, {
      items: { employee: ADA, skill: { name: 'weaving' }, proficiency: { level: 1 }, integration: 'kantata-main' },
    });
    expect(rated.items).toMatchObject([{ state: 'SUCCEEDED', outcome: { normalized: 1 } }]);
  });
});

describe('addCertificates', () => {
  it('is done when it was accepted, and shows nothing', async () => {
    const { states, items } = await done(CERTIFY, {
      items: { employee: ADA, integration: 'imocha-main', title: 'First aid', validTill: '2030-01-31' },
    });

    expect(states.at(-1)).toBe('SUCCEEDED');
    expect(items).toMatchObject([{ state: 'SUCCEEDED', outcome: null, problem: null }]);
  });
});

describe('retryTask', () => {
  it('does what failed again, in a child that knows its parent', async () => {
    gateway.simulator('kombo').addFault({ method: 'POST', shape: { kind: 'status', status: 400 } });
    const first = await done(RATE, { items: { employee: ADA, skill: TYPESCRIPT, proficiency: { level: 0.5 } } });
    expect(first.items.map(({ state }) => state)).toEqual(['FAILED', 'SUCCEEDED']);
    gateway.simulator('kombo').clearFaults();

    const again = await done(RETRY, { taskId: first.id });

    expect(again.items).toMatchObject([{ state: 'SUCCEEDED', integration: { name: 'kombo-main' } }]);
    const { data } = await gateway.ask('query ($id: ID!) { task(id: $id) { kind parent { id } } }', { id: again.id });
    expect(data).toEqual({ task: { kind: 'RATE_SKILLS', parent: { id: first.id } } });
    expect((await write(RETRY, { taskId: again.id })).userErrors).toEqual([
      { code: 'NOT_RETRYABLE', field: ['input', 'taskId'] },
    ]);
  });

  it('of no task is refused', async () => {
    expect((await write(RETRY, { taskId: 'bm9uc2Vuc2U' })).userErrors).toEqual([
      { code: 'NOT_FOUND', field: ['input', 'taskId'] },
    ]);
  });
});

describe('cancelTask', () => {
  it('stops what waits to be tried again, and may be repeated', async () => {
    // Refused before anything was done, whether it has been sent by then or not.
    const refused = { kind: 'status', status: 429, headers: { 'retry-after': '10' } } as const;
    gateway.simulator('kombo').addFault({ method: 'POST', shape: refused });
    const { task } = await write(RATE, {
      items: { employee: ADA, skill: TYPESCRIPT, proficiency: { numeric: 3 }, integration: 'kombo-main' },
    });

    const cancelled = await write(CANCEL, { taskId: task?.id });

    expect(cancelled.userErrors).toEqual([]);
    expect(['CANCELLING', 'CANCELLED']).toContain(cancelled.task?.state);
    const updates = await gateway.watch<Update>(WATCH, { id: task?.id });
    expect(updates.at(-1)?.data?.taskUpdated).toMatchObject({
      state: 'CANCELLED',
      items: { nodes: [{ state: 'CANCELLED' }] },
    });
    expect((await write(CANCEL, { taskId: task?.id })).task?.state).toBe('CANCELLED');
    expect((await write(RETRY, { taskId: task?.id })).userErrors).toMatchObject([{ code: 'NOT_RETRYABLE' }]);
  });
});

describe('taskUpdated', () => {
  it('an unknown task is refused before the stream starts', async () => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: WATCH, variables: { id: 'bm9uc2Vuc2U' } }),
    });

    expect(await response.text()).toContain('NOT_FOUND');
  });

  it('resuming after the final revision completes at once', async () => {
    const { id } = await done(RATE, {
      items: { employee: ADA, skill: TYPESCRIPT, proficiency: { numeric: 2 }, integration: 'kombo-main' },
    });
    const { data } = await gateway.ask<{ task: { revision: number } }>(
      'query ($id: ID!) { task(id: $id) { revision } }',
      {
        id,
      },
    );

    expect(await gateway.watch(WATCH, { id, afterRevision: data?.task.revision })).toEqual([]);
    expect(await gateway.watch(WATCH, { id, afterRevision: (data?.task.revision ?? 0) - 1 })).toHaveLength(1);
  });
});
