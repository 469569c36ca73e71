import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startSimulators, type RunningSimulator } from '../src/app/simulators.ts';
import { events } from './support/chaos/client.ts';
import { startTestGateway, type TestGateway } from './support/gateway.ts';
import { startRedis, type TestRedis } from './support/redis.ts';

const KEY = 'a-key-of-two-replicas';

let redis: TestRedis;
let simulators: RunningSimulator[];
/** Two that serve, one that works: what is asked of one must show on the other. */
let mine: TestGateway;
let other: TestGateway;
let worker: TestGateway;

beforeAll(async () => {
  redis = await startRedis();
  simulators = await startSimulators({ people: 60, skills: 30, limits: 'none', seed: 'replicas' });
  const environment = Object.assign(
    { SANDBOX: '', REDIS_URL: redis.url, GATEWAY_API_KEYS: KEY },
    ...simulators.map((simulated) => simulated.environment),
  ) as Record<string, string>;
  const start = (ROLES: string) => startTestGateway({ environment: { ...environment, ROLES }, apiKey: KEY });
  [mine, other, worker] = await Promise.all([start('serve'), start('serve'), start('work')]);
});

afterAll(async () => {
  await Promise.all([mine, other, worker].map((gateway) => gateway?.close()));
  await Promise.all(simulators.map((simulator) => simulator.close()));
  await redis.stop();
});

interface Held {
  employee: {
    skills: { nodes: { ratings: { pending: boolean; normalized: number | null; integration: { name: string } }[] }[] };
  };
}

const HELD = `query ($id: ID!, $skill: ID!) { employee(by: { id: $id }) {
  skills(filter: { skills: { id: $skill }, integrations: ["kombo-main"] }) {
    nodes { ratings { pending normalized integration { name } } }
  }
} }`;
const RATE = `mutation ($id: ID!, $skill: ID!, $level: Float!, $key: String) {
  rateSkills(input: { idempotencyKey: $key, items: { employee: { id: $id }, skill: { id: $skill },
    proficiency: { level: $level }, integration: "kombo-main" } }) { task { id } replayed userErrors { code message } }
}`;

/** Somebody, and a skill that can be rated, which they do not hold. */
async function freePair(): Promise<{ id: string; skill: string }> {
  const { data } = await mine.ask<{
    employees: { nodes: { id: string; skills: { nodes: { skill: { id: string } }[] } }[] };
    skills: {
      nodes: { id: string; identity: { records: { integration: { name: string }; scale: object | null }[] } }[];
    };
  }>(`{ employees(first: 20, filter: { integrations: ["kombo-main"] }) { nodes { id skills { nodes { skill { id } } } } }
    skills(first: 50) { nodes { id identity { records { integration { name } scale { __typename } } } } } }`);
  const person = data?.employees.nodes.find(({ id }) => !used.has(id));
  const held = new Set(person?.skills.nodes.map(({ skill }) => skill.id));
  const skill = data?.skills.nodes.find(
    ({ id, identity }) =>
      !held.has(id) &&
      identity.records.some(({ integration, scale }) => integration.name === 'kombo-main' && scale !== null),
  );
  if (!person || !skill) throw new Error('nobody is free');
  used.add(person.id);
  return { id: person.id, skill: skill.id };
}
const used = new Set<string>();

type Rated = { rateSkills: { task: { id: string }; replayed: boolean } };

it('what one replica was asked, another does and a third shows, before it says that it is done', async () => {
  const pair = await freePair();
  // Read on both before, so that both have copies that must not be answered any more.
  for (const replica of [mine, other]) {
    expect((await replica.ask<Held>(HELD, pair)).data?.employee.skills.nodes).toEqual([]);
  }
  // Its head comes when the subscription stands.
  const changes = await fetch(`${other.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${KEY}` },
    body: JSON.stringify({
      query: 'subscription ($id: ID!) { employeeSkillsChanged(employeeId: $id) { employee { id } task { id } } }',
      variables: { id: pair.id },
    }),
  });
  const { data } = await mine.ask<Rated>(RATE, { ...pair, level: 0.75 });
  const task = data?.rateSkills.task.id;
  const updates = await other.watch<{ taskUpdated: { state: string } }>(
    'subscription ($id: ID!) { taskUpdated(id: $id) { state } }',
    { id: task },
  );
  expect(updates.at(-1)?.data?.taskUpdated.state).toBe('SUCCEEDED');
  const shown = await other.ask<Held>(HELD, pair);
  expect(shown.data?.employee.skills.nodes[0]?.ratings).toEqual([
    expect.objectContaining({ normalized: 0.75, integration: { name: 'kombo-main' } }),
  ]);
  const { value } = await events(changes).next();
  expect(value).toEqual({ data: { employeeSkillsChanged: { employee: { id: pair.id }, task: { id: task } } } });
  expect(worker.calls.map(({ operation }) => operation)).toEqual(['rate']);
});

it('one idempotency key on two replicas at once is one task', async () => {
  const pair = await freePair();
  const variables = { ...pair, level: 0.5, key: 'raced' };
  worker.forget();
  const answers = await Promise.all([mine, other, mine, other].map((replica) => replica.ask<Rated>(RATE, variables)));
  const tasks = answers.map(({ data }) => data?.rateSkills);
  expect(new Set(tasks.map((answer) => answer?.task.id)).size).toBe(1);
  expect(tasks.filter((answer) => answer?.replayed === false)).toHaveLength(1);
  await other.watch('subscription ($id: ID!) { taskUpdated(id: $id) { state } }', { id: tasks[0]?.task.id });
  expect(worker.calls).toHaveLength(1);
});

it('records that are linked on one replica are one on the other', async () => {
  const alone = `{ employees(first: 100) { nodes { id identity { records { integration { name } remoteId } } } } }`;
  type People = {
    employees: {
      nodes: { id: string; identity: { records: { integration: { name: string }; remoteId: string }[] } }[];
    };
  };
  const { data } = await mine.ask<People>(alone);
  const single = (name: string) =>
    data?.employees.nodes.find(
      ({ identity: { records } }) => records.length === 1 && records[0]?.integration.name === name,
    );
  const [a, b] = [single('kombo-main'), single('kantata-main')].map((person) => person?.identity.records[0]);
  if (!a || !b) throw new Error('the workforce has nobody who is in one system alone');
  const records = [a, b].map(({ integration, remoteId }) => ({ integration: integration.name, remoteId }));
  const linked = await mine.ask<{ linkRecords: { userErrors: object[] } }>(
    'mutation ($records: [RecordInput!]!) { linkRecords(input: { records: { employees: $records } }) { userErrors { message } } }',
    { records },
  );
  expect(linked.data?.linkRecords.userErrors).toEqual([]);
  const there = () =>
    other.ask<{ employee: { identity: { records: object[] } } }>(
      'query ($by: EmployeeLookup!) { employee(by: $by) { identity { records { remoteId } } } }',
      { by: { record: records[1] } },
    );
  await expect.poll(async () => (await there()).data?.employee.identity.records.length).toBe(2);
});

it('a replica that only works answers for its health alone', async () => {
  expect((await fetch(`${worker.url}/health/ready`)).status).toBe(200);
  expect((await fetch(`${worker.url}/graphql`, { method: 'POST' })).status).toBe(404);
  const ready = (await (await fetch(`${mine.url}/health/ready`)).json()) as object;
  expect(ready).toMatchObject({ ready: true, store: 'open', dangers: [] });
});

it('while Redis is away reads go on, writes say so, and everything is as before when it is back', async () => {
  const pair = await freePair();
  await redis.stop('SIGKILL');
  expect((await mine.ask<Held>(HELD, pair)).errors).toBeUndefined();
  const refused = await mine.ask<Rated>(RATE, { ...pair, level: 0.25, key: 'away' });
  expect(refused.errors?.[0]?.extensions).toEqual({ code: 'STORE_UNAVAILABLE' });
  const health = async ({ url }: { url: string }) => {
    const answer = await fetch(`${url}/health/ready`);
    return [answer.status, ((await answer.json()) as { store: string }).store];
  };
  // Whoever serves goes on: without any replica a load balancer would answer nothing.
  await expect
    .poll(() => Promise.all([mine, worker].map(health)), { timeout: 10_000 })
    .toEqual([
      [200, 'away'],
      [503, 'away'],
    ]);
  await redis.restart();
  await expect.poll(() => health(mine), { timeout: 10_000 }).toEqual([200, 'open']);
  const { data } = await mine.ask<Rated>(RATE, { ...pair, level: 0.25, key: 'away' });
  const updates = await other.watch<{ taskUpdated: { state: string } }>(
    'subscription ($id: ID!) { taskUpdated(id: $id) { state } }',
    { id: data?.rateSkills.task.id },
  );
  expect(updates.at(-1)?.data?.taskUpdated.state).toBe('SUCCEEDED');
}, 60_000);

it('a stream on a task that Redis has lost ends with NOT_FOUND, and is not silent for ever', async () => {
  const pair = await freePair();
  const kombo = simulators.find(({ card }) => card.name === 'kombo')?.simulator;
  kombo?.addFault({ method: 'POST', shape: { kind: 'hang' } });
  const { data } = await mine.ask<Rated>(RATE, { ...pair, level: 0.5 });
  const stream = events(
    await fetch(`${other.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', authorization: `Bearer ${KEY}` },
      body: JSON.stringify({
        query: 'subscription ($id: ID!) { taskUpdated(id: $id) { state } }',
        variables: { id: data?.rateSkills.task.id },
      }),
    }),
  );
  expect((await stream.next()).value).toHaveProperty('data.taskUpdated.state');
  const client = new Redis(redis.url);
  await client.flushall();
  client.disconnect();
  await redis.cutSockets();
  let last: unknown;
  for await (const event of stream) last = event;
  expect(last).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
  kombo?.clearFaults();
}, 60_000);
