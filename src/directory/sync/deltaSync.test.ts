import { describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, ratingRow, skillRow } from '../../../test/support/fakes/fakeProvider.ts';
import type { Call, ChangesPage, WalkPort } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import type { EmployeeRow, RatingRow, SkillRow } from '../../domain/records.ts';
import { VirtualClock } from '../../lib/clock.ts';
import { OVERLAP_MS, deltaSync, supportsDeltaSync } from './deltaSync.ts';
import { Directory } from '../directory.ts';
import { fullSync } from './fullSync.ts';

const MINUTE = 60_000;

interface Told {
  employees: ChangesPage<EmployeeRow>[] | ProviderError;
  skills: ChangesPage<SkillRow>[] | ProviderError;
  ratings: ChangesPage<RatingRow>[] | ProviderError;
}

/** A walked provider that tells what it is told to tell, and the journal of what it was asked. */
async function house(options: ConstructorParameters<typeof FakeProvider>[0] = {}) {
  const clock = new VirtualClock();
  const now = () => clock.now();
  const told: Told = { employees: [], skills: [], ratings: [] };
  const asked: string[] = [];
  const provider = new FakeProvider({
    now,
    employees: ['1', '2'].map((id) => employeeRow(id, { name: id })),
    skills: ['java', 'go'].map((id) => skillRow(id)),
    ratings: [ratingRow('1', 'java'), ratingRow('2', 'go')],
    filtered: false,
    ...options,
  });
  const { integration, ports } = provider;
  const telling = <Row>(kind: keyof Told, port: WalkPort<Row> | undefined) => {
    if (!port) return;
    port.changedSince = async function* (since: string, call: Call) {
      asked.push(`${kind} ${(clock.now() - Date.parse(since)) / MINUTE}`);
      call.signal?.throwIfAborted();
      const pages = told[kind];
      if (pages instanceof ProviderError) throw pages;
      yield* pages as ChangesPage<Row>[];
    };
  };
  telling('employees', ports.employees);
  telling('skills', ports.skills);
  telling('ratings', ports.ratings);
  const directory = new Directory([integration], now);
  const { signal } = new AbortController();
  await fullSync({ directory, integration, signal, now });
  provider.taken();
  const most = { employees: 10, skills: 10, ratings: 10 };
  const read = () => deltaSync({ directory, integration, signal, now, most });
  const people = () => directory.employees.all.map(({ displayName }) => displayName);
  return { clock, told, asked, provider, integration, directory, read, people };
}

describe('reading changes', () => {
  it('asks from five minutes before the last good read of each kind, and for nothing else', async () => {
    const { clock, told, asked, integration, provider, read } = await house();
    clock.advance(MINUTE);
    await read();
    expect(asked.splice(0)).toEqual([`employees 6`, `skills 6`]);
    expect(integration.sync.lastDeltaAt).toBe(new Date(clock.now()).toISOString());
    clock.advance(MINUTE);
    told.skills = new ProviderError('UNAVAILABLE', 'The provider failed.');
    await expect(read()).rejects.toThrow('The provider failed.');
    expect(asked.splice(0)).toEqual([`employees 6`, `skills 6`]);
    clock.advance(MINUTE);
    told.skills = [];
    await read();
    expect(asked).toEqual([`employees 6`, `skills 7`]);
    expect(OVERLAP_MS).toBe(5 * MINUTE);
    expect(provider.calls).toEqual([]);
  });

  it('ends on an endless list, and keeps no record that was unknown before', async () => {
    const { told, directory, integration, read, people } = await house();
    const made = (prefix: string) => Array.from({ length: 6 }, (_, index) => `${prefix}${index}`);
    told.employees = ['a', 'b', 'c'].map((prefix) => ({
      rows: [employeeRow('1', { name: 'One' }), ...made(prefix).map((id) => employeeRow(id, { name: id }))],
    }));
    told.skills = ['a', 'b', 'c'].map((prefix) => ({ rows: made(prefix).map((id) => skillRow(id)) }));
    await expect(read()).rejects.toMatchObject({ code: 'UNREADABLE', providerCode: 'TOO_MANY_RECORDS' });
    expect(people()).toEqual(['2', 'One']);
    expect(directory.skillCount('hr')).toBe(2);
    expect(integration.drift).toHaveLength(2);
  });

  it('takes what it is shown for present, though the last full sync missed it', async () => {
    const { told, integration, read } = await house();
    integration.missed.employees.add('1').add('2');
    integration.missed.skills.add('java');
    told.employees = [{ rows: [employeeRow('1', { name: '1' })] }];
    told.skills = [{ rows: [skillRow('java')] }];
    await read();
    expect(integration.missed).toEqual({ employees: new Set(['2']), skills: new Set() });
  });

  it('takes in what is new, changed and gone; what comes again in the overlap changes nothing', async () => {
    const { told, directory, read, people } = await house();
    told.employees = [{ rows: [employeeRow('1', { name: 'Lea' }), employeeRow('3', { name: '3' })], removed: ['2'] }];
    told.skills = [{ rows: [skillRow('rust')], removed: ['go', 'never seen'] }];
    await read();
    expect(people()).toEqual(['3', 'Lea']);
    expect(directory.skills.all.map(({ name }) => name)).toEqual(['java', 'rust']);
    const { employees, skills } = directory;
    await read();
    expect([directory.employees, directory.skills]).toEqual([employees, skills]);
    expect(directory.employees).toBe(employees);
  });

  it('leaves alone what a write has stored since it began', async () => {
    const { clock, told, directory, read, people } = await house();
    told.employees = [];
    const pages: ChangesPage<EmployeeRow>[] = [{ rows: [employeeRow('1', { name: 'old' })], removed: ['2'] }];
    Object.defineProperty(told, 'employees', {
      get() {
        clock.advance(1);
        directory.writeEmployee('hr', employeeRow('1', { name: 'written' }));
        directory.writeEmployee('hr', employeeRow('2', { name: 'written, too' }));
        return pages;
      },
    });
    await read();
    expect(people()).toEqual(['written', 'written, too']);
  });

  it('refreshes ratings that are kept, and learns their skills', async () => {
    const { clock, told, asked, directory, read } = await house({ keep: true });
    const walked = directory.ratings('hr').at;
    clock.advance(MINUTE);
    told.ratings = [{ rows: [ratingRow('1', 'rust')], whole: ['1'] }];
    await read();
    expect(asked).toContain('ratings 6');
    expect(directory.ratings('hr').of('1')).toEqual([ratingRow('1', 'rust')]);
    expect(directory.ratings('hr').of('2')).toHaveLength(1);
    expect(directory.ratings('hr').at).toBe((walked ?? 0) + MINUTE);
    expect(directory.skills.byRecord('hr', 'rust')?.skill.name).toBe('rust');
  });

  it('has kept ratings as old as the beginning of the last read of their changes, and no younger without one', async () => {
    const { clock, told, directory, read } = await house({ keep: true });
    const kept = directory.ratings('hr');
    const walked = kept.at;
    clock.advance(MINUTE);
    Object.defineProperty(told, 'ratings', {
      configurable: true,
      get() {
        clock.advance(MINUTE);
        return [];
      },
    });
    told.skills = new ProviderError('UNAVAILABLE', 'The provider failed.');
    await expect(read()).rejects.toThrow('The provider failed.');
    expect(kept.at).toBe((walked ?? 0) + MINUTE);
    const { at } = kept;
    clock.advance(MINUTE);
    told.skills = [];
    Object.defineProperty(told, 'ratings', { value: new ProviderError('UNAVAILABLE', 'The provider failed.') });
    await expect(read()).rejects.toThrow('The provider failed.');
    Object.defineProperty(told, 'ratings', { value: new ProviderError('NOT_OFFERED', 'No.') });
    for (let round = 0; round < 2; round += 1) await read();
    expect(kept.at).toBe(at);
  });

  it('does not ask again for what is not offered until a full sync retries it, and reports that', async () => {
    const { told, asked, integration, directory, read } = await house();
    told.employees = new ProviderError('NOT_OFFERED', 'No.');
    await read();
    await read();
    integration.worked('READ_CHANGES');
    expect(asked).toEqual(['employees 5', 'skills 5', 'skills 5']);
    expect(integration.capability('READ_CHANGES')).toEqual({
      operation: 'READ_CHANGES',
      support: 'NATIVE',
      reason: 'Not of employees: full walks bring those.',
      batchSize: 1,
    });
    await fullSync({ directory, integration, signal: new AbortController().signal });
    expect(integration.capability('READ_CHANGES').reason).toBeNull();
  });

  it('is left to the full sync where none has succeeded, or nothing reports changes', async () => {
    const { asked, integration, read } = await house({ failing: { employees: 'TIMEOUT' } });
    await read();
    expect(asked).toEqual(['skills 5']);
    expect(supportsDeltaSync(integration)).toBe(true);
    expect(supportsDeltaSync(new FakeProvider().integration)).toBe(false);
    expect(new FakeProvider().integration.capability('READ_CHANGES').support).toBe('UNSUPPORTED');
  });
});
