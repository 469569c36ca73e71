import { describe, expect, it, vi } from 'vitest';
import { employeeRow, FakeProvider, gate, numberValue, ratingRow } from '../../../test/support/fakes/fakeProvider.ts';
import { Directory } from '../../directory/directory.ts';
import type { Call } from '../../domain/ports.ts';
import type { RatingRow } from '../../domain/records.ts';
import { VirtualClock } from '../../lib/clock.ts';
import { RatingReader } from './employeeRatingReader.ts';
import { Deadline } from '../../domain/deadline.ts';
import type { Reading } from './ratingReading.ts';

const MINUTE = 60_000;
const CALL: Call = { purpose: 'request' };

function house(options: ConstructorParameters<typeof FakeProvider>[0] & { cache?: boolean } = {}) {
  const { cache = true, ...holdings } = options;
  const clock = new VirtualClock();
  const now = () => clock.now();
  const provider = new FakeProvider({
    now,
    employees: ['1', '2', '3', '4', '5'].map((id) => employeeRow(id)),
    ratings: [ratingRow('1', 'java'), ratingRow('2', 'go'), ratingRow('2', 'java'), ratingRow('5', 'java')],
    ...holdings,
  });
  const { integration } = provider;
  const directory = new Directory([integration], now);
  const reader = new RatingReader({ directory, integration, cache, now });
  const read = async (...ids: string[]) => brief(await reader.read(ids, CALL));
  const keep = (rows: readonly RatingRow[] = provider.holdings.ratings) =>
    directory.ratings('hr').replace(rows, clock.now());
  return { clock, provider, integration, directory, reader, read, keep };
}

/** Readings in words: state, then skills with their values, `!` for pending. */
function brief(readings: ReadonlyMap<string, Reading>): Record<string, string> {
  return Object.fromEntries(
    [...readings].map(([id, reading]) => {
      const rows = 'rows' in reading ? reading.rows : [];
      const shown = rows.map(
        ({ row, pending }) =>
          `${row.skillId}=${row.value?.kind === 'number' ? row.value.value : '-'}${pending ? '!' : ''}`,
      );
      const problem = 'problem' in reading && reading.problem ? [reading.problem.code] : [];
      return [id, [reading.state, ...shown, ...problem].join(' ')];
    }),
  );
}

describe('reading ratings', () => {
  it('asks for all at once, in calls of the batch size, and knows who has none', async () => {
    const { provider, read } = house();
    expect(await read('1', '2', '3', '4', '5')).toEqual({
      1: 'FRESH java=3',
      2: 'FRESH go=3 java=3',
      3: 'FRESH',
      4: 'FRESH',
      5: 'FRESH java=3',
    });
    expect(provider.calls).toEqual(['read 1,2', 'read 3,4', 'read 5']);
  });

  it('leaves the other calls when one fails', async () => {
    const { integration, read } = house({ failing: { 'read 3,4': 'UNAVAILABLE' } });
    expect(await read('1', '2', '3', '4', '5')).toMatchObject({
      1: 'FRESH java=3',
      3: 'UNREACHABLE UNAVAILABLE',
      4: 'UNREACHABLE UNAVAILABLE',
      5: 'FRESH java=3',
    });
    expect(integration.lastProblem?.code).toBe('UNAVAILABLE');
  });

  it('is UNSUPPORTED without the port, and once the provider said that it does not offer it', async () => {
    const without = house({ without: ['ratingsByEmployees'] });
    expect(await without.read('1')).toEqual({ 1: 'UNSUPPORTED' });
    const { provider, integration, read } = house({ failing: { read: 'NOT_OFFERED' } });
    expect(await read('1')).toEqual({ 1: 'UNSUPPORTED NOT_OFFERED' });
    expect(await read('1')).toEqual({ 1: 'UNSUPPORTED' });
    expect(provider.calls).toEqual(['read 1']);
    provider.holdings.failing = {};
    integration.retryOffers();
    expect(await read('1')).toEqual({ 1: 'FRESH java=3' });
  });

  it('rejects with the reason when aborted', async () => {
    const { provider, reader } = house();
    const abort = new AbortController();
    provider.holdings.before = () => abort.abort(new Error('gone'));
    await expect(reader.read(['1', '2', '3'], { ...CALL, signal: abort.signal })).rejects.toThrow('gone');
  });
});

describe('the cache', () => {
  it('answers for a minute, asking only for the others', async () => {
    const { clock, provider, read } = house();
    await read('1');
    clock.advance(MINUTE);
    expect(await read('1', '2')).toEqual({ 1: 'CACHED java=3', 2: 'FRESH go=3 java=3' });
    expect(provider.calls).toEqual(['read 1', 'read 2']);
    clock.advance(5 * MINUTE);
    expect(await read('1')).toEqual({ 1: 'FRESH java=3' });
  });

  it('answers at once beyond that minute, while one call reads anew for all who ask', async () => {
    const held = gate();
    const { clock, provider, read } = house();
    await read('1', '2');
    clock.advance(MINUTE + 1);
    provider.holdings.ratings = [ratingRow('1', 'java', { value: numberValue(5) })];
    provider.holdings.before = () => held.passed;
    expect(await read('1', '2')).toEqual({ 1: 'CACHED java=3', 2: 'CACHED go=3 java=3' });
    expect(await read('1')).toEqual({ 1: 'CACHED java=3' });
    expect(provider.calls).toEqual(['read 1,2', 'read 1,2']);
    held.open();
    await expect.poll(() => read('1', '2')).toEqual({ 1: 'CACHED java=5', 2: 'CACHED' });
    expect(provider.calls).toHaveLength(2);
  });

  it('says that the provider fails, and since when nothing was heard, without asking it at each question', async () => {
    const { clock, provider, reader, read } = house();
    await read('1');
    const fetchedAt = clock.now();
    clock.advance(2 * MINUTE);
    provider.holdings.failing = { read: 'TIMEOUT' };
    expect(await read('1')).toEqual({ 1: 'CACHED java=3' });
    await expect.poll(() => read('1')).toEqual({ 1: 'STALE java=3 TIMEOUT' });
    expect((await reader.read(['1'], CALL)).get('1')).toMatchObject({ fetchedAt });
    expect(provider.calls).toHaveLength(2);
    clock.advance(5_000);
    provider.holdings.failing = {};
    expect(await read('1')).toEqual({ 1: 'STALE java=3 TIMEOUT' });
    await expect.poll(() => read('1')).toEqual({ 1: 'CACHED java=3' });
    expect(provider.calls).toHaveLength(3);
  });

  it('keeps nothing when it is off', async () => {
    const { provider, read } = house({ cache: false });
    await read('1');
    expect(await read('1')).toEqual({ 1: 'FRESH java=3' });
    expect(provider.calls).toEqual(['read 1', 'read 1']);
  });

  it('stands in when the provider fails, for half a day and no longer, and says so', async () => {
    const { clock, provider, reader, read } = house();
    await read('1');
    const fetchedAt = clock.now();
    clock.advance(60 * MINUTE);
    provider.holdings.failing = { read: 'TIMEOUT' };
    expect(await read('1', '2')).toEqual({ 1: 'STALE java=3 TIMEOUT', 2: 'UNREACHABLE TIMEOUT' });
    expect((await reader.read(['1'], CALL)).get('1')).toMatchObject({ fetchedAt });
    provider.holdings.failing = { read: 'NOT_OFFERED' };
    expect(await read('1')).toEqual({ 1: 'UNSUPPORTED NOT_OFFERED' });
  });

  it('stands in no more after half a day, nor does a walk', async () => {
    const { clock, provider, read, keep } = house();
    await read('1');
    keep([ratingRow('2', 'java')]);
    provider.holdings.failing = { read: 'TIMEOUT' };
    clock.advance(12 * 60 * MINUTE);
    expect(await read('1', '2')).toEqual({ 1: 'STALE java=3 TIMEOUT', 2: 'STALE java=3 TIMEOUT' });
    clock.advance(1);
    expect(await read('1', '2')).toEqual({ 1: 'UNREACHABLE TIMEOUT', 2: 'UNREACHABLE TIMEOUT' });
  });

  it('never keeps a failure', async () => {
    const { provider, read } = house({ failing: { read: 'UNAVAILABLE' } });
    expect(await read('1')).toEqual({ 1: 'UNREACHABLE UNAVAILABLE' });
    provider.holdings.failing = {};
    expect(await read('1')).toEqual({ 1: 'FRESH java=3' });
  });
});

describe('questions at the same time', () => {
  it('ask for each employee once', async () => {
    const held = gate();
    const { provider, read } = house();
    provider.holdings.before = () => held.passed;
    const pages = Promise.all([read('1', '2'), read('2', '3'), read('1', '2', '3')]);
    held.open();
    expect(await pages).toEqual([
      { 1: 'FRESH java=3', 2: 'FRESH go=3 java=3' },
      { 2: 'FRESH go=3 java=3', 3: 'FRESH' },
      { 1: 'FRESH java=3', 2: 'FRESH go=3 java=3', 3: 'FRESH' },
    ]);
    expect(provider.calls).toEqual(['read 1,2', 'read 3']);
  });

  it('count one failure of the provider', async () => {
    const { integration, read } = house({ failing: { read: 'TIMEOUT' } });
    const noted = vi.spyOn(integration, 'failed');
    await Promise.all([read('1'), read('1'), read('1')]);
    expect(noted).toHaveBeenCalledTimes(1);
  });

  it('share nothing with the cache off', async () => {
    const { provider, read } = house({ cache: false });
    await Promise.all([read('1'), read('1')]);
    expect(provider.calls).toEqual(['read 1', 'read 1']);
  });
});

describe('a walk whose ratings are kept', () => {
  it('answers while it is fresh, and not after', async () => {
    const { clock, provider, keep, read } = house();
    keep();
    clock.advance(15 * MINUTE);
    expect(await read('1', '2')).toEqual({ 1: 'CACHED java=3', 2: 'CACHED go=3 java=3' });
    expect(provider.calls).toEqual([]);
    clock.advance(1);
    expect(await read('1')).toEqual({ 1: 'FRESH java=3' });
  });

  it('is no proof that somebody has no ratings', async () => {
    const { provider, keep, read } = house();
    keep([]);
    expect(await read('1')).toEqual({ 1: 'FRESH java=3' });
    provider.holdings.failing = { read: 'TIMEOUT' };
    expect(await read('3')).toEqual({ 3: 'UNREACHABLE TIMEOUT' });
  });

  it('answers nothing with the cache off, but stands in for a provider that fails', async () => {
    const { provider, keep, read } = house({ cache: false });
    keep();
    expect(await read('1')).toEqual({ 1: 'FRESH java=3' });
    provider.holdings.failing = { read: 'UNREACHABLE' };
    expect(await read('1')).toEqual({ 1: 'STALE java=3 UNREACHABLE' });
  });

  it('stands in before an older cached answer, and after a younger one', async () => {
    const { clock, provider, keep, read } = house();
    await read('1');
    clock.advance(MINUTE);
    keep([ratingRow('1', 'java', { value: numberValue(5) })]);
    clock.advance(20 * MINUTE);
    provider.holdings.failing = { read: 'TIMEOUT' };
    expect(await read('1')).toEqual({ 1: 'STALE java=5 TIMEOUT' });
    provider.holdings.failing = {};
    await read('1');
    clock.advance(20 * MINUTE);
    provider.holdings.failing = { read: 'TIMEOUT' };
    expect(await read('1')).toEqual({ 1: 'STALE java=3 TIMEOUT' });
  });
});

describe('a filter that is not honoured', () => {
  it('costs one walk for readers who notice it at once, and answers from it for a minute', async () => {
    const held = gate();
    const { clock, provider, integration, read } = house({ filter: 'ignored' });
    provider.holdings.before = (call) => (call === 'ratings 1' ? held.passed : undefined);
    const both = Promise.all([read('1', '2', '3'), read('2', '5')]);
    await expect.poll(() => provider.calls).toContain('ratings 1');
    held.open();
    expect(await both).toEqual([
      { 1: 'FRESH java=3', 2: 'FRESH go=3 java=3', 3: 'FRESH' },
      { 2: 'FRESH go=3 java=3', 5: 'FRESH java=3' },
    ]);
    expect(provider.taken().toSorted()).toEqual(['ratings 1', 'ratings 2', 'read 1,2', 'read 3', 'read 5']);
    expect(integration.ratingFilterHonoured).toBe(false);
    clock.advance(MINUTE);
    expect(await read('1', '4')).toEqual({ 1: 'CACHED java=3', 4: 'CACHED' });
    expect(provider.calls).toEqual([]);
    clock.advance(1);
    expect(await read('1')).toEqual({ 1: 'FRESH java=3' });
    expect(provider.taken()).toEqual(['ratings 1', 'ratings 2']);
  });

  it('answers for a minute after a walk that took longer than that, and says how old the rows are', async () => {
    const { clock, provider, read, directory } = house({ filter: 'ignored' });
    provider.holdings.before = (call) => (call.startsWith('ratings') ? clock.advance(MINUTE) : undefined);
    const began = clock.now();
    await read('1');
    provider.taken();
    clock.advance(MINUTE);
    expect(await read('2')).toEqual({ 2: 'CACHED go=3 java=3' });
    expect(directory.ratings('hr').at).toBe(began);
    expect(provider.calls).toEqual([]);
  });

  it('is walked for no longer than the call has, and the walk serves who asks next', async () => {
    const { provider, reader, read } = house({ filter: 'ignored' });
    const slow = gate();
    provider.holdings.before = (call) => (call === 'ratings 1' ? slow.passed : undefined);
    const readings = await reader.read(['1', '2'], { ...CALL, deadline: Deadline.after(5) });
    expect(brief(readings)).toEqual({ 1: 'UNREACHABLE TIMEOUT', 2: 'UNREACHABLE TIMEOUT' });
    slow.open();
    expect(await read('1')).toEqual({ 1: 'FRESH java=3' });
    expect(provider.calls).toEqual(['read 1,2', 'ratings 1', 'ratings 2']);
  });

  it('is a problem of the provider once where the walk fails, however many wait and how long', async () => {
    const { provider, integration, reader } = house({ filter: 'ignored' });
    const slow = gate();
    provider.holdings.before = (call) => (call === 'ratings 1' ? slow.passed : undefined);
    provider.holdings.failing = { ratings: 'UNAVAILABLE' };
    const impatient = reader.read(['1'], { ...CALL, deadline: Deadline.after(5) });
    expect(brief(await impatient)).toEqual({ 1: 'UNREACHABLE TIMEOUT' });
    expect(integration.lastProblem).toBeNull();
    const noted = vi.spyOn(integration, 'failed');
    slow.open();
    await expect.poll(() => integration.lastProblem?.code).toBe('UNAVAILABLE');
    expect(noted).toHaveBeenCalledTimes(1);

    noted.mockClear();
    const both = await Promise.all([reader.read(['1'], CALL), reader.read(['2'], CALL)]);
    expect(both.map(brief)).toEqual([{ 1: 'UNREACHABLE UNAVAILABLE' }, { 2: 'UNREACHABLE UNAVAILABLE' }]);
    expect(noted).toHaveBeenCalledTimes(1);
  });

  it('answers from the walk with the cache off, too', async () => {
    const { provider, read } = house({ filter: 'ignored', cache: false });
    await read('1');
    provider.taken();
    expect(await read('2')).toEqual({ 2: 'CACHED go=3 java=3' });
    expect(provider.calls).toEqual([]);
  });

  it('leaves everybody to the old walk when a new one fails, and walks again at the next question', async () => {
    const { clock, provider, read } = house({ filter: 'ignored' });
    await read('1');
    clock.advance(2 * MINUTE);
    provider.holdings.failing = { ratings: 'UNAVAILABLE' };
    provider.taken();
    expect(await read('1', '3')).toEqual({ 1: 'STALE java=3 UNAVAILABLE', 3: 'UNREACHABLE UNAVAILABLE' });
    provider.holdings.failing = {};
    expect(await read('1')).toEqual({ 1: 'FRESH java=3' });
    expect(provider.calls).toEqual(['ratings 1', 'ratings 1', 'ratings 2']);
  });

  it('is a problem of its own where there is no walk to fall back to', async () => {
    const { provider, integration, read } = house({ filter: 'ignored', without: ['ratings'] });
    expect(await read('1')).toEqual({ 1: 'UNREACHABLE UNREADABLE' });
    expect(integration.ratingFilterHonoured).toBe(true);
    expect(provider.calls).toEqual(['read 1']);
  });
});

const stored = ratingRow('1', 'java', { value: numberValue(5) });

describe('what a write stored', () => {
  it('is pending over everything read until a read shows it', async () => {
    const { clock, provider, reader, read } = house();
    await read('1', '2');
    reader.written(stored);
    // The cached answer is good no more: the provider may have taken it over by now.
    expect(await read('1', '2')).toEqual({ 1: 'FRESH java=5!', 2: 'CACHED go=3 java=3' });
    clock.advance(1);
    expect(await read('1')).toEqual({ 1: 'FRESH java=5!' });
    expect(await read('1')).toEqual({ 1: 'CACHED java=5!' });
    provider.holdings.ratings = [stored];
    clock.advance(2 * MINUTE);
    expect(await read('1')).toEqual({ 1: 'CACHED java=5!' });
    await expect.poll(() => read('1')).toEqual({ 1: 'CACHED java=5' });
  });

  it('is appended where it is new, and gone after a day', async () => {
    const { clock, reader, read } = house();
    reader.written(ratingRow('1', 'rust'));
    expect(await read('1')).toEqual({ 1: 'FRESH java=3 rust=3!' });
    clock.advance(24 * 60 * MINUTE + 1);
    expect(await read('1')).toEqual({ 1: 'FRESH java=3' });
  });

  it('is not lost to a read that was under way and is not cached by it', async () => {
    const held = gate();
    const { provider, reader, read } = house();
    provider.holdings.before = () => held.passed;
    const under = read('1');
    reader.written(stored);
    held.open();
    expect(await under).toEqual({ 1: 'FRESH java=5!' });
    provider.holdings.ratings = [stored];
    expect(await read('1')).toEqual({ 1: 'FRESH java=5' });
    expect(provider.calls).toEqual(['read 1', 'read 1']);
  });

  it('is pending over a copy that stands in', async () => {
    const { provider, reader, read } = house();
    await read('1');
    reader.written(stored);
    provider.holdings.failing = { read: 'TIMEOUT' };
    expect(await read('1')).toEqual({ 1: 'STALE java=5! TIMEOUT' });
  });
});

describe('a write of which nobody knows whether it took effect', () => {
  it('makes copies of before it answer no more, and is laid over nothing', async () => {
    const { provider, reader, read } = house();
    await read('1', '2');
    provider.holdings.ratings = [stored];
    reader.doubted('1', 'java');
    expect(await read('1', '2')).toEqual({ 1: 'FRESH java=5', 2: 'CACHED go=3 java=3' });
    expect(provider.calls).toEqual(['read 1,2', 'read 1']);
  });
});

describe('what a write took away', () => {
  it('is hidden from reads, by employee and by parts, while the provider still shows it', async () => {
    const row = ratingRow('1', 'java');
    const { provider, reader, read } = house({ ports: { ratingByParts: { read: () => Promise.resolve(row) } } });
    await read('1', '2');
    reader.removed('1', 'java');
    expect(await reader.readOne(row.parts, CALL)).toBeNull();
    expect(await read('1', '2')).toEqual({ 1: 'FRESH', 2: 'CACHED go=3 java=3' });
    provider.holdings.failing = { read: 'TIMEOUT' };
    reader.removed('2', 'java');
    expect(await read('2')).toEqual({ 2: 'STALE go=3 TIMEOUT' });
  });

  it('is not lost to a read that was under way and is not cached by it', async () => {
    const held = gate();
    const { provider, reader, read } = house();
    provider.holdings.before = () => held.passed;
    const under = read('1');
    reader.removed('1', 'java');
    held.open();
    expect(await under).toEqual({ 1: 'FRESH' });
    expect(await read('1')).toEqual({ 1: 'FRESH' });
  });

  it('a day ago hides nothing', async () => {
    const { clock, reader, read } = house();
    const at = clock.now();
    clock.advance(24 * 60 * MINUTE + 1);
    reader.removed('1', 'java', at);
    reader.written(ratingRow('1', 'go'), at);
    expect(await read('1')).toEqual({ 1: 'FRESH java=3' });
  });
});

describe('a single rating', () => {
  const row = ratingRow('1', 'java');
  const one = (found: RatingRow | null) => house({ ports: { ratingByParts: { read: () => Promise.resolve(found) } } });

  it('is read by its parts', async () => {
    expect(await one(row).reader.readOne(row.parts, CALL)).toEqual({ row, pending: false });
    expect(await one(null).reader.readOne(row.parts, CALL)).toBeNull();
    expect(await house().reader.readOne(row.parts, CALL)).toBeNull();
  });

  it('shows what a write stored in its place, and leaves that for the other reads', async () => {
    const written = ratingRow('1', 'java', { value: numberValue(5) });
    const { provider, reader, read } = one(row);
    reader.written(ratingRow('1', 'go'));
    reader.written(written);
    expect(await reader.readOne(row.parts, CALL)).toEqual({ row: written, pending: true });
    provider.ports.ratingByParts = { read: () => Promise.resolve(written) };
    expect(await reader.readOne(row.parts, CALL)).toEqual({ row: written, pending: false });
    expect(await read('1')).toEqual({ 1: 'FRESH java=5! go=3!' });
  });
});
