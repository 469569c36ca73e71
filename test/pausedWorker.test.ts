import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { REDIS_PREFIX } from '../src/redis/redis.ts';
import type { JournalEntry } from '../src/simulator/simulator.ts';
import { seeded } from './support/chaos/client.ts';
import { watch } from './support/chaos/watcher.ts';
import { startWorld, type World } from './support/chaos/world.ts';
import { acknowledged, freePairs, newPersonOf, ratingOf, type Write } from './support/chaos/writes.ts';

const random = seeded(1);
let world: World;

beforeAll(async () => {
  world = await startWorld({ people: 60, skills: 30, servers: 1 });
}, 120_000);
afterAll(() => world?.close());

const writesIn = (journal: readonly JournalEntry[]) => journal.filter(({ method }) => method !== 'GET');

/** Starts the writes in this order and answers their tasks. */
const started = async (writes: readonly Write[]): Promise<string[]> => {
  const ids: string[] = [];
  for (const write of writes) ids.push(await acknowledged(world, write, random));
  return ids;
};

const ends = (tasks: readonly string[]): Promise<(string | null)[]> =>
  Promise.all(tasks.map(async (id) => (await watch(world, id, random, AbortSignal.timeout(60_000))).final));

/** Calls back as soon as a task of this kind has a marker; listens once it resolves. */
const onMarker = async (kind: string, stored: () => void): Promise<void> => {
  const client = new Redis(world.redis.url);
  await client.psubscribe(`${REDIS_PREFIX}task:*`);
  client.on('pmessage', (_pattern, _channel, text: string) => {
    const task = JSON.parse(text) as { kind: string; running: string };
    if (task.kind !== kind || task.running !== '1') return;
    client.disconnect();
    stored();
  });
};

it('a worker that was paused with writes at every stage sends none of them once others have done them', async () => {
  const [paused, other] = world.workers;
  if (!paused || !other) throw new Error('two workers are needed');
  const pairs = await freePairs(world, 27, random, [{ provider: 'kombo', mutation: 'rateSkills' }]);
  const last = pairs.pop();
  if (!last) throw new Error('no pairs');
  const people = Array.from({ length: 6 }, (_, number) => newPersonOf(number));
  // Answers that take their time, and replies of Redis that come late: at the pause some writes are on their way, whose
  // answers are read when it is over, one has its marker and is not sent, and the rest waits for the provider's rate.
  await world.fault('kombo', { method: 'POST', shape: { kind: 'latency', milliseconds: 700 } });
  world.lateReplies.delay(200);
  other.pause();
  let pausedAtMarker = () => {};
  const marker = new Promise<void>((resolve) => {
    pausedAtMarker = resolve;
  });
  await onMarker('UPSERT_EMPLOYEES', () => {
    paused.pause();
    pausedAtMarker();
  });
  const tasks = await started([
    ...pairs.slice(0, 4).map((pair) => ratingOf(pair, 0)),
    ...people,
    ...pairs.slice(4).map((pair) => ratingOf(pair, 0)),
  ]);
  await marker;
  other.resume();
  // The other takes over what the paused one holds.
  const ended = await ends(tasks);
  const newer = await ends(await started(pairs.map((pair) => ratingOf(pair, 1))));
  expect(newer).toEqual(newer.map(() => 'SUCCEEDED'));
  const stored = await world.ratings('kombo');
  const before = writesIn(await world.journal('kombo'));

  // From now on the paused one alone works: once it has done something new, it is through with what it held.
  other.pause();
  paused.resume();
  expect(await ends(await started([ratingOf(last, 0)]))).toEqual(['SUCCEEDED']);
  const after = writesIn(await world.journal('kombo'));
  expect(after.slice(before.length).map(({ effects }) => effects[0]?.change)).toEqual(['created']);
  const isOld = (row: { employeeId: string; skillId: string }) =>
    row.employeeId !== last.employeeId || row.skillId !== last.skillId;
  expect((await world.ratings('kombo')).filter(isOld)).toEqual(stored);

  // What has no marker is known not to have been sent, so that the other could send it; what has one is unknown, and was not sent.
  const effects = after.flatMap((entry) => entry.effects.map(({ key }) => key));
  const created = people.map(({ email }) => effects.filter((key) => key === email).length);
  const ofPeople = ended.slice(4, 10);
  expect(created).toEqual(ofPeople.map((end) => (end === 'SUCCEEDED' ? 1 : 0)));
  expect(ofPeople.filter((end) => end === 'FAILED')).toHaveLength(1);
}, 120_000);
