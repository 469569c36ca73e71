import { expect, it } from 'vitest';
import { FakeProvider } from '../../test/support/fakes/fakeProvider.ts';
import { VirtualClock } from '../lib/clock.ts';
import { Directory } from '../directory/directory.ts';
import { DriftKinds } from './drift.ts';
import { statusOf, applyStatus, type ReplicatedStatus } from '../directory/replication/syncStatus.ts';

const note = (path: string) => ({ operation: 'employees', path, expected: 'id', found: 'null' });

function house() {
  const clock = new VirtualClock();
  return { clock, kinds: new DriftKinds(() => clock.now()) };
}

it('is counted by kind, the most frequent first, with a sample of the first one', () => {
  const { clock, kinds } = house();
  const sampled = (name: string) => () => [{ name, type: 'null' }];
  expect(kinds.note(note('a'), sampled('first'))).toMatchObject({ path: 'a', count: 1 });
  expect(kinds.note(note('b'))).toMatchObject({ path: 'b', sample: [] });
  clock.advance(1000);
  expect(kinds.note(note('a'), sampled('second'))).toBeNull();
  expect(kinds.all).toEqual([
    {
      ...note('a'),
      count: 2,
      lastSeenAt: new Date(clock.now()).toISOString(),
      sample: [{ name: 'first', type: 'null' }],
    },
    { ...note('b'), count: 1, lastSeenAt: new Date(clock.now() - 1000).toISOString(), sample: [] },
  ]);
});

it('makes room for a new kind with the one seen longest ago', () => {
  const { kinds } = house();
  for (let path = 0; path < 1000; path += 1) kinds.note(note(String(path)));
  kinds.note(note('0'));
  expect(kinds.note(note('new'))).not.toBeNull();
  expect(kinds.all).toHaveLength(1000);
  const paths = kinds.all.map(({ path }) => path);
  expect([paths.includes('0'), paths.includes('1'), paths.includes('new')]).toEqual([true, false, true]);
});

it('is told to other replicas at once where it is new, and else every ten seconds', () => {
  const { clock, kinds } = house();
  kinds.note(note('a'));
  const counts = () => kinds.told.map(({ path, count }) => `${path} ${count}`);
  expect(counts()).toEqual(['a 1']);
  kinds.note(note('a'));
  expect(counts()).toEqual(['a 1']);
  kinds.note(note('b'));
  expect(counts()).toEqual(['a 2', 'b 1']);
  kinds.note(note('a'));
  clock.advance(10_000);
  expect(counts()).toEqual(['b 1', 'a 3']);
  for (let path = 0; path < 100; path += 1) kinds.note(note(String(path)));
  expect(counts()).toHaveLength(20);
});

it('found where the directory is read is seen on every replica, beside what each found itself', () => {
  const replica = () => {
    const { integration } = new FakeProvider();
    return { integration, directory: new Directory([integration]) };
  };
  const [leader, follower] = [replica(), replica()];
  const told = (): ReplicatedStatus =>
    JSON.parse(JSON.stringify(statusOf(leader.directory, leader.integration))) as ReplicatedStatus;
  const seen = () => follower.integration.drift.map(({ path, count }) => `${path} ${count}`);
  leader.integration.onDrift(note('users.*.id'), () => [{ name: 'id', type: 'null' }]);
  leader.integration.unreadable.add('employees', 'e1');
  follower.integration.onDrift(note('items.*.id'));
  follower.integration.onDrift(note('items.*.id'));
  const first = told();
  applyStatus(follower.integration, first, null);
  expect(seen()).toEqual(['items.*.id 2', 'users.*.id 1']);
  expect(follower.integration.drift[1]).toMatchObject({ operation: 'READ_EMPLOYEES', sample: [{ name: 'id' }] });
  expect(follower.integration.unreadable.has('employees', 'e1')).toBe(true);
  // It does not come back as the follower's own.
  expect(statusOf(follower.directory, follower.integration).drift).toMatchObject([{ path: 'items.*.id' }]);
  follower.integration.onDrift(note('users.*.id'));
  expect(seen()).toEqual(['items.*.id 2', 'users.*.id 2']);
  leader.integration.unreadable.set('employees', new Set());
  const { drift: _, ...older } = told();
  applyStatus(follower.integration, older, first);
  expect([seen(), follower.integration.unreadable.problem('employees')]).toEqual([
    ['items.*.id 2', 'users.*.id 1'],
    null,
  ]);
});

it('seen elsewhere of late makes an integration DEGRADED here', () => {
  const [leader, follower] = [new FakeProvider().integration, new FakeProvider().integration];
  expect(follower.state).toBe('HEALTHY');
  leader.onDrift(note('a'));
  applyStatus(follower, statusOf(new Directory([leader]), leader), null);
  expect(follower.state).toBe('DEGRADED');
});
