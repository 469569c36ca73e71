import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from './support/gateway.ts';

const ADA = { employeeNumber: '01001' };
const TYPESCRIPT = { name: 'TypeScript' };

const RATE = `mutation ($input: RateSkillsInput!) { write: rateSkills(input: $input) { ...Payload } }`;
const ASSIGN = `mutation ($input: AssignSkillsInput!) { write: assignSkills(input: $input) { ...Payload } }`;
const UPSERT = `mutation ($input: UpsertEmployeesInput!) { write: upsertEmployees(input: $input) { ...Payload } }`;
const PAYLOAD = `fragment Payload on TaskPayload { replayed task { id state revision } userErrors { code field } }`;
const WATCH = `subscription ($id: ID!, $afterRevision: Int) {
  taskUpdated(id: $id, afterRevision: $afterRevision) {
    state
    revision
    items { nodes {
      index key state attempts providerTaskId warnings
      integration { name }
      problem { code retryable }
      outcome { ... on SkillRating { id source normalized } ... on EmployeeRecord { remoteId employee { id } } }
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
  problem: { code: string; retryable: boolean } | null;
  outcome: { source?: string; normalized?: number | null; remoteId?: string; employee?: { id: string } } | null;
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

async function ratingsOfAda(skill: string): Promise<{ source: string; normalized: number | null; pending: boolean }[]> {
  const { data } = await gateway.ask<{
    employee: { skills: { nodes: { ratings: { source: string; normalized: number | null; pending: boolean }[] }[] } };
  }>(
    `query ($by: EmployeeLookup!, $skill: String!) {
      employee(by: $by) { skills(filter: { skills: { name: $skill }, integrations: ["kombo-main"] }) {
        nodes { ratings { source normalized pending } } } }
    }`,
    { by: ADA, skill },
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
    expect(items[0]?.attempts).toBeGreaterThan(1);
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

    expect(states[0]).toBe('QUEUED');
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
      { key: 'bad', state: 'FAILED', problem: { code: 'REJECTED' } },
    ]);
    const { data } = await gateway.ask<{ employee: { displayName: string } | null }>(
      '{ employee(by: { employeeNumber: "N-1" }) { displayName } }',
    );
    expect(data?.employee?.displayName).toBe('Nova Example');
  });

  it('a field that the integration does not store is refused', async () => {
    const { userErrors } = await write(UPSERT, {
      items: { integration: 'imocha-main', workEmail: 'nova.example@example.test', jobTitle: 'Astronaut' },
    });

    expect(userErrors).toEqual([{ code: 'UNSUPPORTED', field: ['input', 'items', '0', 'jobTitle'] }]);
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
