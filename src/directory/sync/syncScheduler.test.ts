import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { employeeRow, FakeProvider, gate } from '../../../test/support/fakes/fakeProvider.ts';
import { Directory } from '../directory.ts';
import { kindSync } from '../../integrations/integration.ts';
import { SyncScheduler, type SyncLog } from './syncScheduler.ts';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function house(...providers: FakeProvider[]) {
  const logged: string[] = [];
  const log: SyncLog = {
    info: (_, message) => logged.push(message),
    warn: (_, message) => logged.push(message),
    error: (_, message) => logged.push(message),
  };
  const directory = new Directory(providers.map(({ integration }) => integration));
  return { directory, logged, refresh: new SyncScheduler(directory, log) };
}

const provider = (name: string, options: ConstructorParameters<typeof FakeProvider>[0] = {}) =>
  new FakeProvider({ name, employees: [employeeRow('1')], without: ['skills', 'ratings'], ...options });

describe('the refresh', () => {
  it('runs a full sync of every integration at the start and again after a quarter of an hour', async () => {
    const [hr, talent] = [provider('hr'), provider('talent')];
    const { refresh, logged } = house(hr, talent);
    await refresh.start();
    expect([hr.taken(), talent.taken()]).toEqual([['employees 1'], ['employees 1']]);
    await vi.advanceTimersByTimeAsync(15 * MINUTE - 1);
    expect([hr.taken(), talent.taken()]).toEqual([[], []]);
    await vi.advanceTimersByTimeAsync(1);
    expect([hr.taken(), talent.taken()]).toEqual([['employees 1'], ['employees 1']]);
    expect(logged).toEqual(Array.from({ length: 4 }, () => 'full sync ended'));
    refresh.stop();
  });

  it('retries a failed full sync after 10 s, twice as late each time, up to 5 minutes', async () => {
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
    expect(new Set(logged)).toEqual(new Set(['full sync failed']));
    hr.holdings.failing = {};
    await vi.advanceTimersByTimeAsync(5 * MINUTE);
    hr.holdings.failing = { employees: 'UNREACHABLE' };
    await vi.advanceTimersByTimeAsync(15 * MINUTE);
    hr.taken();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(hr.calls).toEqual(['employees 1']);
    refresh.stop();
  });

  it('is ready when each first full sync has succeeded or failed, or after 30 s', async () => {
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

  it('stops: no further full sync, none left half way, no timer, no complaint', async () => {
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
    expect(logged).toEqual(['full sync ended']);
  });

  it('counts all kinds as failed after an aborted full sync, whatever it had read', async () => {
    const hr = provider('hr');
    const { directory, refresh } = house(hr);
    await refresh.start();
    const { lastFullAt } = hr.integration.sync;
    expect(kindSync(hr.integration.sync, 'employees')).toEqual({ fetchedAt: lastFullAt, problem: null });
    directory.retainEmployees = () => {
      throw new TypeError('broken');
    };
    await vi.advanceTimersByTimeAsync(15 * MINUTE);
    for (const kind of ['employees', 'skills'] as const) {
      expect(kindSync(hr.integration.sync, kind)).toMatchObject({
        fetchedAt: lastFullAt,
        problem: { code: 'INTERNAL' },
      });
    }
    refresh.stop();
  });

  it('counts an aborted full sync as failed', async () => {
    const hr = provider('hr');
    const { directory, refresh, logged } = house(hr);
    directory.retainEmployees = () => {
      throw new TypeError('broken');
    };
    await refresh.start();
    expect(hr.integration.sync).toMatchObject({ state: 'FAILING', problem: { code: 'INTERNAL' } });
    expect(logged).toEqual(['the full sync was aborted by an error', 'full sync failed']);
    hr.taken();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(hr.calls).toEqual(['employees 1']);
    refresh.stop();
  });

  it('runs a delta sync every minute between full syncs, and goes on after a failed one', async () => {
    const hr = provider('hr');
    const since: string[] = [];
    let fails = false;
    Object.assign(hr.ports.employees ?? {}, {
      async *changedSince(from: string) {
        since.push(from);
        if (fails) throw new TypeError('broken');
        yield { rows: [employeeRow('2')] };
      },
    });
    const { directory, refresh, logged } = house(hr);
    await refresh.start();
    const began = Date.now();
    hr.taken();
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(since).toEqual([new Date(began - 5 * MINUTE).toISOString()]);
    expect(directory.employees.all).toHaveLength(2);
    expect(hr.integration.sync).toMatchObject({ state: 'IDLE', lastDeltaAt: new Date(Date.now()).toISOString() });
    fails = true;
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(hr.integration.sync).toMatchObject({ state: 'IDLE', problem: null });
    expect(hr.integration.lastProblem).toMatchObject({ code: 'INTERNAL' });
    expect(logged).toEqual(['full sync ended', 'delta sync failed']);
    await vi.advanceTimersByTimeAsync(12 * MINUTE);
    expect(since).toHaveLength(14);
    expect(hr.calls).toEqual([]);
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect(hr.calls).toEqual(['employees 1']);
    // Only the walk sees that the second is gone.
    expect(directory.employees.all).toHaveLength(1);
    refresh.stop();
  });

  it('logs the progress of a long first full sync, and not of later ones', async () => {
    const held = gate();
    const hr = provider('hr', {
      employees: ['1', '2', '3', '4'].map((id) => employeeRow(id)),
      before: (call) => (call === 'employees 2' ? held.passed : undefined),
    });
    const lines: object[] = [];
    const log: SyncLog = {
      info: (details, message) => lines.push({ ...details, message }),
      warn: () => {},
      error: () => {},
    };
    const refresh = new SyncScheduler(new Directory([hr.integration]), log);
    const started = refresh.start();
    await vi.advanceTimersByTimeAsync(11_000);
    const line = { integration: 'hr', percent: 50, employees: 2, skills: 0, message: 'full sync running' };
    expect(lines).toEqual([line, line]);
    held.open();
    await started;
    expect(lines.slice(2)).toMatchObject([{ message: 'full sync ended', employees: 4 }]);
    refresh.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
