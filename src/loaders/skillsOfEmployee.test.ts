import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  employeeRow,
  FakeProvider,
  gate,
  numberValue,
  ratingRow,
  skillRow,
} from '../../test/support/fakes/fakeProvider.ts';
import { Directory } from '../directory/directory.ts';
import type { Employee } from '../domain/entities.ts';
import { RatingReader } from './readers/employeeRatingReader.ts';
import { callOf } from '../../test/support/callOf.ts';
import { Deadline } from '../domain/deadline.ts';
import { createSkillsOfEmployee, type HeldSkills } from './skillsOfEmployee.ts';

afterEach(() => {
  vi.useRealTimers();
});

const AT = Date.parse('2026-03-02T10:00:00.000Z');

/** Two integrations that know Lea and Bob, one that knows Lea only, and one that cannot read ratings. */
function house(deadlineMs = 10_000, { cache = true, batchSize = 100 } = {}) {
  let time = AT;
  const now = () => time;
  const person = (name: string, number: string) => ({ name, employeeNumber: number });
  const [lea, bob] = [person('Lea Martin', '1'), person('Bob Stone', '2')];
  const hr = new FakeProvider({
    name: 'hr',
    now,
    batchSize,
    ratings: [ratingRow('1', 'java'), ratingRow('2', 'go')],
  });
  const talent = new FakeProvider({
    name: 'talent',
    now,
    batchSize: 100,
    ratings: [ratingRow('t1', 'JAVA', { value: numberValue(5), source: 'ASSESSMENT' }), ratingRow('t1', 'Ada')],
  });
  const projects = new FakeProvider({ name: 'projects', now, without: ['ratingsByEmployees', 'ratings'] });
  const providers = [hr, talent, projects];
  const directory = new Directory(
    providers.map(({ integration }) => integration),
    now,
  );
  directory.putEmployees('hr', [employeeRow('1', lea), employeeRow('2', bob)]);
  directory.putEmployees('talent', [employeeRow('t1', lea)]);
  directory.putEmployees('projects', [employeeRow('p1', lea)]);
  directory.putSkills('hr', [skillRow('java'), skillRow('go')]);
  for (const { integration } of providers) {
    integration.sync = {
      state: 'IDLE',
      progress: null,
      lastFullAt: new Date(AT).toISOString(),
      lastDeltaAt: null,
      problem: null,
    };
  }
  const readers = new Map(
    directory.integrations.map((integration) => [
      integration.name,
      new RatingReader({ directory, integration, cache, now }),
    ]),
  );
  const abort = new AbortController();
  const request = () => {
    const call = callOf(Deadline.after(deadlineMs, abort.signal));
    return createSkillsOfEmployee({ directory, readers, call, now });
  };
  const employee = (id: string): Employee => {
    const found = directory.employees.byRecord('hr', id);
    if (!found) throw new Error(`no employee ${id}`);
    return found;
  };
  const ask = (id = '1', integrations: readonly string[] | null = null) =>
    request().load({ employee: employee(id), integrations });
  const pass = (milliseconds: number) => {
    time += milliseconds;
  };
  return { hr, talent, projects, directory, readers, abort, request, employee, ask, pass };
}

const states = ({ sources }: HeldSkills) =>
  Object.fromEntries(
    sources.map(({ integration, state, problem }) => [integration.name, problem ? `${state} ${problem.code}` : state]),
  );
const held = ({ skills }: HeldSkills) =>
  skills.map(
    ({ skill, ratings }) =>
      `${skill.name}: ${ratings.map(({ integration, normalized }) => `${integration.name} ${normalized}`).join(', ')}`,
  );

describe('the skills of an employee', () => {
  it('are those of every integration, by name, with every rating', async () => {
    const { ask } = house();
    const lea = await ask();
    expect(held(lea)).toEqual(['Ada: talent 0.5', 'java: hr 0.5, talent 1']);
    expect(lea.skills[1]?.ratings[0]).toMatchObject({ kind: 'SkillRating', source: 'MANAGER', pending: false });
    expect(states(lea)).toEqual({ hr: 'FRESH', talent: 'FRESH', projects: 'UNSUPPORTED' });
  });

  it('cost one call an integration for a whole page of employees', async () => {
    const { hr, talent, projects, request, employee } = house();
    const loader = request();
    const page = await Promise.all(
      ['1', '2', '1'].map((id) => loader.load({ employee: employee(id), integrations: null })),
    );
    expect(page.map(held)).toEqual([
      ['Ada: talent 0.5', 'java: hr 0.5, talent 1'],
      ['go: hr 0.5'],
      ['Ada: talent 0.5', 'java: hr 0.5, talent 1'],
    ]);
    expect([hr.calls, talent.calls, projects.calls]).toEqual([['read 1,2'], ['read t1'], []]);
  });

  it('are asked of the named integrations only', async () => {
    const { hr, talent, ask } = house();
    const lea = await ask('1', ['talent']);
    expect(held(lea)).toEqual(['Ada: talent 0.5', 'java: talent 1']);
    expect(states(lea)).toEqual({ talent: 'FRESH' });
    expect([hr.calls, talent.calls]).toEqual([[], ['read t1']]);
  });

  it('of one integration do not wait for another that is asked at the same moment', async () => {
    const { hr, talent, request, employee } = house();
    const slow = gate();
    talent.holdings.before = () => slow.passed;
    const loader = request();
    const load = (id: string, integrations: readonly string[] | null) =>
      loader.load({ employee: employee(id), integrations });
    let arrived = false;
    const others = Promise.all([load('1', ['talent']), load('2', null)]).finally(() => (arrived = true));
    expect(states(await load('1', ['hr']))).toEqual({ hr: 'FRESH' });
    expect(arrived).toBe(false);
    slow.open();
    expect((await others).map(held)).toEqual([['Ada: talent 0.5', 'java: talent 1'], ['go: hr 0.5']]);
    expect([hr.calls, talent.calls]).toEqual([['read 2,1'], ['read t1']]);
  });

  it('are those of one integration when another is dead', async () => {
    const { talent, ask } = house();
    talent.holdings.failing = { read: 'UNREACHABLE' };
    const lea = await ask();
    expect(held(lea)).toEqual(['java: hr 0.5']);
    expect(states(lea)).toEqual({ hr: 'FRESH', talent: 'UNREACHABLE UNREACHABLE', projects: 'UNSUPPORTED' });
  });

  it('end with the request', async () => {
    const { hr, abort, ask } = house();
    hr.holdings.before = () => abort.abort(new Error('gone'));
    await expect(ask()).rejects.toThrow('gone');
  });

  it('show a written row as pending', async () => {
    const { readers, ask } = house();
    readers.get('hr')?.written(ratingRow('1', 'go'));
    const lea = await ask();
    expect(lea.skills.map(({ skill, ratings }) => `${skill.name} ${ratings.some(({ pending }) => pending)}`)).toEqual([
      'Ada false',
      'go true',
      'java false',
    ]);
  });
});

describe('a source', () => {
  it('says when it was read and how long that took, and nothing of waiting when it was cached', async () => {
    const { hr, ask, pass } = house();
    hr.holdings.before = () => pass(40);
    expect((await ask()).sources[0]).toMatchObject({
      state: 'FRESH',
      fetchedAt: '2026-03-02T10:00:00.040Z',
      ageSeconds: 0,
      latencyMs: 40,
      problem: null,
    });
    pass(5900);
    expect((await ask()).sources[0]).toMatchObject({
      state: 'CACHED',
      fetchedAt: '2026-03-02T10:00:00.040Z',
      ageSeconds: 5,
      latencyMs: null,
      problem: null,
    });
  });

  it('is STALE with its age when an older copy stands in', async () => {
    const { hr, ask, pass } = house();
    await ask();
    pass(360_000);
    hr.holdings.failing = { read: 'RATE_LIMITED' };
    const lea = await ask();
    expect(lea.sources[0]).toMatchObject({ state: 'STALE', ageSeconds: 360, problem: { code: 'RATE_LIMITED' } });
    expect(held(lea)).toContain('java: hr 0.5, talent 1');
    expect((await ask()).skills).toBe((await ask()).skills);
  });

  it('that is STALE says how long was waited for it, and nothing where the copy answered at once', async () => {
    const { hr, ask, pass } = house();
    await ask();
    pass(90_000);
    hr.holdings.failing = { read: 'UNAVAILABLE' };
    hr.holdings.before = () => pass(40);
    await ask();
    await vi.waitFor(async () => expect((await ask()).sources[0]).toMatchObject({ state: 'STALE', latencyMs: null }));
    pass(360_000);
    expect((await ask()).sources[0]).toMatchObject({ state: 'STALE', latencyMs: 40 });
  });

  it('is UNMATCHED where a whole walk found no record', async () => {
    const { ask } = house();
    expect(states(await ask('2'))).toEqual({ hr: 'FRESH', talent: 'UNMATCHED', projects: 'UNSUPPORTED' });
  });

  it('is PARTIAL before the first walk has ended, and UNSUPPORTED when it never will do', async () => {
    const { talent, projects, ask } = house();
    for (const { integration } of [talent, projects]) {
      integration.sync = { state: 'FIRST_WALK', progress: 0.5, lastFullAt: null, lastDeltaAt: null, problem: null };
    }
    expect(states(await ask('2'))).toEqual({ hr: 'FRESH', talent: 'PARTIAL', projects: 'UNSUPPORTED' });
  });

  it('is not UNMATCHED when the first full sync ended after the question was put', async () => {
    const { hr, talent, ask } = house();
    const synced = talent.integration.sync;
    talent.integration.sync = { ...synced, state: 'FIRST_WALK', lastFullAt: null };
    hr.holdings.before = () => {
      talent.integration.sync = synced;
    };
    expect(states(await ask('2'))).toMatchObject({ hr: 'FRESH', talent: 'PARTIAL' });
    expect(states(await ask('2'))).toMatchObject({ hr: 'CACHED', talent: 'UNMATCHED' });
  });

  it('is not UNMATCHED when its first walk failed: nobody knows', async () => {
    const { directory, talent, ask } = house();
    const problem = talent.integration.failed('READ_EMPLOYEES', new Error('x'));
    talent.integration.sync = { state: 'FAILING', progress: null, lastFullAt: null, lastDeltaAt: null, problem };
    expect(states(await ask('2')).talent).toBe('PARTIAL INTERNAL');
    directory.replaceEmployees('talent', new Map());
    expect(states(await ask('2')).talent).toBe('UNREACHABLE INTERNAL');
  });
});

describe('the deadline', () => {
  it('leaves a slow integration UNREACHABLE, while its answer still warms the cache', async () => {
    vi.useFakeTimers();
    const slow = gate();
    const { talent, ask } = house(1000);
    talent.holdings.before = () => slow.passed;
    const asked = ask();
    await vi.advanceTimersByTimeAsync(999);
    let done = false;
    void asked.then(() => (done = true));
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    const lea = await asked;
    expect(states(lea)).toEqual({ hr: 'FRESH', talent: 'UNREACHABLE TIMEOUT', projects: 'UNSUPPORTED' });
    expect(held(lea)).toEqual(['java: hr 0.5']);
    slow.open();
    await vi.advanceTimersByTimeAsync(0);
    expect(states(await ask())).toMatchObject({ hr: 'CACHED', talent: 'CACHED' });
    expect(talent.calls).toEqual(['read t1']);
  });

  it('of impatient clients says nothing of the integrations', async () => {
    vi.useFakeTimers();
    const slow = gate();
    const { talent, ask } = house(1);
    talent.holdings.before = () => slow.passed;
    for (let time = 0; time < 3; time += 1) {
      const asked = ask();
      await vi.advanceTimersByTimeAsync(1);
      expect(states(await asked).talent).toBe('UNREACHABLE TIMEOUT');
    }
    expect([talent.integration.state, talent.integration.lastProblem]).toEqual(['HEALTHY', null]);
    slow.open();
    await vi.advanceTimersByTimeAsync(0);
  });

  it.each([true, false])('takes of a page what has arrived, where one call of it hangs, cache %s', async (cache) => {
    vi.useFakeTimers();
    const slow = gate();
    const { hr, request, employee } = house(1000, { cache, batchSize: 1 });
    hr.holdings.before = (call) => (call === 'read 1' ? slow.passed : undefined);
    const loader = request();
    const page = Promise.all(['1', '2'].map((id) => loader.load({ employee: employee(id), integrations: null })));
    await vi.advanceTimersByTimeAsync(1000);
    const [lea, bob] = await page;
    expect([lea && states(lea).hr, lea && held(lea)]).toEqual([
      'UNREACHABLE TIMEOUT',
      ['Ada: talent 0.5', 'java: talent 1'],
    ]);
    expect([bob && states(bob).hr, bob && held(bob)]).toEqual(['FRESH', ['go: hr 0.5']]);
    slow.open();
    await vi.advanceTimersByTimeAsync(0);
    expect([...hr.calls].toSorted()).toEqual(['read 1', 'read 2']);
  });

  it('takes young copies, where others of the page hang', async () => {
    vi.useFakeTimers();
    const slow = gate();
    const { hr, ask, request, employee } = house(1000);
    await ask('2');
    hr.holdings.before = () => slow.passed;
    const loader = request();
    const page = Promise.all(['1', '2'].map((id) => loader.load({ employee: employee(id), integrations: ['hr'] })));
    await vi.advanceTimersByTimeAsync(1000);
    expect((await page).map(states)).toEqual([{ hr: 'UNREACHABLE TIMEOUT' }, { hr: 'CACHED' }]);
    slow.open();
    await vi.advanceTimersByTimeAsync(0);
  });

  it('lets an older copy stand in', async () => {
    vi.useFakeTimers();
    const slow = gate();
    const { talent, ask, pass } = house(1000);
    await ask();
    pass(360_000);
    talent.holdings.before = () => slow.passed;
    const asked = ask();
    await vi.advanceTimersByTimeAsync(1000);
    const lea = await asked;
    expect(states(lea).talent).toBe('STALE TIMEOUT');
    expect(held(lea)).toEqual(['Ada: talent 0.5', 'java: hr 0.5, talent 1']);
    slow.open();
    await vi.advanceTimersByTimeAsync(0);
  });

  it('has a failure after it disturb nobody, and leaves no timer', async () => {
    vi.useFakeTimers();
    const slow = gate();
    const { talent, ask } = house(1000);
    talent.holdings.before = () => slow.passed;
    talent.holdings.failing = { read: 'UNAVAILABLE' };
    const asked = ask();
    await vi.advanceTimersByTimeAsync(1000);
    await asked;
    expect(vi.getTimerCount()).toBe(0);
    slow.open();
    await vi.advanceTimersByTimeAsync(0);
    expect(talent.integration.lastProblem?.code).toBe('UNAVAILABLE');
  });

  it('leaves no timer when all answer in time', async () => {
    vi.useFakeTimers();
    await house(1000).ask();
    expect(vi.getTimerCount()).toBe(0);
  });
});
