import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startSimulators, type RunningSimulator } from '../src/app/simulators.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { startRedis, type TestRedis } from './support/redis.ts';

const KEY = 'a-key-of-two-gateways';

let redis: TestRedis;
let simulators: RunningSimulator[];
/** Two whole gateways: both answer, and both do tasks. The second starts when the first has read everything. */
let first: TestGateway;
let second: TestGateway;
/** Requests to providers while the second one started, as they were received. */
let startedWith: number;

const received = () => simulators.reduce((sum, { simulator }) => sum + simulator.journal.length, 0);
const both = () => [first, second];
/** Calls for the sake of requests, by integration and replica. */
const asked = () =>
  both().map(({ calls }) => {
    const counts: Record<string, number> = {};
    for (const { integration, purpose } of calls) {
      if (purpose === 'request') counts[integration] = (counts[integration] ?? 0) + 1;
    }
    return counts;
  });

beforeAll(async () => {
  redis = await startRedis();
  simulators = await startSimulators({ people: 60, skills: 30, limits: 'none', seed: 'shared reads' });
  const environment = Object.assign(
    { SANDBOX: '', REDIS_URL: redis.url, GATEWAY_API_KEYS: KEY, REQUEST_DEADLINE_MS: '60000' },
    ...simulators.map((simulated) => simulated.environment),
  ) as Record<string, string>;
  const start = () => startTestGateway({ environment, apiKey: KEY });
  first = await start();
  // Until its snapshots are written, the second would take pages as they are told, and still ask nobody.
  const before = received();
  second = await start();
  startedWith = received() - before;
}, 120_000);

afterAll(async () => {
  await Promise.all(both().map((gateway) => gateway?.close()));
  await Promise.all(simulators.map(({ close }) => close()));
  await redis.stop();
});

beforeEach(() => {
  for (const gateway of both()) gateway.forget();
});

interface People {
  employees: { nodes: { id: string; skills: Held }[] };
}
interface Held {
  sources: { integration: { name: string }; state: string }[];
  nodes: { skill: { id: string }; ratings: { id: string; normalized: number | null; pending: boolean }[] }[];
}

const PAGE = `query ($first: Int!, $after: String) { employees(first: $first, after: $after) { pageInfo { endCursor } nodes { id
  skills { sources { integration { name } state } nodes { skill { id } ratings { id normalized pending } } } } } }`;

/** An answer without how old its parts are: what one replica read, the other has as a copy. */
const contentOf = (data: unknown) => JSON.stringify(data).replaceAll('FRESH', 'CACHED');

it('the second starts without a call to any provider, and lists the same people', async () => {
  expect(startedWith).toBe(0);
  const list = '{ employees(first: 100) { totalCount nodes { id displayName identity { records { remoteId } } } } }';
  const [one, other] = await Promise.all(both().map((gateway) => gateway.ask(list)));
  expect(other).toEqual(one);
  expect(JSON.stringify(one?.data).length).toBeGreaterThan(5000);
  expect(asked()).toEqual([{}, {}]);
});

it('a page that one was asked costs the other no call, and is the same there', async () => {
  const one = await first.ask<People>(PAGE, { first: 20 });
  expect(Object.values(asked()[0] ?? {}).length).toBeGreaterThan(0);
  const other = await second.ask<People>(PAGE, { first: 20 });
  expect(asked()[1]).toEqual({});
  expect(contentOf(other)).toBe(contentOf(one));
  const states = other.data?.employees.nodes.flatMap(({ skills }) => skills.sources.map(({ state }) => state));
  expect(states).not.toContain('FRESH');
  expect(other.data?.employees.nodes.flatMap(({ skills }) => skills.nodes).length).toBeGreaterThan(20);
});

it('a write on one shows in the next read on the other', async () => {
  const RATE = `mutation ($id: ID!, $skill: ID!) { rateSkills(input: { items: { employee: { id: $id }, skill: { id: $skill },
    proficiency: { level: 0.75 }, integration: "kombo-main" } }) { task { id } userErrors { message } } }`;
  const HELD = `query ($id: ID!, $skill: ID!) { employee(by: { id: $id }) { skills(filter: { skills: { id: $skill },
    integrations: ["kombo-main"] }) { sources { integration { name } state } nodes { skill { id } ratings { id normalized pending } } } } }`;
  const { data } = await second.ask<{
    employees: { nodes: { id: string; skills: Held }[] };
    skills: {
      nodes: { id: string; identity: { records: { integration: { name: string }; scale: object | null }[] } }[];
    };
  }>(`{ employees(first: 1, filter: { integrations: ["kombo-main"] }) { nodes { id
      skills { sources { integration { name } state } nodes { skill { id } ratings { id normalized pending } } } } }
    skills(first: 30) { nodes { id identity { records { integration { name } scale { __typename } } } } } }`);
  const person = data?.employees.nodes[0];
  const held = new Set(person?.skills.nodes.map(({ skill }) => skill.id));
  const skill = data?.skills.nodes.find(
    ({ id, identity: { records } }) =>
      !held.has(id) && records.some(({ integration, scale }) => integration.name === 'kombo-main' && scale !== null),
  );
  const pair = { id: person?.id, skill: skill?.id };
  expect((await second.ask<{ employee: { skills: Held } }>(HELD, pair)).data?.employee.skills.nodes).toEqual([]);
  const written = await first.ask<{ rateSkills: { task: { id: string } } }>(RATE, pair);
  const updates = await second.watch<{ taskUpdated: { state: string } }>(
    'subscription ($id: ID!) { taskUpdated(id: $id) { state } }',
    { id: written.data?.rateSkills.task.id },
  );
  expect(updates.at(-1)?.data?.taskUpdated.state).toBe('SUCCEEDED');
  const shown = await second.ask<{ employee: { skills: Held } }>(HELD, pair);
  expect(shown.data?.employee.skills.nodes[0]?.ratings).toMatchObject([{ normalized: 0.75 }]);
});

it('a stampede of 1,000 equal questions on both costs each of them a call of a provider at most', async () => {
  const { data } = await first.ask<{ employees: { nodes: { id: string }[] } }>(
    '{ employees(first: 60) { nodes { id } } }',
  );
  // Nobody has asked for the last one.
  const id = data?.employees.nodes.at(-1)?.id;
  const question = `{ employee(by: { id: "${id}" }) { skills { sources { integration { name } state } nodes { skill { id }
    ratings { id normalized pending } } } } }`;

  const answers = await Promise.all(
    Array.from({ length: 1000 }, (_, index) => (index % 2 === 0 ? first : second).ask(question)),
  );

  const contents = new Set(answers.map((answer) => contentOf(answer)));
  expect(contents.size).toBe(1);
  expect([...contents][0]).not.toContain('UNREACHABLE');
  const counts = asked().flatMap((calls) => Object.values(calls));
  expect(counts.length).toBeGreaterThan(0);
  expect(Math.max(...counts)).toBe(1);
}, 120_000);
