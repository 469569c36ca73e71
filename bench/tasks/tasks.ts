/**
 * Writes on the embedded store and on Redis (docs/performance.md):
 * `npx tsc -p bench/tsconfig.json && node dist/bench/tasks/tasks.js`. BENCH_TASKS is the number of tasks of a measurement and of
 * items of the large task (1000), BENCH_SECONDS how long tasks come at a steady pace (20), BENCH_ROUNDS how often each is
 * repeated (3). Needs a Redis server (REDIS_SERVER_PATH, or in the usual places).
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAN_PIN, startChild, type Child } from '../child.ts';
import { TaskClient, type RatingItem } from './taskClient.ts';
import { latencyAtPace, latencyWhileBusy, PACE_PER_SECOND, quantile, throughput, waitOf } from './taskLoad.ts';
import { startTaskProgram, TASK_PROGRAMS, type TaskProgram, type TaskProgramName } from './taskPrograms.ts';
import { taskReport, type TaskFigures, type TaskMeasured } from './taskReport.ts';

const TASKS = Number(process.env['BENCH_TASKS'] ?? 1000);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 20);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);

/** A gateway has this core with all that belongs to it, its store included; simulators and load have the other. */
const TEST_CORE = 0;
const OTHER_CORE = 1;

/** Streams and requests together: nothing waits in the client, even where tasks take seconds. */
const CONNECTIONS = 128;

const API_KEY = 'bench-key-0123456789';
const dataDir = await mkdtemp(join(tmpdir(), 'skills-gateway-tasks-'));
const programs = new Map<TaskProgramName, { program: TaskProgram; client: TaskClient }>();
let upstream: Child | null = null;

try {
  upstream = await startChild('./upstream.js', OTHER_CORE, {});
  const environment = Object.assign(
    { GATEWAY_API_KEYS: API_KEY, PORT: '0', LOG_LEVEL: 'warn' },
    ...(upstream.ready as { environment: Record<string, string> }[]).map((one) => one.environment),
  ) as Record<string, string>;
  for (const name of TASK_PROGRAMS) {
    const program = await startTaskProgram(name, { environment, apiKey: API_KEY, dataDir, core: TEST_CORE });
    const client = new TaskClient(program, CONNECTIONS);
    programs.set(name, { program, client });
    // Long enough for the compiler to have seen what it compiles.
    await throughput(client, await someRatings(client, TASKS / 2));
  }
  const measured: TaskMeasured[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, { program, client }] of programs) {
      measured.push({ program: name, ...(await measure(program, client)) });
      process.stderr.write(`${JSON.stringify(measured.at(-1))}\n`);
    }
  }
  process.stdout.write(
    `Medians of ${ROUNDS} interleaved rounds of ${TASKS} tasks and ${SECONDS} s, Node ${process.version}.\n\n` +
      `${taskReport(measured)}\n`,
  );
  if (!CAN_PIN) process.stdout.write('No taskset here: the programs were not kept to one core.\n');
} finally {
  for (const { program, client } of programs.values()) {
    await client.close();
    await program.stop();
  }
  await upstream?.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function measure(program: TaskProgram, client: TaskClient): Promise<TaskFigures> {
  const items = await someRatings(client, TASKS);
  const cpuOf = async <Answer>(work: () => Promise<Answer>): Promise<[Answer, number]> => {
    const before = program.cpuMs();
    const answer = await work();
    return [answer, program.cpuMs() - before];
  };
  const [seconds, cpuMs] = await cpuOf(() => throughput(client, items));
  const paced = await latencyAtPace(client, await someRatings(client, SECONDS * PACE_PER_SECOND));
  const busy = await latencyWhileBusy(client, items);
  const [milliseconds, itemCpuMs] = await cpuOf(() => waitOf(client, items));
  return {
    perSecond: items.length / seconds,
    cpuMs: cpuMs / items.length,
    pacedP50: quantile(paced, 0.5),
    pacedP99: quantile(paced, 0.99),
    busyP50: quantile(busy, 0.5),
    busyP99: quantile(busy, 0.99),
    itemsPerSecond: (items.length * 1000) / milliseconds,
    itemCpuMs: itemCpuMs / items.length,
  };
}

async function someRatings(client: TaskClient, count: number): Promise<RatingItem[]> {
  const ratings = await client.ratings();
  if (ratings.length < count) throw new Error(`only ${ratings.length} ratings to write`);
  return ratings.slice(0, count);
}
