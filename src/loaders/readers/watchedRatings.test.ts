import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeProvider, numberValue, ratingRow } from '../../../test/support/fakes/fakeProvider.ts';
import { newCounts } from '../../cache/cacheCounts.ts';
import { Directory } from '../../directory/directory.ts';
import { RatingReader } from './employeeRatingReader.ts';
import { MAX_READ, WatchedRatings } from './watchedRatings.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

/** Rather more than a minute: when copies are due that were read the last time. */
const AGAIN = 65_000;

function house(options: ConstructorParameters<typeof FakeProvider>[0] = {}) {
  const provider = new FakeProvider({
    ratings: [ratingRow('1', 'java'), ratingRow('2', 'java')],
    batchSize: 100,
    ...options,
  });
  const { integration } = provider;
  const directory = new Directory([integration]);
  const changed: string[] = [];
  directory.onRatingsChanged = (name, ids) => changed.push(`${name} ${[...ids].join(',')}`);
  const counts = newCounts();
  const reader = new RatingReader({ directory, integration, cache: true, counts: () => counts });
  const ids = new Set(['1']);
  const watching = new WatchedRatings({
    readers: new Map([['hr', reader]]),
    watched: () => (ids.size === 0 ? new Map() : new Map([['hr', ids]])),
  });
  return { provider, integration, directory, counts, reader, changed, ids, watching };
}

describe('ratings of people who are watched', () => {
  it('are read at once for all who come together, again as often as copies age, and told when they are others', async () => {
    const { provider, changed, ids, watching } = house();
    watching.begin();
    ids.add('2');
    watching.begin();
    await vi.advanceTimersByTimeAsync(0);
    expect(provider.taken()).toEqual(['read 1,2']);

    await vi.advanceTimersByTimeAsync(AGAIN);
    expect(provider.taken()).toEqual(['read 1,2']);
    expect(changed).toEqual([]);

    provider.holdings.ratings = [ratingRow('1', 'java', { value: numberValue(5) }), ratingRow('2', 'java')];
    await vi.advanceTimersByTimeAsync(AGAIN);
    expect(changed).toEqual(['hr 1']);
    provider.holdings.ratings = [ratingRow('1', 'java', { value: numberValue(5) })];
    await vi.advanceTimersByTimeAsync(AGAIN);
    expect(changed).toEqual(['hr 1', 'hr 2']);
    watching.close();
  });

  it('take turns where they are very many', async () => {
    const { provider, ids, watching } = house({ ratings: [], batchSize: 10_000 });
    ids.clear();
    for (let id = 0; id < MAX_READ + 2; id += 1) ids.add(String(id));
    watching.begin();
    await vi.advanceTimersByTimeAsync(3 * AGAIN);
    const counts = provider.calls.map((call) => call.split(',').length);
    expect(counts).toEqual([MAX_READ, 2, MAX_READ, 2]);
    watching.close();
  });

  it('are read again also while a walk answers questions, and count for no questions themselves', async () => {
    const { provider, directory, counts, changed, watching } = house();
    watching.begin();
    await vi.advanceTimersByTimeAsync(0);
    directory.ratings('hr').replace(provider.holdings.ratings, Date.now());
    provider.holdings.ratings = [];
    await vi.advanceTimersByTimeAsync(AGAIN);
    expect(changed).toEqual(['hr 1']);
    expect(counts).toEqual(newCounts());
    watching.close();
  });

  it('cost nothing once nobody watches, nor when it is closed', async () => {
    const { provider, ids, watching } = house();
    watching.begin();
    await vi.advanceTimersByTimeAsync(0);
    ids.clear();
    await vi.advanceTimersByTimeAsync(AGAIN);
    expect(vi.getTimerCount()).toBe(0);
    ids.add('1');
    watching.begin();
    watching.close();
    watching.begin();
    expect(vi.getTimerCount()).toBe(0);
    expect(provider.calls).toEqual(['read 1']);
  });

  it('are left to the walk that keeps them, to which a filter that is not honoured leaves them too', async () => {
    const kept = house({ keep: true });
    kept.watching.begin();
    const ignored = house({ filter: 'ignored' });
    ignored.integration.ratingFilterHonoured = false;
    ignored.watching.begin();
    const without = house({ without: ['ratingsByEmployees'] });
    without.watching.begin();
    await vi.advanceTimersByTimeAsync(AGAIN);
    expect([kept, ignored, without].map(({ provider }) => provider.calls)).toEqual([[], [], []]);
  });

  it('are not told of by reads where a walk tells of them', async () => {
    const { provider, reader, changed } = house({ keep: true });
    await reader.read(['1'], { purpose: 'request' });
    provider.holdings.ratings = [];
    await vi.advanceTimersByTimeAsync(6 * AGAIN);
    await reader.read(['1'], { purpose: 'request' });
    expect(provider.calls).toEqual(['read 1', 'read 1']);
    expect(changed).toEqual([]);
  });

  it('survive a provider that fails, and are told of when it is back', async () => {
    const { provider, changed, watching } = house();
    watching.begin();
    await vi.advanceTimersByTimeAsync(0);
    provider.holdings.failing = { read: 'UNAVAILABLE' };
    await vi.advanceTimersByTimeAsync(AGAIN);
    provider.holdings.failing = {};
    provider.holdings.ratings = [];
    await vi.advanceTimersByTimeAsync(AGAIN);
    expect(changed).toEqual(['hr 1']);
    watching.close();
  });

  it('are not told of twice where they were written here', async () => {
    const { provider, reader, changed, watching } = house();
    watching.begin();
    await vi.advanceTimersByTimeAsync(0);
    const row = ratingRow('1', 'java', { value: numberValue(5) });
    provider.holdings.ratings = [row];
    await vi.advanceTimersByTimeAsync(10);
    reader.written(row);
    await vi.advanceTimersByTimeAsync(AGAIN);
    expect(provider.calls).toEqual(['read 1', 'read 1']);
    expect(changed).toEqual([]);
    watching.close();
  });

  it('are not told of twice where the provider shows later what was written here', async () => {
    const { provider, reader, changed, watching } = house();
    watching.begin();
    await vi.advanceTimersByTimeAsync(10);
    const written = ratingRow('1', 'java', { value: numberValue(5), changedAt: '2026-03-02T10:00:00.000Z' });
    reader.written(written);
    await vi.advanceTimersByTimeAsync(2 * AGAIN);
    // As read it carries the scale, and when the mirror took it over.
    const scale = { kind: 'numeric', min: 1, max: 5, step: 1 } as const;
    const value = { kind: 'number', value: 5, scale } as const;
    provider.holdings.ratings = [{ ...written, value, changedAt: '2026-03-02T10:00:09.000Z' }];
    await vi.advanceTimersByTimeAsync(2 * AGAIN);
    expect(changed).toEqual([]);

    provider.holdings.ratings = [
      ratingRow('1', 'java', { value: numberValue(2), changedAt: '2026-03-02T11:00:00.000Z' }),
    ];
    await vi.advanceTimersByTimeAsync(AGAIN);
    expect(changed).toEqual(['hr 1']);
    watching.close();
  });

  it('are not told of twice where the provider shows later that a skill was taken away here', async () => {
    const { provider, reader, changed, watching } = house();
    watching.begin();
    await vi.advanceTimersByTimeAsync(10);
    reader.removed('1', 'java');
    await vi.advanceTimersByTimeAsync(2 * AGAIN);
    provider.holdings.ratings = [];
    await vi.advanceTimersByTimeAsync(2 * AGAIN);
    expect(changed).toEqual([]);
    watching.close();
  });

  it('are told of where something else has changed beside what was written here', async () => {
    const { provider, reader, changed, watching } = house();
    watching.begin();
    await vi.advanceTimersByTimeAsync(10);
    const written = ratingRow('1', 'java', { value: numberValue(5) });
    reader.written(written);
    provider.holdings.ratings = [written, ratingRow('1', 'go')];
    await vi.advanceTimersByTimeAsync(AGAIN);
    expect(changed).toEqual(['hr 1']);
    watching.close();
  });
});
