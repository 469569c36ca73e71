import { describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, gate, ratingRow, skillRow } from '../../../test/support/fakes/fakeProvider.ts';
import type { WalkPort } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import { VirtualClock } from '../../lib/clock.ts';
import { Directory } from '../directory.ts';
import { syncRatings, fullSync } from './fullSync.ts';

/** Far less than an account may have, so that a list without an end has one soon. */
const MOST = { employees: 20, skills: 20, ratings: 20 };

type Options = ConstructorParameters<typeof FakeProvider>[0];

/** Three employees and three skills on two pages each, and a rating of each of the first two employees. */
function house(options: Options = {}) {
  const clock = new VirtualClock();
  const now = () => clock.now();
  const provider = new FakeProvider({
    now,
    employees: ['1', '2', '3'].map((id) => employeeRow(id, { name: id })),
    skills: ['java', 'go', 'rust'].map((id) => skillRow(id)),
    ratings: [ratingRow('1', 'java'), ratingRow('2', 'go')],
    ...options,
  });
  const { integration } = provider;
  const directory = new Directory([integration], now);
  const abort = new AbortController();
  const walk = () => fullSync({ directory, integration, signal: abort.signal, now, most: MOST });
  return { clock, provider, integration, directory, abort, walk };
}

const FULL = ['employees 1', 'employees 2', 'skills 1', 'skills 2'];
const PROBE = ['ratings 1', 'read 1'];

describe('a full sync', () => {
  it('reads every page once, probes the filter once, and then rests', async () => {
    const { provider, directory, integration, walk, clock } = house();
    await walk();
    expect(provider.calls).toEqual([...FULL, ...PROBE]);
    expect([directory.employeeCount('hr'), directory.skillCount('hr')]).toEqual([3, 3]);
    const lastFullAt = new Date(clock.now()).toISOString();
    const read = { fetchedAt: lastFullAt, problem: null };
    expect(integration.sync).toEqual({
      state: 'IDLE',
      progress: null,
      lastFullAt,
      lastDeltaAt: null,
      problem: null,
      kinds: { employees: read, skills: read },
    });
    expect(directory.ratings('hr').at).toBeNull();
  });

  it('forgets what is gone by the next one', async () => {
    const { provider, directory, walk } = house();
    await walk();
    provider.holdings.employees.shift();
    provider.holdings.skills.pop();
    await walk();
    expect(directory.employees.all.map(({ displayName }) => displayName)).toEqual(['2', '3']);
    expect(directory.skills.all.map(({ name }) => name)).toEqual(['go', 'java']);
  });

  describe('of a list without a last page', () => {
    /** Each page invents two more; `isEndless` may be changed between walks. */
    const endless = () => {
      const started = house();
      const { ports } = started.provider;
      const state = { isEndless: true, made: 0 };
      const pages = <Row>(port: WalkPort<Row> | undefined, row: (id: string) => Row) => {
        if (!port) return;
        const walk = port.walk.bind(port);
        port.walk = async function* (call) {
          yield* walk(call);
          while (state.isEndless) {
            state.made += 2;
            yield { rows: [row(`made ${state.made}`), row(`made ${state.made + 1}`)], total: null };
          }
        };
      };
      pages(ports.employees, (id) => employeeRow(id, { name: id }));
      pages(ports.skills, (id) => skillRow(id));
      return { ...started, state };
    };

    it('ends, reports a problem and drift, and keeps no record that was unknown before', async () => {
      const { walk, state, directory, integration } = endless();
      state.isEndless = false;
      await walk();
      state.isEndless = true;
      await walk();
      expect(directory.employees.all.map(({ displayName }) => displayName)).toEqual(['1', '2', '3']);
      expect(directory.skills.all.map(({ name }) => name)).toEqual(['go', 'java', 'rust']);
      expect(integration.sync).toMatchObject({ state: 'FAILING', problem: { code: 'UNREADABLE', retryable: false } });
      const expected = 'a last page within 20 records';
      expect(integration.drift).toMatchObject([
        { operation: 'READ_EMPLOYEES', expected, found: 'more records', count: 1 },
        { operation: 'READ_SKILLS', expected, found: 'more records', count: 1 },
      ]);
      expect(state.made).toBeLessThanOrEqual(40);
      state.isEndless = false;
      await walk();
      expect(integration.sync).toMatchObject({ state: 'IDLE', problem: null });
    });

    it('leaves the ratings that are kept as they were', async () => {
      const { provider, directory, integration, walk } = house({ keep: true });
      await walk();
      provider.holdings.ratings = Array.from({ length: 30 }, (_, index) => ratingRow('1', `made ${index}`));
      await walk();
      expect(directory.ratings('hr').ofSkills(() => true)).toHaveLength(2);
      expect(integration.drift).toMatchObject([{ expected: 'a last page within 20 records' }]);
    });
  });

  describe('of pages from which rows slide away', () => {
    /** Somebody leaves the first page after it was read; somebody else, perhaps, comes at the end. */
    const sliding = (comes: string | null) => {
      const employees = ['1', '2', '3', '4'].map((id) => employeeRow(id, { name: id }));
      const skills = ['a', 'b', 'c', 'd'].map((id) => skillRow(id));
      const { provider, directory, walk } = house({ employees, skills });
      const { holdings } = provider;
      const slide = () => {
        const due = new Set(['employees 2', 'skills 2']);
        holdings.before = (call) => {
          if (!due.delete(call)) return;
          if (call === 'employees 2') holdings.employees.shift();
          else holdings.skills.shift();
          if (comes === null) return;
          if (call === 'employees 2') holdings.employees.push(employeeRow(comes, { name: comes }));
          else holdings.skills.push(skillRow(comes));
        };
      };
      const names = () => ({
        employees: directory.employees.all.map(({ displayName }) => displayName).join(''),
        skills: directory.skills.all.map(({ name }) => name).join(''),
      });
      return { walk, slide, names };
    };

    it('keeps people who are there and were missed, and removes those who left with the next one', async () => {
      const { walk, slide, names } = sliding(null);
      await walk();
      slide();
      await walk();
      expect(names()).toEqual({ employees: '1234', skills: 'abcd' });
      await walk();
      expect(names()).toEqual({ employees: '234', skills: 'bcd' });
    });

    it('does so where as many came as left, so that the totals agree', async () => {
      const { walk, slide, names } = sliding('9');
      await walk();
      slide();
      await walk();
      expect(names()).toEqual({ employees: '12349', skills: '9abcd' });
      await walk();
      expect(names()).toEqual({ employees: '2349', skills: '9bcd' });
    });
  });

  it('counts a row that stands on two pages once', async () => {
    const { provider, directory, walk } = house();
    provider.holdings.employees.push(employeeRow('1', { name: '1' }));
    await walk();
    expect(directory.employeeCount('hr')).toBe(3);
  });

  it('reports its progress, and answers from what is there', async () => {
    const second = gate();
    const { provider, directory, integration, walk, clock } = house();
    provider.holdings.before = (call) => (call === 'employees 2' ? second.passed : undefined);
    const walked = walk();
    await expect.poll(() => provider.calls).toEqual(['employees 1', 'employees 2']);
    expect(integration.sync).toMatchObject({ state: 'FIRST_WALK', progress: 1 / 3, lastFullAt: null, problem: null });
    expect(directory.employees.all).toHaveLength(2);
    second.open();
    await walked;
    expect(directory.employees.all).toHaveLength(3);
    const again = gate();
    provider.holdings.before = () => again.passed;
    clock.advance(60_000);
    const next = walk();
    expect(integration.sync).toMatchObject({ state: 'REFRESHING', progress: null });
    expect(directory.employees.all).toHaveLength(3);
    again.open();
    await next;
  });

  it('ends at the first abort, without a further call and with the old data', async () => {
    const second = gate();
    const { provider, directory, walk, abort } = house();
    await walk();
    provider.taken();
    provider.holdings.employees.pop();
    provider.holdings.before = (call) => (call === 'employees 1' ? second.passed : undefined);
    const walked = walk();
    abort.abort(new Error('enough'));
    second.open();
    await expect(walked).rejects.toThrow('enough');
    expect(provider.calls).toEqual(['employees 1']);
    expect(directory.employeeCount('hr')).toBe(3);
  });

  it('keeps a record that was written while it ran', async () => {
    const last = gate();
    const { provider, directory, walk } = house();
    await walk();
    provider.holdings.before = (call) => (call === 'employees 2' ? last.passed : undefined);
    provider.taken();
    const walked = walk();
    await expect.poll(() => provider.calls).toEqual(['employees 1', 'employees 2']);
    directory.writeEmployee('hr', employeeRow('1', { name: 'written' }));
    directory.writeEmployee('hr', employeeRow('9', { name: 'created' }));
    last.open();
    await walked;
    expect(directory.employees.all.map(({ displayName }) => displayName)).toEqual(['2', '3', 'created', 'written']);
  });
});

describe('a page of a full sync', () => {
  it('does not show an old value over a write made since the full sync began', async () => {
    const [second, third] = [gate(), gate()];
    const { provider, directory, walk, clock } = house({ pageSize: 1 });
    await walk();
    provider.taken();
    provider.holdings.before = (call) =>
      call === 'employees 2' ? second.passed : call === 'employees 3' ? third.passed : undefined;
    const walked = walk();
    await expect.poll(() => provider.calls).toContain('employees 2');
    directory.writeEmployee('hr', employeeRow('2', { name: 'written' }));
    second.open();
    await expect.poll(() => provider.calls).toContain('employees 3');
    clock.advance(60_000);
    expect(directory.employees.rowOf('hr', '2')?.name).toBe('written');
    third.open();
    await walked;
    expect(directory.employees.rowOf('hr', '2')?.name).toBe('written');
  });
});

describe('what was not offered', () => {
  it('is tried again after each full sync: it may have been switched on', async () => {
    const { integration, walk } = house();
    const error = new ProviderError('NOT_OFFERED', 'Not licensed.');
    for (const operation of ['READ_RATINGS_BY_EMPLOYEE', 'READ_SKILLS'] as const) integration.failed(operation, error);
    await walk();
    expect([integration.offers('READ_RATINGS_BY_EMPLOYEE'), integration.offers('READ_SKILLS')]).toEqual([true, true]);
  });
});

describe('a full sync that fails', () => {
  it('keeps the old data, reports FAILING with the problem, and reads the rest', async () => {
    const { provider, directory, integration, walk } = house();
    await walk();
    const { lastFullAt } = integration.sync;
    provider.taken();
    provider.holdings.failing = { 'employees 2': 'UNAVAILABLE' };
    provider.holdings.skills.pop();
    await walk();
    expect(provider.calls).toEqual(['employees 1', 'employees 2', 'skills 1', ...PROBE]);
    expect(integration.sync).toMatchObject({
      state: 'FAILING',
      progress: null,
      lastFullAt,
      problem: { code: 'UNAVAILABLE' },
    });
    expect([directory.employeeCount('hr'), directory.skillCount('hr')]).toEqual([3, 2]);
  });

  it('is followed by one that clears the problem; until one was whole, it is still the first', async () => {
    const held = gate();
    const { provider, integration, walk } = house({ failing: { employees: 'TIMEOUT' } });
    await walk();
    expect(integration.sync).toMatchObject({ state: 'FAILING', lastFullAt: null, problem: { code: 'TIMEOUT' } });
    provider.holdings.failing = {};
    provider.holdings.before = () => held.passed;
    const walked = walk();
    expect(integration.sync.state).toBe('FIRST_WALK');
    held.open();
    await walked;
    expect(integration.sync).toMatchObject({ state: 'IDLE', problem: null });
  });
});

describe('a catalogue that is not offered', () => {
  it('is learnt from all ratings, and is no failure', async () => {
    const { provider, directory, integration, walk } = house({ failing: { skills: 'NOT_OFFERED' } });
    await walk();
    expect(provider.calls).toEqual(['employees 1', 'employees 2', 'skills 1', ...PROBE, 'ratings 1']);
    expect(directory.skills.all.map(({ name }) => name)).toEqual(['go', 'java']);
    expect(integration.sync).toMatchObject({ state: 'IDLE', problem: null });
    expect(integration.capability('READ_SKILLS').support).toBe('EMULATED');
    // Only learnt from: ratings are read through.
    expect(directory.ratings('hr').at).toBeNull();
  });

  it('is asked for again by the next full sync', async () => {
    const { provider, integration, walk } = house({ failing: { skills: 'NOT_OFFERED' } });
    await walk();
    provider.holdings.failing = {};
    provider.taken();
    await walk();
    expect(provider.calls).toEqual([...FULL, ...PROBE]);
    expect(integration.capability('READ_SKILLS').support).toBe('NATIVE');
  });

  it('that fails otherwise fails the full sync, and is learnt meanwhile', async () => {
    const { directory, integration, walk } = house({ failing: { skills: 'UNAVAILABLE' } });
    await walk();
    expect(integration.sync).toMatchObject({ state: 'FAILING', problem: { code: 'UNAVAILABLE' } });
    expect(directory.skills.all.map(({ name }) => name)).toEqual(['go', 'java']);
  });
});

describe('ratings', () => {
  it('of a provider without another bulk read are kept', async () => {
    const { provider, directory, walk, clock } = house({ keep: true, filtered: false });
    await walk();
    expect(provider.calls).toEqual([...FULL, 'ratings 1']);
    expect(directory.ratings('hr').at).toBe(clock.now());
    expect(directory.ratings('hr').of('1')).toEqual([ratingRow('1', 'java')]);
  });

  it.each([{ along: false }, { along: true }])(
    'are as old as the beginning of their full sync, %j',
    async ({ along }) => {
      const { provider, directory, walk, clock } = house({ keep: true, filtered: false, along, pageSize: 1 });
      const began: Record<string, number> = {};
      provider.holdings.before = (call) => {
        began[call] = clock.now();
        clock.advance(1000);
      };
      await walk();
      expect(directory.ratings('hr').at).toBe(began[along ? 'employees 1' : 'ratings 1']);
    },
  );

  it('that came with the employees are not read again', async () => {
    const { provider, directory, walk } = house({ keep: true, filtered: false, along: true });
    await walk();
    expect(provider.calls).toEqual(FULL);
    expect(directory.ratings('hr').of('2')).toEqual([ratingRow('2', 'go')]);
  });

  it('that came along with half of the employees do not replace the whole', async () => {
    const { provider, directory, walk, clock } = house({ keep: true, filtered: false, along: true, pageSize: 1 });
    await walk();
    const { at } = directory.ratings('hr');
    clock.advance(1000);
    provider.holdings.failing = { 'employees 2': 'UNAVAILABLE' };
    await walk();
    expect(directory.ratings('hr').of('2')).toHaveLength(1);
    expect(directory.ratings('hr').at).toBe(at);
  });

  it('are kept as they were when their full sync fails', async () => {
    const { provider, directory, integration, walk } = house({ keep: true, filtered: false });
    await walk();
    provider.holdings.failing = { ratings: 'TIMEOUT' };
    await walk();
    expect(integration.sync).toMatchObject({ state: 'FAILING', problem: { code: 'TIMEOUT' } });
    expect(directory.ratings('hr').of('1')).toHaveLength(1);
  });

  it('that come twice count once, as they came last', async () => {
    const { directory, walk } = house({
      keep: true,
      filtered: false,
      ratings: [ratingRow('1', 'java'), ratingRow('1', 'java', { sourceLabel: 'later' })],
    });
    await walk();
    expect(
      directory
        .ratings('hr')
        .of('1')
        .map(({ sourceLabel }) => sourceLabel),
    ).toEqual(['later']);
  });

  it('cannot be kept where they cannot be read in bulk', async () => {
    const { provider, directory, integration, walk } = house({ without: ['ratings'] });
    integration.ratingFilterHonoured = false;
    await walk();
    expect(provider.calls).toEqual(FULL);
    expect(directory.ratings('hr').at).toBeNull();
  });

  it('are kept by a sync on demand, which rejects when it fails', async () => {
    const { provider, directory, integration, abort } = house();
    await syncRatings({ directory, integration, signal: abort.signal });
    expect(provider.taken()).toEqual(['ratings 1']);
    expect(directory.skills.all.map(({ name }) => name)).toEqual(['go', 'java']);
    provider.holdings.failing = { ratings: 'FORBIDDEN' };
    await expect(syncRatings({ directory, integration, signal: abort.signal })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    expect(directory.ratings('hr').of('1')).toHaveLength(1);
  });
});

describe('the probe of the filter', () => {
  it.each(['ignored', 'empty'] as const)('of one that is %s has all ratings kept', async (filter) => {
    const { provider, directory, integration, walk } = house({ filter });
    await walk();
    expect(provider.calls).toEqual([...FULL, ...PROBE, 'ratings 1']);
    expect(integration.ratingFilterHonoured).toBe(false);
    expect(directory.ratings('hr').of('1')).toHaveLength(1);
    expect(integration.capability('READ_RATINGS_BY_EMPLOYEE')).toMatchObject({ support: 'EMULATED' });
  });

  it('trusts a filter again that works again', async () => {
    const { provider, integration, walk } = house({ filter: 'ignored' });
    await walk();
    provider.holdings.filter = 'honoured';
    provider.taken();
    await walk();
    expect(provider.calls).toEqual([...FULL, ...PROBE]);
    expect(integration.ratingFilterHonoured).toBe(true);
  });

  it('says nothing where there are no ratings', async () => {
    const { provider, integration, walk } = house({ ratings: [] });
    await walk();
    expect(provider.calls).toEqual([...FULL, 'ratings 1']);
    expect(integration.ratingFilterHonoured).toBe(true);
  });

  it('goes on to the first page with a rating and no further', async () => {
    const pages = [[], [ratingRow('2', 'go')], [ratingRow('1', 'java')]];
    const asked: number[] = [];
    const { provider, walk } = house({
      ports: {
        ratings: {
          keep: false,
          async *walk() {
            for (const [index, rows] of pages.entries()) {
              asked.push(index);
              yield { rows, total: null };
            }
          },
        },
      },
    });
    await walk();
    expect(asked).toEqual([0, 1]);
    expect(provider.calls).toEqual([...FULL, 'read 2']);
  });

  it.each([['ratings'], ['read']])(
    'that fails (%s) leaves the filter as it was, and the full sync complete',
    async (call) => {
      for (const honoured of [true, false]) {
        const { integration, walk } = house();
        integration.ratingFilterHonoured = honoured;
        // The walk that an untrusted filter needs would fail, too: only the probe's call does here.
        integration.ports.ratings = { keep: false, ...probeOnce(integration.ports.ratings?.walk, call === 'ratings') };
        const read = integration.ports.ratingsByEmployees;
        if (read && call === 'read') read.read = () => Promise.reject(new TypeError('failed'));
        await walk();
        expect(integration.ratingFilterHonoured).toBe(honoured);
        expect(integration.sync.state).toBe('IDLE');
      }
    },
  );

  it('is left out where the provider filters by nothing', async () => {
    const { provider, walk } = house({ filtered: false });
    await walk();
    expect(provider.calls).toEqual(FULL);
  });

  it('ends the full sync when aborted', async () => {
    const { provider, abort, walk } = house();
    provider.holdings.before = (call) => {
      if (call === 'read 1') abort.abort(new Error('enough'));
    };
    await expect(walk()).rejects.toThrow('enough');
  });
});

/** A walk whose first start fails when told so. */
function probeOnce<Walk extends (...args: never[]) => AsyncIterable<unknown>>(walk: Walk | undefined, fails: boolean) {
  if (!walk) throw new Error('no walk');
  let starts = 0;
  return {
    walk: ((...args: Parameters<Walk>) => {
      starts += 1;
      if (fails && starts === 1) throw new TypeError('failed');
      return walk(...args);
    }) as Walk,
  };
}
