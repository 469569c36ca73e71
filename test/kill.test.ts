import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JournalEntry } from '../src/simulator/simulator.ts';
import { createDataDir, type DataDir } from './support/dataDir.ts';
import { eventsOf } from './support/gateway.ts';
import { startProgram, type Program } from './support/processes.ts';

const KEY = 'a-key-for-the-kill-test';
const TASKS = 100;

let dataDir: DataDir;
const programs: Program[] = [];

beforeEach(async () => {
  dataDir = await createDataDir();
});

afterEach(async () => {
  await Promise.all(programs.map((program) => program.stop('SIGKILL')));
  await dataDir.remove();
});

/** Starts the simulators; the environment that reaches them, and each one's origin. */
async function startSimulators(): Promise<{ environment: Record<string, string>; origins: Map<string, string> }> {
  const program = startProgram('simulate', {
    SIMULATOR_PORT: '0',
    SIMULATOR_PEOPLE: '150',
    SIMULATOR_SKILLS: '40',
    SIMULATOR_LIMITS: 'none',
  });
  programs.push(program);
  await program.prints(/KANTATA_BASE_URL=.*\n/);
  const lines = program.output().split('\n');
  return {
    environment: Object.fromEntries(
      lines.filter((line) => line.startsWith('  ')).map((line) => line.trim().split('=') as [string, string]),
    ),
    origins: new Map(lines.filter((line) => /^\w+ http/.test(line)).map((line) => line.split(' ') as [string, string])),
  };
}

async function startGateway(environment: Record<string, string>): Promise<{ program: Program; url: string }> {
  const program = startProgram('main', {
    ...environment,
    PORT: '0',
    GATEWAY_API_KEYS: KEY,
    DATA_DIR: dataDir.path,
  });
  programs.push(program);
  const [, url] = await program.prints(/"url":"(http[^"]*)","msg":"ready"/);
  return { program, url: url ?? '' };
}

async function post(url: string, query: string, variables: object, accept = 'application/json'): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${KEY}`, accept },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

/** What is asked for: ratings in two systems, one of which reads before it writes, and assignments that run on after the call. */
const RATE = `mutation ($id: ID!, $key: String!, $value: Float!, $integration: String!) {
  write: rateSkills(input: { idempotencyKey: $key, items: { employee: { id: $id }, skill: { name: "TypeScript" },
    proficiency: { numeric: $value }, integration: $integration } }) { task { id } userErrors { code message } }
}`;
const ASSIGN = `mutation ($id: ID!, $key: String!, $value: Float!, $integration: String!) {
  write: assignSkills(input: { idempotencyKey: $key, items: { employee: { id: $id }, skill: { name: "Python" },
    proficiency: { level: $value }, integration: $integration } }) { task { id } userErrors { code message } }
}`;

const KINDS = [
  { count: 40, integration: 'kombo-main', mutation: RATE, value: unheld },
  { count: 40, integration: 'kantata-main', mutation: RATE, value: unheld },
  { count: 20, integration: 'kombo-main', mutation: ASSIGN, value: () => 0.5 },
];

interface Person {
  id: string;
  identity: { records: { integration: { name: string } }[] };
  skills: { nodes: { ratings: { proficiency: { value?: number } | null }[] }[] };
}

/** A value that no system has yet, so that every write must take effect. */
function unheld({ skills }: Person): number {
  const held = skills.nodes.flatMap(({ ratings }) => ratings.map(({ proficiency }) => proficiency?.value));
  return [1, 2, 3, 4, 5].find((value) => !held.includes(value)) ?? 1;
}

it('every write takes effect once although the gateway is killed in the middle of 100 tasks', async () => {
  const { environment, origins } = await startSimulators();
  const simulators = [origins.get('kombo') ?? '', origins.get('kantata') ?? ''];
  // Slow writes, so that the kill finds tasks stored, in flight and done.
  for (const origin of simulators) {
    const fault = { method: 'POST', shape: { kind: 'latency', milliseconds: 300 } };
    await fetch(`${origin}/_simulator/faults`, { method: 'POST', body: JSON.stringify(fault) });
  }
  const first = await startGateway(environment);
  const people = JSON.parse(
    await post(
      first.url,
      `{ employees(first: 100, filter: { integrations: ["kantata-main"] }) { nodes {
        id
        identity { records { integration { name } } }
        skills(filter: { skills: { name: "TypeScript" } }) {
          nodes { ratings { proficiency { ... on NumericProficiency { value } } } }
        }
      } } }`,
      {},
    ),
  ) as { data: { employees: { nodes: Person[] } } };
  const everywhere = people.data.employees.nodes.filter(({ identity }) =>
    identity.records.some(({ integration }) => integration.name === 'kombo-main'),
  );
  for (const origin of simulators) await fetch(`${origin}/_simulator/journal`, { method: 'DELETE' });

  const tasks = await Promise.all(
    KINDS.flatMap(({ count, integration, mutation, value }, kind) =>
      everywhere.slice(0, count).map(async (person, index) => {
        const variables = { id: person.id, key: `kill-${kind}-${index}`, value: value(person), integration };
        const answer = JSON.parse(await post(first.url, mutation, variables)) as {
          data: { write: { task: { id: string } | null; userErrors: unknown[] } };
        };
        expect(answer.data.write.userErrors).toEqual([]);
        return answer.data.write.task?.id ?? '';
      }),
    ),
  );
  expect(tasks).toHaveLength(TASKS);
  const effects = async () => {
    const journals = await Promise.all(
      simulators.map(async (origin) => (await (await fetch(`${origin}/_simulator/journal`)).json()) as JournalEntry[]),
    );
    return journals.flat().flatMap((entry) => entry.effects);
  };
  const doneBefore = (await effects()).length;
  await first.program.stop('SIGKILL');

  const second = await startGateway(environment);
  const ends = await Promise.all(
    tasks.map(async (id) => {
      const stream = await post(
        second.url,
        'subscription ($id: ID!) { taskUpdated(id: $id) { state revision } }',
        { id },
        'text/event-stream',
      );
      const updates = eventsOf<{ data: { taskUpdated: { state: string; revision: number } } }>(stream).map(
        ({ data }) => data.taskUpdated,
      );
      const revisions = updates.map(({ revision }) => revision);
      expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
      return updates.at(-1)?.state;
    }),
  );

  expect(doneBefore).toBeLessThan(TASKS);
  expect(ends).toEqual(tasks.map(() => 'SUCCEEDED'));
  const all = await effects();
  const changes = all.filter(({ change }) => change !== 'unchanged').map(({ key }) => key);
  expect(new Set(changes).size).toBe(changes.length);
  expect(new Set(all.map(({ key }) => key)).size).toBe(TASKS);
}, 120_000);
