import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/lib/clock.ts';
import type { SimulatorOptions } from '../../../src/simulator/simulator.ts';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import type { RawEmployee, RawPage, RawProfile, RawTaxonomySkill, RawUpsertResult } from '../raw.ts';
import { imochaSimulator } from './simulator.ts';
import { SIMULATOR_API_KEY } from './switches.ts';

const WORKFORCE = createWorkforce('test', { people: 120, skills: 80 });

function setUp(switches: Record<string, unknown> = {}, limits: SimulatorOptions['limits'] = 'none') {
  const clock = new VirtualClock();
  const simulator = imochaSimulator.create({ workforce: WORKFORCE, clock, limits, switches });
  const send = (method: string, target: string, body: unknown = '', key: string | undefined = SIMULATOR_API_KEY) => {
    const url = new URL(target, 'http://simulator');
    return simulator.handle({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: { 'x-api-key': key },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  };
  const json = async <T>(target: string): Promise<T> => JSON.parse((await send('GET', target)).body) as T;
  const upsert = async (...records: unknown[]): Promise<RawUpsertResult> =>
    JSON.parse((await send('POST', '/employees/upsert', records)).body) as RawUpsertResult;
  const everybody = async <T>(path: string): Promise<T[]> => {
    const items: T[] = [];
    for (let page = 1; ; page += 1) {
      const answer = await json<RawPage<T>>(`${path}?pageNumber=${page}&pageSize=50`);
      items.push(...answer.items);
      if (!answer.hasNextPage) return items;
    }
  };
  const employee = async (email: string) =>
    (await everybody<RawEmployee>('/employees')).find((each) => each.email.toLowerCase() === email.toLowerCase());
  return { simulator, clock, send, json, upsert, everybody, employee };
}

describe('the host', () => {
  it('wants its key', async () => {
    const { send } = setUp();
    const refused = await send('GET', '/employees', '', 'wrong');
    expect([refused.status, JSON.parse(refused.body)]).toEqual([
      401,
      { statusCode: 401, message: expect.any(String) as string },
    ]);
    expect((await send('GET', '/employees', '', '')).status).toBe(401);
  });

  it('answers JSON as text, or as JSON when switched', async () => {
    const { simulator, send } = setUp();
    expect((await send('GET', '/taxonomy')).headers['content-type']).toBe('text/plain; charset=utf-8');
    simulator.setSwitch('contentType', 'application/json; charset=utf-8');
    expect((await send('GET', '/taxonomy')).headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('limits a key to ten calls a second after a burst of twenty', async () => {
    const { clock, send } = setUp({}, 'default');
    const statuses = async (count: number) => {
      const answers = [];
      for (let i = 0; i < count; i += 1) answers.push(await send('GET', '/taxonomy'));
      return answers.filter(({ status }) => status === 200).length;
    };
    expect(await statuses(25)).toBe(20);
    expect(await send('GET', '/taxonomy')).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    clock.advance(1_000);
    expect(await statuses(15)).toBe(10);
  });

  it.each([
    ['PUT', '/employees/1/status', 405],
    ['GET', '/employees/1/certificates', 501],
    ['GET', '/employees/1/assessment-report', 501],
    ['POST', '/jobcodes', 501],
    ['GET', '/learning/materials', 501],
    ['GET', '/certificates', 501],
    ['POST', '/certificates/create', 501],
    ['GET', '/v3/reports', 501],
    ['POST', '/v3/tests/1/invite', 501],
    ['GET', '/employees/1', 404],
    ['GET', '/nonsense', 404],
    ['POST', '/taxonomy', 405],
  ])('answers %s %s with %i', async (method, path, status) => {
    const answer = await setUp().send(method, path);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toEqual({ statusCode: status, message: expect.any(String) as string });
  });

  it.each([
    ['offersEmployees', '/employees'],
    ['offersProfiles', '/employees/skills-profile'],
    ['offersProfile', '/employees/1000001/skills-profile'],
    ['offersTaxonomy', '/taxonomy'],
  ])('takes an endpoint away by %s', async (name, path) => {
    const { simulator, send } = setUp();
    expect((await send('GET', path)).status).toBe(200);
    simulator.setSwitch(name, false);
    expect((await send('GET', path)).status).toBe(404);
  });

  it('gives the same bytes for the same seed', async () => {
    const paths = [
      '/employees',
      '/employees/skills-profile?pageNumber=2',
      '/taxonomy',
      '/employees/1000003/skills-profile',
    ];
    for (const path of paths) {
      expect((await setUp().send('GET', path)).body).toBe((await setUp().send('GET', path)).body);
    }
  });
});

describe('pages', () => {
  it('hold fifty rows at most and say whether more follow', async () => {
    const { json } = setUp();
    const first = await json<RawPage<RawEmployee>>('/employees?pageNumber=1&pageSize=500');
    expect([first.items.length, first.pageNumber, first.hasPreviousPage, first.hasNextPage]).toEqual([
      50,
      1,
      false,
      true,
    ]);
    const last = await json<RawPage<RawEmployee>>(`/employees?PAGENUMBER=${first.totalPages}`);
    expect([last.items.length, last.hasPreviousPage, last.hasNextPage]).toEqual([
      first.totalCount - 50 * (first.totalPages - 1),
      true,
      false,
    ]);
    const past = await json<RawPage<RawEmployee>>('/employees?pageNumber=99&pageSize=7');
    expect([past.items, past.totalCount, past.hasNextPage]).toEqual([[], first.totalCount, false]);
  });

  it('are page 0 of 0 where nothing is found', async () => {
    const { json } = setUp();
    const empty = {
      items: [],
      pageNumber: 0,
      totalPages: 0,
      totalCount: 0,
      hasPreviousPage: false,
      hasNextPage: false,
    };
    expect(await json('/employees/skills-profile?searchText=nobody-of-this-name')).toEqual(empty);
    expect(await json('/taxonomy?SearchText=nothing-of-this-name')).toEqual(empty);
  });

  it.each([
    ['/employees?pageNumber=0'],
    ['/employees/skills-profile?pageSize=many'],
    ['/taxonomy?PageNumber=-1'],
    ['/taxonomy?LastModifiedOn=yesterday'],
    ['/employees/skills-profile?SkillProfileModifiedSince=2026-99-01T00:00:00Z'],
  ])('refuse %s with problem details', async (target) => {
    const answer = await setUp().send('GET', target);
    expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/problem+json; charset=utf-8']);
    expect(JSON.parse(answer.body)).toMatchObject({ status: 400, errors: expect.any(Object) as object });
  });

  it('refuse a large size where switched so', async () => {
    expect((await setUp({ largePageSize: 'reject' }).send('GET', '/taxonomy?PageSize=51')).status).toBe(400);
  });
});

describe('the data', () => {
  it('has the traps of real data', async () => {
    const { everybody, json } = setUp();
    const listed = await everybody<RawEmployee>('/employees');
    const profiles = await everybody<RawProfile>('/employees/skills-profile');
    const numbers = listed.map(({ employeeHRMSInfo }) => employeeHRMSInfo?.externalEmployeeId ?? null);
    const missing = numbers.filter((number) => number === null).length / numbers.length;
    expect(missing).toBeGreaterThan(0.05);
    expect(missing).toBeLessThan(0.25);
    expect(numbers.some((number) => number?.startsWith('000'))).toBe(true);
    expect(listed.some(({ status }) => status === 'inactive')).toBe(true);
    expect(profiles.length).toBe(listed.filter(({ status }) => status === 'active').length);
    expect(profiles.some(({ skills }) => skills.length === 0)).toBe(true);

    const taxonomy = [
      ...(await json<RawPage<RawTaxonomySkill>>('/taxonomy?PageNumber=1')).items,
      ...(await json<RawPage<RawTaxonomySkill>>('/taxonomy?PageNumber=2')).items,
    ];
    const held = profiles.flatMap(({ skills }) => skills);
    const globalIds = new Set(taxonomy.map(({ skill }) => skill.id));
    const taxonomyIds = new Set(taxonomy.map(({ taxonomySkillId }) => taxonomySkillId));
    const heldIds = new Set(held.map(({ skill }) => skill.skillId));
    expect([...globalIds].filter((id) => taxonomyIds.has(id))).toEqual([]);
    const unknown = [...heldIds].filter((id) => !globalIds.has(id));
    expect(unknown.length).toBeGreaterThan(0);
    expect(unknown.length).toBeLessThan(heldIds.size / 10);
  });

  it('has about 1.7 channels a skill, a combined score of them, and some skills that nobody has rated', async () => {
    const held = (await setUp({ unrated: 'null' }).everybody<RawProfile>('/employees/skills-profile')).flatMap(
      ({ skills }) => skills,
    );
    const channels = held.map((skill) =>
      [
        skill.selfValidationScore,
        skill.managerValidationScore,
        skill.iMochaValidationScore,
        skill.multiRaterValidationScore,
        skill.weightedAIInferenceScore,
      ].filter((score) => score !== null),
    );
    const mean = channels.reduce((sum, scores) => sum + scores.length, 0) / held.length;
    expect(mean).toBeGreaterThan(1.5);
    expect(mean).toBeLessThan(1.9);
    expect(channels.flat().every((score) => score > 0 && score <= 10)).toBe(true);
    const unrated = held.filter((_, index) => channels[index]?.length === 0);
    expect(unrated.length).toBeGreaterThan(0);
    expect(unrated.every((skill) => skill.weightedProficiencyScore === null)).toBe(true);
    const single = held.filter((_, index) => channels[index]?.length === 1);
    expect(single.every((skill) => channels[held.indexOf(skill)]?.[0] === skill.weightedProficiencyScore)).toBe(true);
  });

  it('keeps three id ranges apart', async () => {
    const idsOf = async (profileSkillId: string) => {
      const [profile] = (
        await setUp({ profileSkillId }).json<RawPage<RawProfile>>('/employees/skills-profile?pageSize=1')
      ).items;
      return profile?.skills.map(({ skill }) => Math.floor(skill.skillId / 100_000)) ?? [];
    };
    expect(new Set(await idsOf('taxonomySkillId'))).toEqual(new Set([5]));
    expect(new Set(await idsOf('skill.id'))).toEqual(new Set([7]));
    expect(new Set(await idsOf('own'))).toEqual(new Set([9]));
  });

  it('takes the vendor id and else the external id for one profile', async () => {
    const { json, send } = setUp();
    const byId = await json<RawProfile>('/employees/1000001/skills-profile');
    expect(byId.externalEmployeeId).not.toBeNull();
    expect(await json(`/employees/${byId.externalEmployeeId}/skills-profile`)).toEqual(byId);
    expect((await send('GET', '/employees/999/skills-profile')).status).toBe(404);
    expect((await send('GET', '/employees/%E0%A4%A/skills-profile')).status).toBe(404);
  });

  it('finds by part of a name or by the whole e-mail', async () => {
    const { json } = setUp();
    const [first] = (await json<RawPage<RawProfile>>('/employees/skills-profile?pageSize=1')).items;
    const found = async (text: string) =>
      (await json<RawPage<RawProfile>>(`/employees/skills-profile?searchText=${encodeURIComponent(text)}`)).items.map(
        ({ employeeId }) => employeeId,
      );
    expect(await found(first?.fullName.toUpperCase().slice(1) ?? '')).toContain(first?.employeeId);
    expect(await found(first?.email ?? '')).toContain(first?.employeeId);
    expect(await found(first?.email.slice(1) ?? '')).toEqual([]);
  });

  it('filters the list by status', async () => {
    const { json, everybody } = setUp();
    const inactive = (await everybody<RawEmployee>('/employees')).filter(({ status }) => status === 'inactive');
    expect((await json<RawPage<RawEmployee>>('/employees?status=inactive')).items).toEqual(inactive);
  });

  it('tells what changed after an instant, and not what changed at it', async () => {
    const { everybody, json } = setUp();
    const profiles = await everybody<RawProfile>('/employees/skills-profile');
    const changes = profiles
      .flatMap(({ skills }) => (skills.length === 0 ? [] : [skills.map(({ skill }) => `${skill.modifiedOn}Z`)]))
      .map((instants) => Math.max(...instants.map((instant) => Date.parse(instant))))
      .toSorted((a, b) => b - a);
    const third = new Date(changes[2] ?? 0).toISOString();
    const answer = await json<RawPage<RawProfile>>(`/employees/skills-profile?SkillProfileModifiedSince=${third}`);
    expect(answer.totalCount).toBe(2);
    const all = await json<RawPage<RawTaxonomySkill>>('/taxonomy');
    const later = await json<RawPage<RawTaxonomySkill>>('/taxonomy?LastModifiedOn=2025-01-01T00:00:00Z');
    expect(later.totalCount).toBeGreaterThan(0);
    expect(later.totalCount).toBeLessThan(all.totalCount);
  });
});

const record = (email: string, rest: object = {}) => ({ email, ...rest });

describe('the upsert', () => {
  it('creates with an own id, lists the record, and says what took effect', async () => {
    const { upsert, employee, simulator, clock, json } = setUp();
    const result = await upsert(
      record('new@example.test', { firstName: 'New', employeeHRMSInfo: { externalEmployeeId: '00900' } }),
    );
    expect(result).toEqual({
      failed: [],
      successful: [{ email: 'new@example.test', employeeId: expect.any(Number) as number, errors: '' }],
    });
    expect(await employee('new@example.test')).toMatchObject({ firstName: 'New', status: 'active' });
    expect(simulator.journal[0]?.effects).toEqual([{ kind: 'employee', key: 'new@example.test', change: 'created' }]);
    const since = new Date(clock.now() - 1).toISOString();
    const changed = await json<RawPage<RawProfile>>(`/employees/skills-profile?SkillProfileModifiedSince=${since}`);
    expect(changed.items.map(({ email }) => email)).toEqual(['new@example.test']);
  });

  it('knows an employee by external id first, then by e-mail without case', async () => {
    const { upsert, simulator } = setUp();
    const hrms = { employeeHRMSInfo: { externalEmployeeId: '00900' } };
    const [created] = (await upsert(record('first@example.test', hrms))).successful;
    const [renamed] = (await upsert(record('second@example.test', hrms))).successful;
    const [same] = (await upsert(record('SECOND@example.test', { firstName: 'S' }))).successful;
    expect([renamed?.employeeId, same?.employeeId]).toEqual([created?.employeeId, created?.employeeId]);
    const [other] = (await upsert(record('first@example.test'))).successful;
    expect(other?.employeeId).not.toBe(created?.employeeId);
    expect(simulator.journal.flatMap(({ effects }) => effects.map(({ change }) => change))).toEqual([
      'created',
      'updated',
      'updated',
      'created',
    ]);
  });

  it('fails a record whose two keys name two employees', async () => {
    const { upsert, simulator } = setUp();
    await upsert(
      record('a@example.test', { employeeHRMSInfo: { externalEmployeeId: '00901' } }),
      record('b@example.test'),
    );
    const clash = record('b@example.test', { employeeHRMSInfo: { externalEmployeeId: '00901' } });
    expect(await upsert(clash)).toMatchObject({ failed: [{ email: 'b@example.test', employeeId: 0 }], successful: [] });
    simulator.setSwitch('upsertKeysClash', 'externalWins');
    expect(await upsert(clash)).toMatchObject({ failed: [], successful: [{ email: 'b@example.test' }] });
  });

  it('leaves the status alone where it is empty, null or left out, and takes the two exact words', async () => {
    const { upsert, employee } = setUp();
    const statusAfter = async (status: unknown) => {
      const result = await upsert({ email: 'a@example.test', status });
      return result.failed.length > 0 ? 'failed' : (await employee('a@example.test'))?.status;
    };
    expect(await statusAfter('inactive')).toBe('inactive');
    for (const untouched of ['', null, undefined]) expect(await statusAfter(untouched)).toBe('inactive');
    expect(await statusAfter('Active')).toBe('failed');
    expect(await statusAfter('active')).toBe('active');
  });

  it('keeps ordinary fields left out, or clears them when switched', async () => {
    const { upsert, employee, simulator } = setUp();
    await upsert(record('a@example.test', { firstName: 'A', employeeHRMSInfo: { department: 'Sales', grade: 'G' } }));
    await upsert(record('a@example.test', { lastName: 'B' }));
    expect(await employee('a@example.test')).toMatchObject({
      firstName: 'A',
      lastName: 'B',
      employeeHRMSInfo: { grade: 'G' },
    });
    simulator.setSwitch('upsertOmitted', 'replace');
    await upsert(record('a@example.test', { lastName: 'B' }));
    expect(await employee('a@example.test')).toMatchObject({ firstName: null, employeeHRMSInfo: { grade: null } });
  });

  it('fails unknown job codes and bad addresses under status 200, and applies duplicates in order', async () => {
    const { upsert, employee, simulator } = setUp();
    const result = await upsert(
      record('a@example.test', { jobCode: 'NOBODY-9' }),
      record('not an address'),
      {},
      record('b@example.test', { firstName: 'One' }),
      record('B@example.test', { firstName: 'Two' }),
    );
    expect(result.failed.map(({ email, employeeId }) => [email, employeeId])).toEqual([
      ['a@example.test', 0],
      ['not an address', 0],
      ['', 0],
    ]);
    expect(result.successful.map(({ email }) => email)).toEqual(['b@example.test', 'B@example.test']);
    expect(await employee('b@example.test')).toMatchObject({ firstName: 'Two' });
    simulator.setSwitch('upsertUnknownJobCode', 'lenient');
    expect(await upsert(record('a@example.test', { jobCode: 'NOBODY-9' }))).toMatchObject({ failed: [] });
  });

  it.each([
    ['upsertNewStatus', 'inactive', {}, { status: 'inactive' }],
    ['upsertStatusCase', 'ignore', { status: 'Inactive' }, { status: 'inactive' }],
    [
      'upsertPastExitDate',
      'deactivate',
      { employeeHRMSInfo: { exitDate: '2020-01-01T00:00:00.000Z' } },
      { status: 'inactive' },
    ],
    [
      'upsertPastExitDate',
      'ignore',
      { employeeHRMSInfo: { exitDate: '2020-01-01T00:00:00.000Z' } },
      { status: 'active' },
    ],
    ['upsertUnknownManager', 'fail', { employeeHRMSInfo: { managerEmail: 'nobody@example.test' } }, undefined],
    [
      'upsertUnknownManager',
      'store',
      { employeeHRMSInfo: { managerEmail: 'nobody@example.test' } },
      { status: 'active' },
    ],
  ])('follows the switch %s at %s', async (name, value, fields, stored) => {
    const { upsert, employee } = setUp({ [name]: value });
    await upsert(record('a@example.test', fields));
    const found = await employee('a@example.test');
    expect(found && { status: found.status }).toEqual(stored);
  });

  it('takes an address only, whatever the external id, where it matches by e-mail', async () => {
    const { upsert } = setUp({ upsertMatch: 'email' });
    const hrms = { employeeHRMSInfo: { externalEmployeeId: '00900' } };
    const [first] = (await upsert(record('a@example.test', hrms))).successful;
    const [second] = (await upsert(record('b@example.test', hrms))).successful;
    expect(second?.employeeId).not.toBe(first?.employeeId);
  });

  it('drops a bad address from both lists when switched', async () => {
    expect(await setUp({ upsertBadEmail: 'drop' }).upsert(record('nobody'))).toEqual({ failed: [], successful: [] });
  });

  it('refuses what is no array or more than a thousand records, and takes an empty one', async () => {
    const { send, simulator } = setUp();
    const many = Array.from({ length: 1001 }, (_, index) => record(`p${index}@example.test`));
    expect((await send('POST', '/employees/upsert', many)).status).toBe(400);
    expect((await send('POST', '/employees/upsert', '{')).status).toBe(400);
    expect((await send('POST', '/employees/upsert', record('a@example.test'))).status).toBe(400);
    expect(await send('POST', '/employees/upsert', [])).toMatchObject({
      status: 200,
      body: '{"failed":[],"successful":[]}',
    });
    simulator.setSwitch('upsertEmptyArray', 'reject');
    expect((await send('POST', '/employees/upsert', [])).status).toBe(400);
    simulator.setSwitch('upsertNoArray', 'single');
    expect((await send('POST', '/employees/upsert', record('a@example.test'))).status).toBe(200);
  });
});
