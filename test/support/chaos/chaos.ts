/**
 * Chaos: tasks are started, watched and worked on while replicas and Redis are killed, workers paused, sockets cut and
 * providers fail. What counts afterwards is counted in the simulators: what took effect, how often, and what is there.
 */
import { seeded } from './client.ts';
import { countChaos, type ChaosCounts, type Held, type Watched } from './count.ts';
import { planChaos, type Planned } from './plan.ts';
import { watch } from './watcher.ts';
import { startWorld, WRITTEN, type Replica, type World } from './world.ts';
import { acknowledged } from './writes.ts';

export interface ChaosOptions {
  tasks: number;
  people: number;
  skills: number;
  /** Tasks started and watched at once. */
  atOnce: number;
  /** Tasks between two replicas killed, two workers paused, two deaths of Redis, and two cuts of all its sockets. */
  every: { replica: number; pause: number; redis: number; sockets: number };
  seed: number;
  /** Gives up after so long, counting what is missing. */
  limitMs: number;
  print?: (line: string) => void;
}

export interface ChaosReport extends ChaosCounts {
  tasks: number;
  kills: { replicas: number; pauses: number; redis: number; sockets: number };
  seconds: number;
}

/** Provider calls that fail: one in twenty, each in one of the ways that leave a worker in doubt or not. */
const FAULTS = [
  { shape: { kind: 'status', status: 503 }, share: 0.02 },
  { shape: { kind: 'reset' }, share: 0.015 },
  { shape: { kind: 'answerLost' }, share: 0.015 },
];
/** Calls that take their time, so that a pause finds some on their way, whose answers are read when it is over. */
const SLOW = { shape: { kind: 'latency', milliseconds: 500 }, share: 0.3 };
/** How long a worker stands still: mostly for longer than its locks last, so that another takes over. */
const PAUSE_MS = { shortest: 6_000, longest: 22_000 };

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const random = seeded(options.seed);
  const print = options.print ?? (() => {});
  const world = await startWorld(options);
  try {
    print('replicas are ready');
    const plan = await planChaos(world, options.tasks, random);
    for (const provider of WRITTEN) for (const fault of [SLOW, ...FAULTS]) await world.fault(provider, fault);
    const began = performance.now();
    const { watched, kills } = await runAll(world, plan, options, random, print);
    const seconds = (performance.now() - began) / 1000;
    const held = new Map<string, Held>();
    for (const provider of WRITTEN) {
      const journal = await world.journal(provider);
      await world.clearFaults(provider);
      held.set(provider, { journal, ratings: await world.ratings(provider) });
    }
    return { ...countChaos(watched, held), kills, seconds, tasks: options.tasks };
  } finally {
    await world.close();
  }
}

async function runAll(
  world: World,
  plan: readonly Planned[],
  options: ChaosOptions,
  random: () => number,
  print: (line: string) => void,
): Promise<{ watched: Watched[]; kills: ChaosReport['kills'] }> {
  const kills = { replicas: 0, pauses: 0, redis: 0, sockets: 0 };
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
    if (started % options.every.pause === 0) {
      const worker = world.workers[kills.pauses % world.workers.length];
      kills.pauses += 1;
      const milliseconds = PAUSE_MS.shortest + random() * (PAUSE_MS.longest - PAUSE_MS.shortest);
      upset(() => paused(worker, milliseconds));
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
  const late: { planned: Planned; taskId: string }[] = [];
  const watchTask = async (task?: { planned: Planned; taskId: string }): Promise<void> => {
    if (task) watched.push({ planned: task.planned, seen: await watch(world, task.taskId, random, giveUp) });
  };
  const watchLate = (): Promise<void> => watchTask(late.splice(Math.floor(random() * late.length), 1)[0]);
  const lane = async (): Promise<void> => {
    while (next < plan.length && !giveUp.aborted) {
      const planned = plan[next];
      next += 1;
      if (!planned) return;
      // Of two writes of a pair the newer is the one that the gateway acknowledged later.
      await planned.after?.acknowledged;
      const taskId = await acknowledged(world, planned.write, random);
      planned.acknowledge();
      monkey();
      if (random() < 0.3) late.push({ planned, taskId });
      else await watchTask({ planned, taskId });
      if (late.length > 50) await watchLate();
    }
  };
  await Promise.all(Array.from({ length: options.atOnce }, lane));
  await Promise.all(upheavals);
  while (late.length > 0) await Promise.all(Array.from({ length: Math.min(late.length, options.atOnce) }, watchLate));
  if (giveUp.aborted) print(`given up after ${options.limitMs / 1000} s: what was under way counts as lost`);
  return { watched, kills };
}

/** Stops a worker as it stands, and lets it go on after so long. */
async function paused(worker: Replica | undefined, milliseconds: number): Promise<void> {
  worker?.pause();
  await new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
  worker?.resume();
}

export function printed(report: ChaosReport): string {
  const { tasks, lost, twice, old, missed, duplicates, kills } = report;
  return [
    `${tasks} tasks over 2 replicas that serve and 2 that work, on a real Redis, in ${report.seconds.toFixed(0)} s`,
    `killed: ${kills.replicas} replicas and ${kills.redis} times Redis by SIGKILL, ${kills.sockets} times all of Redis's sockets cut`,
    `paused: ${kills.pauses} times a worker by SIGSTOP, for ${PAUSE_MS.shortest / 1000} to ${PAUSE_MS.longest / 1000} s`,
    `provider calls: ${report.calls}, failed ${report.failedCalls} (${((100 * report.failedCalls) / report.calls).toFixed(1)} %)`,
    `streams: ${report.streams}; ends: ${JSON.stringify(report.ends)}`,
    `${lost} tasks lost, ${twice} applied twice, ${old} old values over newer ones, ${missed} completions missed, ${duplicates} revisions seen again`,
  ].join('\n');
}
