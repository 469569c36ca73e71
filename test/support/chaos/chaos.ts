/**
 * Chaos: tasks are started, watched and worked on while replicas and Redis are killed, sockets cut and providers fail. What
 * counts afterwards is counted in the simulators' journals: what took effect, and how often.
 */
import { seeded } from './client.ts';
import { watch, type Seen } from './watcher.ts';
import { acknowledged, planWrites, type Write } from './writes.ts';
import { startWorld, WRITTEN, type World } from './world.ts';

export interface ChaosOptions {
  tasks: number;
  people: number;
  skills: number;
  /** Tasks started and watched at once. */
  atOnce: number;
  /** Tasks between two replicas killed, between two deaths of Redis, and between two cuts of all its sockets. */
  every: { replica: number; redis: number; sockets: number };
  seed: number;
  /** Gives up after so long, counting what is missing. */
  limitMs: number;
  print?: (line: string) => void;
}

export interface ChaosReport {
  tasks: number;
  /** Acknowledged tasks that never ended, or ended SUCCEEDED without an effect. */
  lost: number;
  /** Effects beyond the first of one write, unless the provider's upsert makes them invisible. */
  twice: number;
  /** Watchers that never saw the end. */
  missed: number;
  /** Revisions that a watcher saw again. */
  duplicates: number;
  ends: Record<string, number>;
  kills: { replicas: number; redis: number; sockets: number };
  /** Streams over watchers: how often watching had to be resumed. */
  streams: number;
  calls: number;
  failedCalls: number;
  seconds: number;
}

/** Provider calls that fail: one in twenty, each in one of the ways that leave a worker in doubt or not. */
const FAULTS = [
  { shape: { kind: 'status', status: 503 }, share: 0.02 },
  { shape: { kind: 'reset' }, share: 0.015 },
  { shape: { kind: 'answerLost' }, share: 0.015 },
];

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const random = seeded(options.seed);
  const print = options.print ?? (() => {});
  const world = await startWorld(options);
  try {
    print('replicas are ready');
    const writes = await planWrites(world, options.tasks, random);
    for (const provider of WRITTEN) for (const fault of FAULTS) await world.fault(provider, fault);
    const began = performance.now();
    const seen = await runAll(world, writes, options, random, print);
    const seconds = (performance.now() - began) / 1000;
    const journals = await Promise.all(WRITTEN.map((provider) => world.journal(provider)));
    return { ...count(seen.watched, journals.flat()), kills: seen.kills, seconds, tasks: options.tasks };
  } finally {
    await world.close();
  }
}

interface Watched {
  taskId: string;
  seen: Seen;
}

async function runAll(
  world: World,
  writes: readonly Write[],
  options: ChaosOptions,
  random: () => number,
  print: (line: string) => void,
): Promise<{ watched: Watched[]; kills: ChaosReport['kills'] }> {
  const kills = { replicas: 0, redis: 0, sockets: 0 };
  const watched: Watched[] = [];
  const giveUp = AbortSignal.timeout(options.limitMs);
  const upheavals: Promise<void>[] = [];
  let upheaval: Promise<void> = Promise.resolve();
  let next = 0;
  let started = 0;
  /** One after another: a test that has nobody left to serve proves nothing. */
  const upset = (work: () => Promise<void>): void => {
    upheaval = upheaval.then(work);
    upheavals.push(upheaval);
  };
  const monkey = (): void => {
    started += 1;
    if (started % options.every.replica === 0) {
      const replicas = [...world.servers, ...world.workers];
      const victim = replicas[kills.replicas % replicas.length];
      kills.replicas += 1;
      upset(async () => victim?.kill());
    }
    if (started % options.every.redis === 0) {
      kills.redis += 1;
      upset(() => world.redis.restart('SIGKILL'));
    }
    if (started % options.every.sockets === 0) {
      kills.sockets += 1;
      upset(() => world.redis.cutSockets());
    }
    if (started % 500 === 0) print(`${started} tasks started, ${watched.length} at their end`);
  };
  /** Tasks whose watchers come only later, often long after the end. */
  const late: string[] = [];
  const lane = async (): Promise<void> => {
    while (next < writes.length && !giveUp.aborted) {
      const write = writes[next];
      next += 1;
      if (!write) return;
      const taskId = await acknowledged(world, write, random);
      monkey();
      const moment = random();
      if (moment < 0.3) late.push(taskId);
      else watched.push({ taskId, seen: await watch(world, taskId, random, giveUp) });
      if (late.length > 50) await watchLate();
    }
  };
  const watchLate = async (): Promise<void> => {
    const taskId = late.splice(Math.floor(random() * late.length), 1)[0];
    if (taskId !== undefined) watched.push({ taskId, seen: await watch(world, taskId, random, giveUp) });
  };
  await Promise.all(Array.from({ length: options.atOnce }, lane));
  await Promise.all(upheavals);
  while (late.length > 0) await Promise.all(Array.from({ length: Math.min(late.length, options.atOnce) }, watchLate));
  if (giveUp.aborted) print(`given up after ${options.limitMs / 1000} s: what was under way counts as lost`);
  return { watched, kills };
}

interface Journal {
  fault: string | null;
  effects: { kind: string; key: string; change: string }[];
}

function count(
  watched: readonly Watched[],
  journal: readonly Journal[],
): Omit<ChaosReport, 'kills' | 'seconds' | 'tasks'> {
  const effects = journal.flatMap((entry) => entry.effects);
  const changes = effects.filter(({ change }) => change !== 'unchanged').map(({ kind, key }) => `${kind} ${key}`);
  const ends: Record<string, number> = {};
  for (const { seen } of watched) ends[seen.final ?? 'none'] = (ends[seen.final ?? 'none'] ?? 0) + 1;
  const touched = new Set(effects.map(({ kind, key }) => `${kind} ${key}`)).size;
  return {
    lost: watched.filter(({ seen }) => seen.final === null).length + Math.max(0, (ends['SUCCEEDED'] ?? 0) - touched),
    twice: changes.length - new Set(changes).size,
    missed: watched.filter(({ seen }) => seen.final === null).length,
    duplicates: watched.reduce((sum, { seen }) => sum + seen.duplicates, 0),
    ends,
    streams: watched.reduce((sum, { seen }) => sum + seen.streams, 0),
    calls: journal.length,
    failedCalls: journal.filter(({ fault }) => fault !== null).length,
  };
}

export function printed(report: ChaosReport): string {
  const { tasks, lost, twice, missed, duplicates, kills } = report;
  return [
    `${tasks} tasks over 2 replicas that serve and 2 that work, on a real Redis, in ${report.seconds.toFixed(0)} s`,
    `killed: ${kills.replicas} replicas and ${kills.redis} times Redis by SIGKILL, ${kills.sockets} times all of Redis's sockets cut`,
    `provider calls: ${report.calls}, failed ${report.failedCalls} (${((100 * report.failedCalls) / report.calls).toFixed(1)} %)`,
    `streams: ${report.streams}; ends: ${JSON.stringify(report.ends)}`,
    `${lost} tasks lost, ${twice} applied twice, ${missed} completions missed, ${duplicates} revisions seen again`,
  ].join('\n');
}
