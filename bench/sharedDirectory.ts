/**
 * What sharing a large directory by Redis costs: `npx tsx --expose-gc bench/sharedDirectory.ts [people]`. Prints the size of
 * a snapshot, the time to write and to load it, and how long the event loop was held up meanwhile.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { employeeRow, FakeProvider, ratingRow, skillRow } from '../test/support/fakes/fakeProvider.ts';
import { startRedis } from '../test/support/redis.ts';
import { connectRedis } from '../src/redis/redis.ts';
import { Directory } from '../src/directory/directory.ts';
import { nextTurn } from '../src/lib/runInSlices.ts';
import { ReplicatedDirectory } from '../src/directory/replication/replicatedDirectory.ts';

const PEOPLE = Number(process.argv[2] ?? 100_000);
const RATINGS_EACH = 10;
const SKILLS = 2000;

/** The second replica must not need them. */
const HELD = process.argv[3] === undefined ? PEOPLE : 0;

const employees = Array.from({ length: HELD }, (_, index) =>
  employeeRow(`e${index}`, {
    name: `Given${index % 997} Family${index}`,
    givenName: `Given${index % 997}`,
    familyName: `Family${index}`,
    workEmail: `given${index % 997}.family${index}@example.com`,
    employeeNumber: String(1_000_000 + index),
    jobTitle: `Title ${index % 200}`,
    status: 'ACTIVE',
    department: `Department ${index % 50}`,
    location: `Place ${index % 30}`,
    changedAt: new Date(1_700_000_000_000 + index * 1000).toISOString(),
  }),
);
const skills = Array.from({ length: SKILLS }, (_, index) => skillRow(`s${index}`, { name: `Skill ${index}` }));
const ratings = employees.flatMap(({ remoteId }, index) =>
  Array.from({ length: RATINGS_EACH }, (_, at) => ratingRow(remoteId, `s${(index * 7 + at * 13) % SKILLS}`)),
);

/** As a provider's answer comes: when others have had their turn. */
const answer = async <Row>(rows: Row[]) => {
  await nextTurn();
  return { rows, total: null };
};

function replica(url: string) {
  const provider = new FakeProvider({ employees, skills, keep: true, pageSize: 500, without: ['ratingsByEmployees'] });
  const directory = new Directory([provider.integration]);
  const walk = async function* () {
    for (let at = 0; at < ratings.length; at += 500) yield await answer(ratings.slice(at, at + 500));
  };
  Object.assign(provider.ports, { ratings: { keep: true, walk } });
  let resolve: (details: object) => void = () => {};
  const written = new Promise<object>((done) => {
    resolve = done;
  });
  const lines: object[] = [];
  const log = {
    info: (details: object, message: string) => {
      lines.push({ message, ...details });
      if (message === 'snapshot written') resolve(details);
    },
    warn: console.warn,
    error: console.error,
  };
  const redis = connectRedis(url, { log: { info: () => {}, warn: console.warn }, name: 'bench' });
  return {
    directory,
    redis,
    lines,
    written,
    provider,
    shared: new ReplicatedDirectory({ redis, directory, log, tenant: 'default' }),
  };
}

/** The longest and the 99th percentile of what the event loop was held up while this ran. */
async function delays<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  const began = performance.now();
  histogram.enable();
  const result = await work();
  histogram.disable();
  const ms = (nanoseconds: number) => `${Math.round(nanoseconds / 1e6)} ms`;
  console.log(
    `${name}: ${Math.round(performance.now() - began)} ms, event loop p99 ${ms(histogram.percentile(99))}, at most ${ms(histogram.max)}`,
  );
  return result;
}

const url = process.argv[3];
if (url === undefined) {
  const server = await startRedis();
  const first = replica(server.url);
  await delays('first walk, told page by page', () => first.shared.start());
  await delays('snapshot', () => first.written);
  // In a process of its own, as a replica is.
  const args = [...process.execArgv, fileURLToPath(import.meta.url), String(PEOPLE), server.url];
  await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
  console.log(first.lines.filter((line) => 'bytes' in line));
  await first.shared.stop();
  await first.redis.close();
  await server.stop();
} else {
  const second = replica(url);
  await delays('a second replica, ready', () => second.shared.start());
  console.log(second.lines, second.directory.employees.all.length, second.provider.calls.length);
  await second.shared.stop();
  await second.redis.close();
}
