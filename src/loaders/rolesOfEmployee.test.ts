import { describe, expect, it } from 'vitest';
import {
  employeeRow,
  FakeProvider,
  gate,
  numberValue,
  ONE_TO_FIVE,
  ratingRow,
  skillRow,
} from '../../test/support/fakes/fakeProvider.ts';
import { Directory } from '../directory/directory.ts';
import { fullSync } from '../directory/sync/fullSync.ts';
import type { Ports } from '../domain/ports.ts';
import { ProviderError, type ProblemCode } from '../domain/problem.ts';
import type { ExpectedSkillRow, JobProfileRow } from '../domain/roles.ts';
import { RolesCatalogue, type Role } from './rolesCatalogue.ts';
import { RoleReads } from './readers/roleReader.ts';
import { callOf } from '../../test/support/callOf.ts';
import { Deadline } from '../domain/deadline.ts';
import { RolesOfEmployee } from './rolesOfEmployee.ts';

const MINUTE = 60_000;

function wanted(skillId: string, value: number): ExpectedSkillRow {
  return {
    skillId,
    skillKeys: null,
    skillName: skillId,
    skillScale: ONE_TO_FIVE,
    skillClassification: null,
    value: numberValue(value),
    priorityLabel: 'High',
    reportedPercent: null,
  };
}

const role = (
  remoteId: string,
  name: string,
  expectedSkills: JobProfileRow['expectedSkills'] = null,
): JobProfileRow => ({
  remoteId,
  name,
  kindLabel: 'job profile',
  description: null,
  aliases: [`code:${remoteId}`],
  expectedSkills,
});

/** A talent system with roles beside an HR system without any; `failing` and `held` may be changed between calls. */
async function start({ cache = false } = {}) {
  const clock = { now: 0 };
  const now = () => clock.now;
  const failing: Record<string, ProblemCode | undefined> = {};
  const waits: { passed: Promise<void> } = { passed: Promise.resolve() };
  const calls: string[] = [];
  const deadlines: (number | undefined)[] = [];
  const listed: JobProfileRow[] = [role('r1', 'Engineer'), role('r2', 'Analyst', [wanted('sql', 4)])];
  const answer = async (call: string) => {
    calls.push(call);
    await waits.passed;
    const code = failing[call.split(' ')[0] ?? ''];
    if (code) throw new ProviderError(code, 'The provider failed.');
  };
  const ports: Ports = {
    jobProfiles: {
      async *walk() {
        await answer('roles');
        yield { rows: [...listed], total: null };
      },
      async read(id, { deadline }) {
        deadlines.push(deadline?.at);
        await answer(`role ${id}`);
        return id === 'r1' ? role('r1', 'Engineer', [wanted('go', 5), wanted('rust', 3)]) : null;
      },
    },
    skillGaps: {
      batchSize: 2,
      async read(ids) {
        await answer(`gaps ${ids.join()}`);
        return ids.map((employeeId) => ({
          employeeId,
          expected: [{ ...wanted('go', 5), reportedPercent: 40 }],
          ratings: [
            ratingRow(employeeId, 'go', { value: numberValue(3), source: 'COMBINED' }),
            ratingRow(employeeId, 'sql', { value: numberValue(1), source: 'SELF' }),
          ],
        }));
      },
    },
    careerPaths: {
      async read(employeeId) {
        await answer(`paths ${employeeId}`);
        return [
          {
            jobProfile: role('r9', 'Elsewhere', [wanted('go', 2)]),
            kindLabel: 'Vertical',
            match: 0.2,
            expectedSkills: [wanted('go', 2)],
          },
          { jobProfile: role('r2', 'Old name'), kindLabel: 'Horizontal', match: 0.7, expectedSkills: null },
        ];
      },
    },
  };
  const hr = new FakeProvider({
    name: 'hr',
    employees: ['1', '2', '3'].map((n) => employeeRow(`h${n}`, { employeeNumber: n })),
  });
  const talent = new FakeProvider({
    name: 'talent',
    ports,
    employees: ['1', '2', '3'].map((n) =>
      employeeRow(`t${n}`, { employeeNumber: n, roleKeys: ['code:gone', 'code:r1'] }),
    ),
    skills: [skillRow('go'), skillRow('rust'), skillRow('sql')],
  });
  const directory = new Directory([hr.integration, talent.integration], now);
  const signal = new AbortController().signal;
  for (const { integration } of [hr, talent]) await fullSync({ directory, integration, signal, now });
  const roleReads = new RoleReads({ directory, cache, now });
  const catalogue = new RolesCatalogue({ directory, roleReads, now });
  const request = (deadlineMs = 1000) =>
    new RolesOfEmployee({ directory, catalogue, roleReads, call: callOf(Deadline.after(deadlineMs)), now });
  const [employee, ...others] = directory.employees.all;
  if (!employee) throw new Error('nobody there');
  const taken = () => calls.splice(0);
  const states = (sources: readonly { integration: { name: string }; state: string }[]) =>
    Object.fromEntries(sources.map((source) => [source.integration.name, source.state]));
  return { clock, failing, waits, listed, taken, deadlines, talent, employee, others, request, states, roleReads };
}

describe('all', () => {
  it('walks once for everybody, keeps for 15 minutes and then answers at once while it walks anew, and sorts by name', async () => {
    const { request, taken, clock, states } = await start({ cache: true });
    const [first, second] = await Promise.all([request().all(), request().all()]);
    expect(first.roles.map(({ name }) => name)).toEqual(['Analyst', 'Engineer']);
    expect(second.roles).toEqual(first.roles);
    expect(states(first.sources)).toEqual({ hr: 'UNSUPPORTED', talent: 'FRESH' });
    clock.now += 15 * MINUTE;
    expect(states((await request().all()).sources).talent).toBe('CACHED');
    expect(taken()).toEqual(['roles']);
    clock.now += 1;
    expect((await request().all()).sources[1]).toMatchObject({ state: 'CACHED', ageSeconds: 900 });
    await expect.poll(async () => (await request().all()).sources[1]?.ageSeconds).toBe(0);
    expect(taken()).toEqual(['roles']);
  });

  it('stands on an older copy when the provider fails, and says so', async () => {
    const { request, clock, failing, states } = await start({ cache: true });
    failing.roles = 'UNAVAILABLE';
    const none = await request().all();
    expect([none.roles, states(none.sources).talent]).toEqual([[], 'UNREACHABLE']);
    delete failing.roles;
    await request().all();
    failing.roles = 'UNAVAILABLE';
    clock.now += 2 * 60 * MINUTE;
    const old = await request().all();
    expect([old.roles.length, states(old.sources).talent]).toEqual([2, 'STALE']);
    expect(old.sources[1]).toMatchObject({ ageSeconds: 7200, problem: { code: 'UNAVAILABLE' } });
  });

  it('keeps nothing for the next request with CACHE=off, and asks once for one request all the same', async () => {
    const { request, taken, employee, others } = await start();
    const one = request();
    await Promise.all([one.all(), ...[employee, ...others].map((person) => one.skillGaps(person))]);
    expect(taken().toSorted()).toEqual(['gaps t1,t2', 'gaps t3', 'role r1', 'roles']);
    await request().all();
    expect(taken()).toEqual(['roles']);
  });

  it('asks no more for what is not offered, and the capability says so', async () => {
    const { request, failing, states, taken, talent } = await start();
    failing.roles = 'NOT_OFFERED';
    expect(states((await request().all()).sources).talent).toBe('UNSUPPORTED');
    expect(states((await request().all()).sources).talent).toBe('UNSUPPORTED');
    expect(taken()).toEqual(['roles']);
    expect(talent.integration.capability('READ_JOB_PROFILES').support).toBe('UNSUPPORTED');
  });

  it('waits no longer than the deadline, and the walk goes on', async () => {
    const { request, waits, states, taken } = await start({ cache: true });
    const { open, passed } = gate();
    waits.passed = passed;
    expect((await request(1).all()).sources[1]).toMatchObject({ state: 'UNREACHABLE', problem: { code: 'TIMEOUT' } });
    open();
    await expect.poll(async () => states((await request().all()).sources).talent).toBe('CACHED');
    expect(taken()).toEqual(['roles']);
  });
});

describe('byId', () => {
  it('asks once a minute for a role that is not there', async () => {
    const { request, taken, clock } = await start({ cache: true });
    const ask = () => request().byId('talent', 'gone');
    expect([await ask(), await ask()]).toEqual([null, null]);
    expect(taken()).toEqual(['roles', 'role gone']);
    clock.now += MINUTE;
    expect(await ask()).toBeNull();
    expect(taken()).toEqual(['role gone']);
  });

  it('finds a role on the shelf, or else asks for it alone', async () => {
    const { request, taken, listed } = await start();
    listed.length = 0;
    expect(await request().byId('talent', 'r1')).toMatchObject({ kind: 'JobProfile', name: 'Engineer' });
    expect(taken()).toEqual(['roles', 'role r1']);
    expect(await request().byId('talent', 'nobody')).toBeNull();
    expect(await request().byId('hr', 'r1')).toBeNull();
    expect(await request().byId('elsewhere', 'r1')).toBeNull();
  });

  it('is null where the provider fails', async () => {
    const { request, failing } = await start();
    Object.assign(failing, { roles: 'UNAVAILABLE', role: 'UNAVAILABLE' });
    expect(await request().byId('talent', 'r1')).toBeNull();
  });
});

describe('expectedSkills', () => {
  it('come along with the role, or are read once in 15 minutes', async () => {
    const { request, taken, clock, states } = await start({ cache: true });
    const { roles } = await request().all();
    const [analyst, engineer] = roles;
    if (!analyst || !engineer) throw new Error('no roles');
    taken();
    const along = await request().expectedSkills(analyst);
    expect(along.nodes).toMatchObject([{ skill: { name: 'sql' }, normalized: 0.75, priorityLabel: 'High' }]);
    expect(states(along.sources)).toEqual({ talent: 'CACHED' });
    const [read, again] = await Promise.all([request().expectedSkills(engineer), request().expectedSkills(engineer)]);
    expect(read.nodes.map(({ skill }) => skill.name)).toEqual(['go', 'rust']);
    expect(again).toEqual(read);
    expect(states((await request().expectedSkills(engineer)).sources)).toEqual({ talent: 'CACHED' });
    expect(taken()).toEqual(['role r1']);
    clock.now += 15 * MINUTE + 1;
    expect(states((await request().expectedSkills(engineer)).sources)).toEqual({ talent: 'CACHED' });
    await expect.poll(async () => (await request().expectedSkills(engineer)).sources[0]?.ageSeconds).toBe(0);
    expect(taken()).toEqual(['role r1']);
  });

  it('are as old as the answer that they came along with', async () => {
    const { request, listed, clock, employee } = await start({ cache: true });
    listed.splice(0, 1);
    const ageOf = async (roles: RolesOfEmployee, known: Role | null | undefined) => {
      if (!known) throw new Error('no role');
      return (await roles.expectedSkills(known)).sources[0]?.ageSeconds;
    };
    const ages = async (roles = request()) => [
      await ageOf(roles, (await roles.careerPaths(employee)).nodes.find(({ match }) => match === 0.2)?.jobProfile),
      await ageOf(roles, await roles.byId('talent', 'r1')),
      await ageOf(roles, await roles.byId('talent', 'r2')),
    ];
    await request().careerPaths(employee);
    clock.now += 2 * MINUTE;
    expect(await ages()).toEqual([120, 0, 0]);
    clock.now += 10 * MINUTE;
    expect(await ages()).toEqual([720, 600, 600]);
  });

  it('are read within the time of the question, and stand in with their age where that fails', async () => {
    const { request, taken, deadlines, clock, failing } = await start({ cache: true });
    const engineer = (await request().all()).roles[1];
    if (!engineer) throw new Error('no role');
    const before = performance.now();
    await request(5000).expectedSkills(engineer);
    expect(deadlines.splice(0).map((at) => (at ?? 0) - before > 4000 && (at ?? 0) - before < 6000)).toEqual([true]);
    clock.now += 2 * 60 * MINUTE;
    failing.role = 'UNAVAILABLE';
    taken();
    const { nodes, sources } = await request().expectedSkills(engineer);
    expect([nodes.length, taken()]).toEqual([2, ['role r1']]);
    expect(sources).toMatchObject([{ state: 'STALE', ageSeconds: 7200, problem: { code: 'UNAVAILABLE' } }]);
  });

  it('a role that cannot be read says why, and leaves the list of roles on offer', async () => {
    const { request, failing, states, talent } = await start();
    const engineer = (await request().all()).roles[1];
    if (!engineer) throw new Error('no role');
    failing.role = 'NOT_OFFERED';
    const { nodes, sources } = await request().expectedSkills(engineer);
    expect([nodes, states(sources)]).toEqual([[], { talent: 'UNSUPPORTED' }]);
    expect(talent.integration.offers('READ_JOB_PROFILES')).toBe(true);
    failing.role = 'UNAVAILABLE';
    expect(states((await request().expectedSkills(engineer)).sources)).toEqual({ talent: 'UNREACHABLE' });
  });
});

describe('jobProfile', () => {
  it('is the first that a key of a record names', async () => {
    const { request, employee, taken } = await start();
    expect(await request().jobProfile(employee)).toMatchObject({ remoteId: 'r1' });
    expect(taken()).toEqual(['roles']);
  });

  it('a key that two roles share names neither', async () => {
    const { request, employee, listed } = await start();
    listed.push({ ...role('r3', 'Engineer too'), aliases: ['code:r1'] });
    expect(await request().jobProfile(employee)).toBeNull();
  });
});

describe('skillGaps', () => {
  it('are those of the profile and of the role, in calls of the batch size', async () => {
    const { request, employee, others, taken, states } = await start();
    const roles = request();
    const [gaps] = await Promise.all([employee, ...others].map((one) => roles.skillGaps(one)));
    expect(taken().toSorted()).toEqual(['gaps t1,t2', 'gaps t3', 'role r1', 'roles']);
    expect(
      gaps?.nodes.map(({ expected, held, gap, reportedPercent }) => [
        expected.skill.name,
        held?.source,
        gap,
        reportedPercent,
      ]),
    ).toEqual([
      // Go: 5 of 1 to 5 expected, 3 held. Rust is expected by the role alone and not held.
      ['go', 'COMBINED', 0.5, 40],
      ['rust', undefined, 0.5, null],
    ]);
    expect(states(gaps?.sources ?? [])).toEqual({ hr: 'UNSUPPORTED', talent: 'FRESH' });
  });

  it('are partial where the role cannot be read', async () => {
    const { request, employee, failing } = await start();
    failing.role = 'UNAVAILABLE';
    const { nodes, sources } = await request().skillGaps(employee);
    expect(nodes.map(({ expected }) => expected.skill.name)).toEqual(['go']);
    expect(sources[1]).toMatchObject({ state: 'PARTIAL', problem: { code: 'UNAVAILABLE' } });
  });

  it('a silent provider leaves a named gap', async () => {
    const { request, employee, failing, states } = await start();
    failing.gaps = 'UNAVAILABLE';
    const { nodes, sources } = await request().skillGaps(employee);
    expect([nodes, states(sources)]).toEqual([[], { hr: 'UNSUPPORTED', talent: 'UNREACHABLE' }]);
  });
});

describe('careerPaths', () => {
  it('suggest the best match first, in one call, as the shelf knows the roles', async () => {
    const { request, employee, taken, states } = await start({ cache: true });
    await request().all();
    taken();
    const { nodes, sources } = await request().careerPaths(employee);
    expect(nodes.map(({ jobProfile, match }) => [jobProfile.name, match])).toEqual([
      ['Analyst', 0.7],
      ['Elsewhere', 0.2],
    ]);
    expect(states(sources)).toEqual({ hr: 'UNSUPPORTED', talent: 'FRESH' });
    expect(taken()).toEqual(['paths t1']);
  });

  it('show what is missing beside the ratings of one further call', async () => {
    const { request, employee, taken } = await start();
    const roles = request();
    const { nodes } = await roles.careerPaths(employee);
    const gaps = await Promise.all(nodes.map((path) => roles.gapsOfPath(path)));
    // Go: 2 expected, 3 held. What the other role expects is read, which is unknown when it is not on the shelf.
    expect(gaps).toEqual([[], []]);
    expect(taken().toSorted()).toEqual(['gaps t1', 'paths t1', 'role r2']);
  });

  it('take what the role itself expects where the answer does not say', async () => {
    const { request, employee } = await start({ cache: true });
    await request().all();
    const roles = request();
    const analyst = (await roles.careerPaths(employee)).nodes[0];
    if (!analyst) throw new Error('no path');
    expect(await roles.gapsOfPath(analyst)).toMatchObject([
      { expected: { skill: { name: 'sql' } }, held: { source: 'SELF' }, gap: 0.75 },
    ]);
  });

  it('know of no width where the ratings cannot be read', async () => {
    const { request, employee, failing } = await start({ cache: true });
    await request().all();
    failing.gaps = 'UNAVAILABLE';
    const roles = request();
    const analyst = (await roles.careerPaths(employee)).nodes[0];
    if (!analyst) throw new Error('no path');
    expect(await roles.gapsOfPath(analyst)).toMatchObject([{ held: null, gap: null }]);
  });

  it('are asked for again where one person had none, and work again', async () => {
    const { request, employee, failing, states, talent } = await start();
    failing.paths = 'NOT_OFFERED';
    expect(states((await request().careerPaths(employee)).sources).talent).toBe('UNSUPPORTED');
    expect(talent.integration.capability('READ_CAREER_PATHS').support).toBe('UNSUPPORTED');
    delete failing.paths;
    expect(states((await request().careerPaths(employee)).sources).talent).toBe('FRESH');
    expect(talent.integration.capability('READ_CAREER_PATHS').support).toBe('NATIVE');
  });
});

describe('gaps and career paths with the cache on', () => {
  it('are read once for all who ask, kept, and read anew after a write', async () => {
    const { request, taken, states, employee, roleReads, clock } = await start({ cache: true });
    await Promise.all([request().skillGaps(employee), request().skillGaps(employee)]);
    await request().careerPaths(employee);
    expect(taken().filter((call) => !call.startsWith('role'))).toEqual(['gaps t1', 'paths t1']);
    expect(states((await request().skillGaps(employee)).sources)).toEqual({ hr: 'UNSUPPORTED', talent: 'CACHED' });
    expect(states((await request().careerPaths(employee)).sources)).toEqual({ hr: 'UNSUPPORTED', talent: 'CACHED' });
    expect(taken()).toEqual([]);
    clock.now += 1;
    roleReads.written('talent', 't1', clock.now);
    expect(states((await request().skillGaps(employee)).sources).talent).toBe('FRESH');
    expect(taken()).toEqual(['gaps t1']);
  });

  it('answer at once while they are read anew, and stand in with their age when the provider fails', async () => {
    const { request, taken, states, employee, failing, clock } = await start({ cache: true });
    const before = await request().skillGaps(employee);
    taken();
    clock.now += 2 * MINUTE;
    expect(states((await request().skillGaps(employee)).sources).talent).toBe('CACHED');
    await expect.poll(async () => (await request().skillGaps(employee)).sources[1]?.ageSeconds).toBe(0);
    expect(taken()).toEqual(['gaps t1']);
    clock.now += 6 * MINUTE;
    failing['gaps'] = 'UNAVAILABLE';
    const { nodes, sources } = await request().skillGaps(employee);
    expect(nodes).toHaveLength(before.nodes.length);
    expect(sources[1]).toMatchObject({ state: 'STALE', ageSeconds: 360, problem: { code: 'UNAVAILABLE' } });
  });
});
