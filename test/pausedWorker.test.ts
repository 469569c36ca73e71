import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JournalEntry } from '../src/simulator/simulator.ts';
import { seeded } from './support/chaos/client.ts';
import { watch } from './support/chaos/watcher.ts';
import { startWorld, type World } from './support/chaos/world.ts';
import { acknowledged, freePairs, newPersonOf, ratingOf, type Write } from './support/chaos/writes.ts';

const random = seeded(1);
let world: World;

beforeAll(async () => {
  world = await startWorld({ people: 60, skills: 30, servers: 1 });
});
afterAll(() => world.close());

const writesIn = (journal: readonly JournalEntry[]) => journal.filter(({ method }) => method !== 'GET');

/** Starts the writes in this order and answers their tasks. */
const started = async (writes: readonly Write[]): Promise<string[]> => {
  const ids: string[] = [];
  for (const write of writes) ids.push(await acknowledged(world, write, random));
  return ids;
};

const ends = (tasks: readonly string[]): Promise<(string | null)[]> =>
  Promise.all(tasks.map(async (id) => (await watch(world, id, random, AbortSignal.timeout(60_000))).final));

it('a worker that was paused with items in its hands sends none of them once others have done them', async () => {
  const [paused, other] = world.workers;
  if (!paused || !other) throw new Error('two workers are needed');
  const pairs = await freePairs(world, 27, random, [{ provider: 'kombo', mutation: 'rateSkills' }]);
  const last = pairs.pop();
  if (!last) throw new Error('no pairs');
  const people = Array.from({ length: 6 }, (_, number) => newPersonOf(number));
  // Five a second is what both workers may send together, so that most wait for their turn.
  const old = [
    ...pairs.slice(0, 10).map((pair) => ratingOf(pair, 0)),
    ...people,
    ...pairs.slice(10).map((pair) => ratingOf(pair, 0)),
  ];
  const tasks = await started(old);
  paused.pause();
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

  // What waited for its turn was not sent, and is known not to have been: only what was on its way may be unknown.
  const effects = after.flatMap((entry) => entry.effects.map(({ key }) => key));
  const created = people.map(({ email }) => effects.filter((key) => key === email).length);
  const ofPeople = ended.slice(10, 16);
  expect(ofPeople.filter((end) => end !== 'SUCCEEDED').length).toBeLessThanOrEqual(2);
  expect(created.filter((times, index) => ofPeople[index] === 'SUCCEEDED' && times !== 1)).toEqual([]);
  expect(Math.max(...created)).toBe(1);
}, 120_000);
