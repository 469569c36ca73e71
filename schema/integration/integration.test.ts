import { describe, expect, it } from 'vitest';
import { Directory } from '../../src/directory/directory.ts';
import { SYNC_INTERVALS_MS } from '../../src/directory/sync/syncScheduler.ts';
import { fullSync } from '../../src/directory/sync/fullSync.ts';
import { VirtualClock } from '../../src/lib/clock.ts';
import { employeeRow, FakeProvider, ratingRow, skillRow } from '../../test/support/fakes/fakeProvider.ts';
import { directorySources } from './integration.ts';

function house(options: ConstructorParameters<typeof FakeProvider>[0] = {}) {
  const clock = new VirtualClock();
  const now = () => clock.now();
  const provider = new FakeProvider({
    now,
    employees: ['1', '2', '3'].map((id) => employeeRow(id)),
    skills: [skillRow('java')],
    ratings: [ratingRow('1', 'java')],
    ...options,
  });
  const { integration } = provider;
  const directory = new Directory([integration], now);
  const walk = () => fullSync({ directory, integration, signal: new AbortController().signal, now });
  const source = (operation: 'READ_EMPLOYEES' | 'READ_SKILLS') => {
    const { state, problem, ageSeconds } = directorySources(directory, operation, clock.now())[0] ?? {};
    return `${state} ${problem?.code ?? ''} ${ageSeconds}`;
  };
  const sources = () => ({ employees: source('READ_EMPLOYEES'), skills: source('READ_SKILLS') });
  return { clock, provider, integration, directory, walk, sources };
}

describe('sources of the directory', () => {
  it('have the problems of their own kind: people are all there when the catalogue could not be read', async () => {
    const { clock, provider, walk, sources } = house({ failing: { skills: 'UNAVAILABLE' } });
    await walk();
    const half = { employees: 'CACHED  0', skills: 'PARTIAL UNAVAILABLE null' };
    expect(sources()).toEqual(half);
    // While it is walked again, still as a first walk, they are no less there.
    const during: object[] = [];
    provider.holdings.before = (call) => void (call === 'employees 1' && during.push(sources()));
    await walk();
    expect([...during, sources()]).toEqual([half, half]);
    provider.holdings.failing = {};
    await walk();
    clock.advance(60_000);
    provider.holdings.failing = { employees: 'TIMEOUT' };
    await walk();
    expect(sources()).toEqual({ employees: 'STALE TIMEOUT 60', skills: 'CACHED  0' });
  });

  it('are PARTIAL with what a failed first walk brought, and UNREACHABLE only without anything', async () => {
    const { provider, walk, sources } = house({ failing: { 'employees 2': 'UNAVAILABLE', skills: 'NOT_OFFERED' } });
    await walk();
    expect(sources()).toEqual({ employees: 'PARTIAL UNAVAILABLE null', skills: 'PARTIAL  0' });
    provider.holdings.failing = { employees: 'UNREACHABLE', skills: 'UNREACHABLE', ratings: 'UNREACHABLE' };
    const empty = house({ failing: provider.holdings.failing });
    await empty.walk();
    const gone = 'UNREACHABLE UNREACHABLE null';
    expect(empty.sources()).toEqual({ employees: gone, skills: gone });
  });

  it('stay PARTIAL while a first walk has not read them, and for kept ratings are none the worse', async () => {
    const { integration, provider, walk, sources } = house({ keep: true, failing: { ratings: 'UNAVAILABLE' } });
    const during: object[] = [];
    provider.holdings.before = (call) => void (call === 'skills 1' && during.push(sources()));
    const unread = { employees: 'PARTIAL  null', skills: 'PARTIAL  null' };
    expect(sources()).toEqual(unread);
    await walk();
    expect(during).toEqual([unread]);
    expect(integration.sync).toMatchObject({ state: 'FAILING', problem: { code: 'UNAVAILABLE' } });
    expect(sources()).toEqual({ employees: 'CACHED  0', skills: 'CACHED  0' });
  });

  it('are STALE when nobody has read them for two walks and more, and say why', async () => {
    const { clock, integration, directory, walk, sources } = house();
    await walk();
    clock.advance(2 * SYNC_INTERVALS_MS.full);
    expect(sources()).toEqual({ employees: 'CACHED  1800', skills: 'CACHED  1800' });
    clock.advance(1000);
    expect(sources()).toEqual({ employees: 'STALE INTERNAL 1801', skills: 'STALE INTERNAL 1801' });
    const [source] = directorySources(directory, 'READ_EMPLOYEES', clock.now());
    expect(source?.problem).toMatchObject({
      message: expect.stringContaining('30 minutes') as string,
      retryable: true,
    });
    // Read for its changes.
    integration.readFrom.set('employees', clock.now());
    expect(sources()).toEqual({ employees: 'CACHED  1801', skills: 'STALE INTERNAL 1801' });
    await walk();
    expect(sources()).toEqual({ employees: 'CACHED  0', skills: 'CACHED  0' });
  });
});
