import { afterAll, beforeAll, expect, it } from 'vitest';
import { events, post, seeded } from './support/chaos/client.ts';
import { watch } from './support/chaos/watcher.ts';
import { API_KEY } from './support/chaos/world.ts';
import { planWrites, type Write } from './support/chaos/writes.ts';
import type { FaultShape } from '../src/simulator/faults.ts';
import { createDataDir, type DataDir } from './support/dataDir.ts';
import { keptConnection, pause } from './support/keptConnection.ts';
import { startProgram, type Program } from './support/processes.ts';
import { startSimulatorProgram, type SimulatorProgram } from './support/simulatorProgram.ts';
import { wsClient, type Answer } from './support/wsClient.ts';

const LANES = 16;
const WRITES = 90;
const WATCHERS = 8;
const WRITTEN = ['kombo', 'kantata'];

let dataDir: DataDir;
let simulators: SimulatorProgram;
const programs: Program[] = [];

beforeAll(async () => {
  [dataDir, simulators] = await Promise.all([createDataDir(), startSimulatorProgram({ people: 100, skills: 40 })]);
});

afterAll(async () => {
  await Promise.all(programs.map((program) => program.stop('SIGKILL')));
  await simulators.stop();
  await dataDir.remove();
});

async function startGateway(): Promise<{ program: Program; url: string }> {
  const program = startProgram('main', {
    ...simulators.environment,
    PORT: '0',
    GATEWAY_API_KEYS: API_KEY,
    DATA_DIR: dataDir.path,
    REQUEST_DEADLINE_MS: '7000',
  });
  programs.push(program);
  const [, url = ''] = await program.prints(/"url":"(http[^"]*)","msg":"ready"/);
  return { program, url };
}

const page = (first: number) =>
  `{ employees(first: ${first}) { nodes { id displayName skills { nodes { skill { name } ratings { normalized } } } } } }`;
const WATCH = 'subscription ($id: ID!) { taskUpdated(id: $id) { state revision } }';

it('a gateway that is told to stop under load cuts no request, tells each watcher, and leaves its work to the next one', async () => {
  const first = await startGateway();
  const up = (url: string) => ({ up: () => Promise.resolve(url) });
  const writes = await planWrites(up(first.url), WRITES, seeded(1));
  // The signal then finds writes under way, and reads that are answered only after it.
  const layOnWrites = async (shape: FaultShape) => {
    for (const provider of WRITTEN) await simulators.fault(provider, { method: 'POST', shape });
  };
  await layOnWrites({ kind: 'latency', milliseconds: 1500 });

  const tasks: string[] = [];
  const begun = async (write: Write): Promise<void> => {
    const { status, answer } = (await writer.ask(first.url, write.mutation, write.variables)) as {
      status: number;
      answer: { data: { write: { task: { id: string } } } };
    };
    expect(status).toBe(200);
    tasks.push(answer.data.write.task.id);
  };
  const writer = keptConnection();
  for (const write of writes.slice(0, WRITES / 2 - WATCHERS)) await begun(write);
  // The watched ones are not done before the signal comes, however long the machine takes until then.
  await layOnWrites({ kind: 'hang' });
  for (const write of writes.slice(WRITES / 2 - WATCHERS, WRITES / 2)) await begun(write);
  const watched = tasks.slice(-WATCHERS);
  const heard = { first: 0, all: () => {} };
  const everyoneWatches = new Promise<void>((resolve) => (heard.all = resolve));
  const hear = () => {
    heard.first += 1;
    if (heard.first === 2 * WATCHERS) heard.all();
  };
  const byEvents = watched.map(async (id) => {
    const results: unknown[] = [];
    for await (const event of events(await post(first.url, WATCH, { id }, { accept: 'text/event-stream' }))) {
      if (results.push(event) === 1) hear();
    }
    return results as Answer[];
  });
  const closed: unknown[] = [];
  const bySockets = watched.map(async (id) => {
    const client = wsClient(first.url.replace('/graphql', ''), {
      headers: { authorization: `Bearer ${API_KEY}` },
      // Else it closes by itself after its last stream.
      lazy: false,
      on: { closed: (event) => closed.push((event as { code: number }).code) },
    });
    const results: Answer[] = [];
    for await (const result of client.iterate({ query: WATCH, variables: { id } })) {
      if (results.push(result) === 1) hear();
    }
    return results;
  });
  await everyoneWatches;

  let stopping = false;
  let total = 0;
  let after = 0;
  const faults: string[] = [];
  let warm = () => {};
  const warmed = new Promise<void>((resolve) => (warm = resolve));
  const random = seeded(2);
  const lanes = Array.from({ length: LANES }, async (_, lane) => {
    const connection = keptConnection();
    for (;;) {
      const asked = await connection.ask(first.url, page(4)).catch((error: Error) => error);
      if (asked === 'refused') break;
      if (asked instanceof Error || asked.status !== 200 || (asked.answer as Answer).errors) {
        faults.push(asked instanceof Error ? asked.message : JSON.stringify(asked));
        break;
      }
      total += 1;
      if (stopping) after += 1;
      if (total === 10 * LANES) warm();
      // Half of them have idle connections at times, the others always a question under way.
      if (lane % 2 === 0) await pause(random() * 100);
    }
    connection.close();
  });
  // Writes too are asked for until nobody answers; each one that was acknowledged is kept.
  const writing = (async () => {
    for (const write of writes.slice(WRITES / 2)) {
      const asked = await writer.ask(first.url, write.mutation, write.variables).catch((error: Error) => error);
      if (asked === 'refused') return;
      if (asked instanceof Error) return void faults.push(asked.message);
      tasks.push((asked.answer as { data: { write: { task: { id: string } } } }).data.write.task.id);
      await pause(100);
    }
  })();
  await warmed;
  // More than iMocha's rate lets through before the deadline, so that it is under way for all of it.
  const patient = keptConnection();
  await patient.ask(first.url, page(1));
  const slow = patient.ask(first.url, page(90)).catch((error: Error) => error);

  stopping = true;
  const began = performance.now();
  await first.program.stop('SIGTERM');
  const seconds = (performance.now() - began) / 1000;
  await Promise.all([...lanes, writing, slow]);
  for (const connection of [writer, patient]) connection.close();
  const streams = [...(await Promise.all(byEvents)), ...(await Promise.all(bySockets))];

  expect(faults).toEqual([]);
  expect(await slow).toMatchObject({ status: 200, answer: { data: { employees: { nodes: { length: 90 } } } } });
  expect(after).toBeGreaterThan(0);
  expect(await first.program.exited).toBe(0);
  const ended = streams.map((results) => results.at(-1)?.errors?.[0]?.extensions?.['code']);
  expect(ended).toEqual(Array.from({ length: 2 * WATCHERS }, () => 'SHUTTING_DOWN'));
  expect(closed).toEqual(Array.from({ length: WATCHERS }, () => 1001));
  const done = async () => {
    const journals = await Promise.all(['kombo', 'kantata'].map((provider) => simulators.journal(provider)));
    return journals.flat().flatMap(({ effects }) => effects);
  };
  const before = (await done()).length;

  for (const provider of WRITTEN) await simulators.clearFaults(provider);
  const second = await startGateway();
  const signal = AbortSignal.timeout(60_000);
  const ends = await Promise.all(tasks.map((id) => watch(up(second.url), id, random, signal)));
  const effects = await done();
  process.stdout.write(
    `${total} requests over ${LANES} connections, ${after} of them answered after SIGTERM; gone in ${seconds.toFixed(1)} s; ` +
      `${tasks.length} tasks, ${before} written before and ${effects.length - before} by the next process\n`,
  );
  expect(ends.map(({ final }) => final)).toEqual(tasks.map(() => 'SUCCEEDED'));
  expect(before).toBeLessThan(tasks.length);
  expect(new Set(effects.map(({ kind, key }) => `${kind} ${key}`)).size).toBe(tasks.length);
  const changes = effects.filter(({ change }) => change !== 'unchanged').map(({ kind, key }) => `${kind} ${key}`);
  expect(new Set(changes).size).toBe(changes.length);
}, 180_000);
