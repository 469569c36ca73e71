import { afterAll, beforeAll, expect, it } from 'vitest';
import { seeded } from './support/chaos/client.ts';
import { watch, type Seen } from './support/chaos/watcher.ts';
import { API_KEY } from './support/chaos/world.ts';
import { planWrites } from './support/chaos/writes.ts';
import { keptConnection, pause } from './support/keptConnection.ts';
import { startProgram, type Program } from './support/processes.ts';
import { startRedis, type TestRedis } from './support/redis.ts';
import { startSimulatorProgram, type SimulatorProgram } from './support/simulatorProgram.ts';

const READERS = 8;
const WRITERS = 4;
/** For watchers that never cut their own streams. */
const STEADY = () => 0.5;
/** Tasks that each replica's restart must at least meet. */
const TASKS_A_RESTART = 15;

interface Replica {
  url: string;
  /** What the load balancer believes: it asks for readiness, as a Service does. */
  inRotation: boolean;
  program: Program;
}

let redis: TestRedis;
let simulators: SimulatorProgram;
const replicas: Replica[] = [];

beforeAll(async () => {
  [redis, simulators] = await Promise.all([startRedis(), startSimulatorProgram({ people: 150, skills: 60 })]);
  replicas.push(await startReplica('0'));
  replicas.push(await startReplica('0'));
});

afterAll(async () => {
  await Promise.all(replicas.map(({ program }) => program.stop('SIGKILL')));
  await simulators.stop();
  await redis.stop('SIGKILL');
});

async function startReplica(port: string): Promise<Replica> {
  const program = startProgram('main', {
    ...simulators.environment,
    PORT: port,
    GATEWAY_API_KEYS: API_KEY,
    REDIS_URL: redis.url,
  });
  const [, url = ''] = await program.prints(/"url":"(http[^"]*)","msg":"ready"/);
  return { url, inRotation: true, program };
}

/** Follows the readiness of all replicas, ten times a second, until stopped. */
function followReadiness(): { stop(): Promise<void> } {
  const end = new AbortController();
  const followed = (async () => {
    while (!end.signal.aborted) {
      await Promise.all(
        replicas.map(async (replica) => {
          const answer = await fetch(replica.url.replace('/graphql', '/health/ready')).catch(() => null);
          replica.inRotation = answer?.ok ?? false;
          await answer?.body?.cancel();
        }),
      );
      await pause(100);
    }
  })();
  return {
    async stop() {
      end.abort();
      await followed;
    },
  };
}

/** The replicas in turn, without those that are not ready; the first of all while none is. */
let turn = 0;
function nextUrl(): string {
  const ready = replicas.filter(({ inRotation }) => inRotation);
  turn += 1;
  return (ready[turn % Math.max(ready.length, 1)] ?? replicas[turn % replicas.length])?.url ?? '';
}

/** A connection to each replica; a question that nobody took goes to the next, one that broke off is lost. */
function balancedClient() {
  const connections = new Map<string, ReturnType<typeof keptConnection>>();
  return {
    async ask(query: string, variables: object = {}): Promise<{ status: number; answer: unknown }> {
      for (;;) {
        const url = nextUrl();
        const connection = connections.get(url) ?? keptConnection();
        connections.set(url, connection);
        const asked = await connection.ask(url, query, variables);
        if (asked !== 'refused') return asked;
        await pause(10);
      }
    },
    close: () => connections.forEach((connection) => connection.close()),
  };
}

const PAGE = '{ employees(first: 4) { nodes { id skills { nodes { skill { name } ratings { normalized } } } } } }';

it('two replicas that are restarted one after the other under load lose no request, no task and no watcher', async () => {
  const world = { up: () => Promise.resolve(nextUrl()) };
  const random = seeded(3);
  const writes = await planWrites(world, 600, random);
  for (const provider of ['kombo', 'kantata']) {
    await simulators.fault(provider, { method: 'POST', shape: { kind: 'latency', milliseconds: 300 } });
  }
  const readiness = followReadiness();
  const lost: string[] = [];
  const counts = { reads: 0, writes: 0 };
  const watching: Promise<Seen>[] = [];
  const giveUp = AbortSignal.timeout(150_000);
  const enough = new AbortController();
  let onTask = () => {};
  const question = async (client: ReturnType<typeof balancedClient>, query: string, variables?: object) => {
    const asked = await client.ask(query, variables).catch((error: Error) => error);
    if (!(asked instanceof Error) && asked.status === 200 && !(asked.answer as { errors?: object }).errors) {
      return asked.answer as { data: { write: { task: { id: string } } } };
    }
    lost.push(asked instanceof Error ? asked.message : JSON.stringify(asked));
    return null;
  };
  const readers = Array.from({ length: READERS }, async () => {
    const client = balancedClient();
    while (!enough.signal.aborted) {
      if (await question(client, PAGE)) counts.reads += 1;
      await pause(random() * 50);
    }
    client.close();
  });
  const writers = Array.from({ length: WRITERS }, async () => {
    const client = balancedClient();
    while (!enough.signal.aborted) {
      const write = writes[counts.writes];
      if (!write) break;
      counts.writes += 1;
      const answer = await question(client, write.mutation, write.variables);
      if (answer) watching.push(watch(world, answer.data.write.task.id, STEADY, giveUp));
      onTask();
      await pause(random() * 1500);
    }
    client.close();
  });
  const tasksBeyond = (count: number) =>
    new Promise<void>((resolve) => {
      onTask = () => {
        if (watching.length >= count || counts.writes === writes.length) resolve();
      };
      onTask();
    });

  const codes: (number | null)[] = [];
  for (const replica of replicas) {
    await tasksBeyond(watching.length + TASKS_A_RESTART);
    await replica.program.stop('SIGTERM');
    codes.push(await replica.program.exited);
    const { program } = await startReplica(new URL(replica.url).port);
    replica.program = program;
  }
  await tasksBeyond(watching.length + TASKS_A_RESTART);
  enough.abort();
  await Promise.all([...readers, ...writers]);
  const seen = await Promise.all(watching);
  await readiness.stop();

  const journals = await Promise.all(['kombo', 'kantata'].map((provider) => simulators.journal(provider)));
  const effects = journals.flat().flatMap((entry) => entry.effects);
  const written = new Set(effects.map(({ kind, key }) => `${kind} ${key}`)).size;
  const twice = effects.filter(({ change }) => change !== 'unchanged').length - written;
  const streams = seen.reduce((sum, each) => sum + each.streams, 0);
  process.stdout.write(
    `${counts.reads} reads and ${counts.writes} writes while both replicas were restarted: ${lost.length} lost; ` +
      `${seen.length} tasks, ${written} written, ${twice} of them twice; ${streams} streams\n`,
  );
  expect(lost).toEqual([]);
  expect(codes).toEqual([0, 0]);
  expect(seen.map(({ final }) => final)).toEqual(seen.map(() => 'SUCCEEDED'));
  expect(seen.filter(({ duplicates }) => duplicates > 0)).toEqual([]);
  expect(seen).toHaveLength(counts.writes);
  expect(written).toBe(counts.writes);
  expect(twice).toBe(0);
  // Some had to resume, or nothing was proven.
  expect(streams).toBeGreaterThan(seen.length);
}, 240_000);
