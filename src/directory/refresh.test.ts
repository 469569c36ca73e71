import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { employeeRow, FakeProvider, gate } from '../../test/support/fake-provider.ts';
import { Directory } from './directory.ts';
import { DirectoryRefresh, type Log } from './refresh.ts';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function house(...providers: FakeProvider[]) {
  const logged: string[] = [];
  const log: Log = {
    info: (_, message) => logged.push(message),
    warn: (_, message) => logged.push(message),
    error: (_, message) => logged.push(message),
  };
  const directory = new Directory(providers.map(({ integration }) => integration));
  return { directory, logged, refresh: new DirectoryRefresh(directory, log) };
}

const provider = (name: string, options: ConstructorParameters<typeof FakeProvider>[0] = {}) =>
  new FakeProvider({ name, employees: [employeeRow('1')], without: ['skills', 'ratings'], ...options });

describe('the refresh', () => {
  it('walks every integration at the start and each again after a quarter of an hour', async () => {
    const [hr, talent] = [provider('hr'), provider('talent')];
    const { refresh, logged } = house(hr, talent);
    await refresh.start();
    expect([hr.taken(), talent.taken()]).toEqual([['employees 1'], ['employees 1']]);
    await vi.advanceTimersByTimeAsync(15 * MINUTE - 1);
    expect([hr.taken(), talent.taken()]).toEqual([[], []]);
    await vi.advanceTimersByTimeAsync(1);
    expect([hr.taken(), talent.taken()]).toEqual([['employees 1'], ['employees 1']]);
    expect(logged).toEqual(Array.from({ length: 4 }, () => 'walk ended'));
    refresh.stop();
  });

  it('walks again after 10 s when one failed, twice as late each time, and after 5 minutes at most', async () => {
    const hr = provider('hr', { failing: { employees: 'UNREACHABLE' } });
    const { refresh, logged } = house(hr);
    await refresh.start();
    for (const seconds of [10, 20, 40, 80, 160, 300, 300]) {
      hr.taken();
      await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
      expect(hr.calls).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect(hr.calls).toEqual(['employees 1']);
    }
    expect(new Set(logged)).toEqual(new Set(['walk failed']));
    hr.holdings.failing = {};
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    hr.holdings.failing = { employees: 'UNREACHABLE' };
    await vi.advanceTimersByTimeAsync(15 * MINUTE);
    hr.taken();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(hr.calls).toEqual(['employees 1']);
    refresh.stop();
  });

  it('is ready when each first walk has ended, well or not, or after 30 s', async () => {
    const held = gate();
    const [hr, talent] = [
      provider('hr', { failing: { employees: 'TIMEOUT' } }),
      provider('talent', { before: () => held.passed }),
    ];
    const { refresh } = house(hr, talent);
    const started = refresh.start();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(refresh.ready).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(refresh.ready).toBe(true);
    held.open();
    await started;
    refresh.stop();
    const other = house(provider('hr'));
    expect(other.refresh.ready).toBe(false);
    await other.refresh.start();
    expect(other.refresh.ready).toBe(true);
    other.refresh.stop();
  });

  it('stops: no further walk, none left half way, no timer, no complaint', async () => {
    const held = gate();
    const [hr, talent] = [provider('hr'), provider('talent', { before: () => held.passed })];
    const { refresh, logged } = house(hr, talent);
    const started = refresh.start();
    await vi.advanceTimersByTimeAsync(1);
    refresh.stop();
    held.open();
    await started;
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(60 * MINUTE);
    expect([hr.calls, talent.calls]).toEqual([['employees 1'], ['employees 1']]);
    expect(logged).toEqual(['walk ended']);
  });

  it('takes a walk that breaks off for a failed one', async () => {
    const hr = provider('hr');
    const { directory, refresh, logged } = house(hr);
    directory.retainEmployees = () => {
      throw new TypeError('broken');
    };
    await refresh.start();
    expect(hr.integration.sync).toMatchObject({ state: 'FAILING', problem: { code: 'INTERNAL' } });
    expect(logged).toEqual(['walk broke off', 'walk failed']);
    hr.taken();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(hr.calls).toEqual(['employees 1']);
    refresh.stop();
  });
});
