import { describe, expect, it } from 'vitest';
import type { Call, DriftNote, WalkPage } from '../../src/domain/ports.ts';
import { connect } from '../../src/integrations/connect.ts';
import { simulatorTransport } from '../../src/outbound/transport/undiciTransport.ts';
import { VirtualClock } from '../../src/lib/clock.ts';
import type { JournalEntry } from '../../src/simulator/simulator.ts';
import { createWorkforce } from '../../src/simulator/workforce.ts';
import { imocha } from './imocha.ts';
import { imochaSimulator } from './simulator/simulator.ts';
import { DEFAULTS } from './settings.ts';

const WORKFORCE = createWorkforce('test', { people: 60, skills: 40 });
const RECORDS = WORKFORCE.people.flatMap((person) => person.records.talent);
const ACTIVE = RECORDS.filter((record) => record.active);
const HELD = WORKFORCE.holdings.filter((holding) => holding.systems.includes('talent'));
const WALK: Call = { purpose: 'walk' };

function setUp(switches: Record<string, unknown> = {}, settings: Record<string, string> = {}) {
  const simulator = imochaSimulator.create({
    workforce: WORKFORCE,
    clock: new VirtualClock(),
    limits: 'none',
    switches,
  });
  const drift: DriftNote[] = [];
  const integration = imochaSimulator.settings('http://simulator');
  const { ports } = connect(
    imocha,
    { ...integration, settings: { ...integration.settings, ...settings } },
    {
      name: 'imocha-test',
      transport: simulatorTransport(simulator, ''),
      limits: { requestsPerSecond: null },
      onDrift: (note) => drift.push(note),
    },
  );
  const { employees, skills, ratings, ratingsByEmployees, upsertEmployees } = ports;
  if (!employees || !skills || !ratings || !ratingsByEmployees || !upsertEmployees)
    throw new Error('a port is missing');
  return { simulator, drift, ports, employees, skills, ratings, ratingsByEmployees, upsertEmployees };
}

async function all<Row>(pages: AsyncIterable<WalkPage<Row>>): Promise<WalkPage<Row>[]> {
  const read: WalkPage<Row>[] = [];
  for await (const page of pages) read.push(page);
  return read;
}

const rowsOf = <Row>(pages: WalkPage<Row>[]): Row[] => pages.flatMap((page) => page.rows);

const calls = (journal: JournalEntry[]) =>
  journal.map(({ method, path, query, status }) => `${method} ${path}${query && `?${query}`} ${status}`);

describe('the card', () => {
  it('is absent without any variable, empty ones included', () => {
    expect(imocha.readEnvironment({ IMOCHA_API_KEY: '', IMOCHA_BASE_URL: ' ' })).toEqual({ state: 'absent' });
  });

  it('is configured by the key alone', () => {
    expect(imocha.readEnvironment({ IMOCHA_API_KEY: 'k' })).toEqual({
      state: 'configured',
      integration: {
        baseUrl: 'https://api.skillsintelligence.imocha.io',
        settings: { apiKey: 'k', scaleMax: '10', skillIdJoin: 'skill.id', selfZero: 'unrated', statusPatch: 'off' },
      },
    });
  });

  it('takes the tenant’s own options', () => {
    const reading = imocha.readEnvironment({
      IMOCHA_API_KEY: 'k',
      IMOCHA_BASE_URL: 'http://127.0.0.1:4102/',
      IMOCHA_SCALE_MAX: '5',
      IMOCHA_SKILL_ID_JOIN: 'taxonomySkillId',
      IMOCHA_SELF_ZERO: 'rated',
    });
    expect(reading).toEqual({
      state: 'configured',
      integration: {
        baseUrl: 'http://127.0.0.1:4102',
        settings: { apiKey: 'k', scaleMax: '5', skillIdJoin: 'taxonomySkillId', selfZero: 'rated', statusPatch: 'off' },
      },
    });
  });

  it.each([
    [{ IMOCHA_BASE_URL: 'http://127.0.0.1' }, ['IMOCHA_API_KEY']],
    [{ IMOCHA_SCALE_MAX: '5' }, ['IMOCHA_API_KEY']],
    [{ IMOCHA_API_KEY: 'two\nlines' }, ['IMOCHA_API_KEY']],
    [{ IMOCHA_API_KEY: 'k\u00e9y' }, ['IMOCHA_API_KEY']],
    [{ IMOCHA_API_KEY: 'k', IMOCHA_BASE_URL: 'ftp://x' }, ['IMOCHA_BASE_URL']],
    [{ IMOCHA_API_KEY: 'k', IMOCHA_BASE_URL: 'https://me:secret@x.test' }, ['IMOCHA_BASE_URL']],
    [{ IMOCHA_API_KEY: 'k', IMOCHA_BASE_URL: 'nonsense' }, ['IMOCHA_BASE_URL']],
    [
      { IMOCHA_API_KEY: 'k', IMOCHA_SCALE_MAX: 'ten', IMOCHA_SKILL_ID_JOIN: 'name', IMOCHA_SELF_ZERO: '0' },
      ['IMOCHA_SCALE_MAX', 'IMOCHA_SKILL_ID_JOIN', 'IMOCHA_SELF_ZERO'],
    ],
  ])('refuses %j with one complaint a variable', (environment, names) => {
    const reading = imocha.readEnvironment(environment);
    expect(reading.state === 'refused' && reading.complaints.map((text) => text.split(' ')[0])).toEqual(names);
  });

  it('cannot write ratings', () => {
    const { ports } = setUp();
    expect(Object.keys(ports).toSorted()).toEqual([
      'addCertificates',
      'careerPaths',
      'employees',
      'jobProfiles',
      'ratingByParts',
      'ratings',
      'ratingsByEmployees',
      'setStatus',
      'skillGaps',
      'skills',
      'upsertEmployees',
      'weightages',
    ]);
  });
});

describe('employees', () => {
  it('come from the list in one call per fifty', async () => {
    const { employees, simulator, drift } = setUp();
    const pages = await all(employees.walk(WALK));
    expect(
      rowsOf(pages).map(({ workEmail, employeeNumber }) => ({ email: workEmail, number: employeeNumber })),
    ).toEqual(RECORDS.map(({ email, number }) => ({ email, number })));
    expect(pages.map(({ rows, total, ratings }) => [rows.length, total, ratings])).toEqual([
      [50, RECORDS.length, undefined],
      [RECORDS.length - 50, RECORDS.length, undefined],
    ]);
    expect(calls(simulator.journal)).toEqual([
      'GET /employees?pageNumber=1&pageSize=50 200',
      'GET /employees?pageNumber=2&pageSize=50 200',
    ]);
    expect(drift).toEqual([]);
  });

  it.each([
    ['is answered 404', { kind: 'status', status: 404 }],
    ['is answered 403', { kind: 'status', status: 403 }],
    ['is answered 501', { kind: 'status', status: 501 }],
    ['is a web page', { kind: 'vendor', name: 'htmlPage' }],
    ['has another shape', { kind: 'drift', path: 'items', value: 'elsewhere' }],
    ['names its ids otherwise', { kind: 'drift', path: 'items.*.employeeId' }],
  ] as const)('come from the profiles, with their ratings, where the list %s', async (_, shape) => {
    const { employees, ratings, simulator } = setUp();
    simulator.addFault({ path: '^/employees$', shape });
    const pages = await all(employees.walk(WALK));
    expect(rowsOf(pages).map(({ workEmail }) => workEmail)).toEqual(ACTIVE.map(({ email }) => email));
    expect(
      rowsOf(pages).every(({ name, givenName, status }) => name !== null && givenName === null && status === null),
    ).toBe(true);
    expect(simulator.journal.map(({ path }) => path)).toEqual([
      '/employees',
      '/employees/skills-profile',
      '/employees/skills-profile',
    ]);
    expect(pages.flatMap((page) => page.ratings ?? [])).toEqual(rowsOf(await all(ratings.walk(WALK))));
  });

  it('fail as the list does where that says more than that it is missing', async () => {
    const { employees, simulator } = setUp();
    simulator.addFault({ path: '^/employees$', shape: { kind: 'status', status: 401 } });
    await expect(all(employees.walk(WALK))).rejects.toMatchObject({ code: 'UNAUTHENTICATED', retryable: false });
    expect(simulator.journal).toHaveLength(1);
  });

  it('fail where the list breaks off after its first page, rather than mixing two sources', async () => {
    const { employees, simulator } = setUp();
    const walk = employees.walk(WALK)[Symbol.asyncIterator]();
    await walk.next();
    simulator.addFault({ path: '^/employees$', shape: { kind: 'status', status: 404 } });
    await expect(walk.next()).rejects.toMatchObject({ code: 'NOT_OFFERED', status: 404 });
    expect(calls(simulator.journal)).toEqual([
      'GET /employees?pageNumber=1&pageSize=50 200',
      'GET /employees?pageNumber=2&pageSize=50 404',
    ]);
  });

  it.each([['isActive'], ['flat']])('are the same where rows have the %s shape', async (employeeShape) => {
    const plain = setUp();
    const other = setUp({ employeeShape });
    expect(rowsOf(await all(other.employees.walk(WALK)))).toEqual(rowsOf(await all(plain.employees.walk(WALK))));
  });

  it('stop between pages when the walk is aborted', async () => {
    const { employees, simulator } = setUp();
    const abort = new AbortController();
    const walk = employees.walk({ ...WALK, signal: abort.signal })[Symbol.asyncIterator]();
    await walk.next();
    const reason = new Error('deadline');
    abort.abort(reason);
    await expect(walk.next()).rejects.toBe(reason);
    expect(simulator.journal).toHaveLength(1);
  });
});

describe('skills', () => {
  it('come from the taxonomy and know the keys under which profiles name them', async () => {
    const { skills, ratings, simulator, drift } = setUp();
    const rows = rowsOf(await all(skills.walk(WALK)));
    expect(calls(simulator.journal)).toEqual(['GET /taxonomy?PageNumber=1&PageSize=50 200']);
    expect(rows.length).toBeGreaterThan(20);
    expect(drift).toEqual([]);

    const byAlias = new Map(rows.flatMap((row) => row.aliases.map((alias) => [alias, row] as const)));
    const joined = rowsOf(await all(ratings.walk(WALK))).map((rating) => ({
      rating,
      skill: rating.skillKeys?.map((key) => byAlias.get(key)).find((skill) => skill !== undefined),
    }));
    const unresolved = new Set(joined.filter(({ skill }) => !skill).map(({ rating }) => rating.skillId));
    // The simulator's taxonomy lacks two of the skills that profiles name.
    expect(unresolved.size).toBe(2);
    const wrong = joined.filter(
      ({ rating, skill }) => skill && skill.name?.toLowerCase() !== rating.skillName?.toLowerCase(),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    ['skill.id', 'skill.id'],
    ['taxonomySkillId', 'taxonomySkillId'],
  ])('join profiles by id where they use %s and the tenant says so', async (profileSkillId, skillIdJoin) => {
    const { skills, ratings } = setUp({ profileSkillId, externalSkillIds: false }, { skillIdJoin });
    const aliases = new Set(rowsOf(await all(skills.walk(WALK))).flatMap((row) => row.aliases));
    const first = rowsOf(await all(ratings.walk(WALK)))[0];
    expect(aliases.has(first?.skillKeys?.[0] ?? '')).toBe(true);
  });

  it('never join by equal numbers of two id spaces, and still by name', async () => {
    const { skills, ratings } = setUp({ profileSkillId: 'taxonomySkillId', externalSkillIds: false });
    const aliases = new Set(rowsOf(await all(skills.walk(WALK))).flatMap((row) => row.aliases));
    const rows = rowsOf(await all(ratings.walk(WALK)));
    expect(rows.some((row) => aliases.has(row.skillKeys?.[0] ?? ''))).toBe(false);
    expect(rows.some((row) => aliases.has(row.skillKeys?.[1] ?? ''))).toBe(true);
  });

  it('are not offered where the taxonomy is not there', async () => {
    const { skills, simulator } = setUp({ offersTaxonomy: false });
    await expect(all(skills.walk(WALK))).rejects.toMatchObject({ code: 'NOT_OFFERED', status: 404 });
    expect(simulator.journal).toHaveLength(1);
  });
});

describe('ratings', () => {
  it('are walked by profiles and hold every skill of every active employee', async () => {
    const { ratings, simulator, drift } = setUp();
    const rows = rowsOf(await all(ratings.walk(WALK)));
    const holders = new Set(ACTIVE.map(({ key }) => key));
    const held = HELD.filter(({ personIndex }) => holders.has(`p${personIndex}`));
    expect(new Set(rows.map(({ parts }) => parts.slice(0, 2).join('/'))).size).toBe(held.length);
    expect(new Set(rows.map(({ parts }) => parts.join('/'))).size).toBe(rows.length);
    expect(new Set(rows.map(({ source }) => source))).toEqual(
      new Set(['SELF', 'MANAGER', 'ASSESSMENT', 'PEER', 'INFERRED', 'COMBINED', 'OTHER']),
    );
    expect(simulator.journal).toHaveLength(Math.ceil(ACTIVE.length / 50));
    expect(drift).toEqual([]);
  });

  it('none of which can be read are no answer, whoever has a profile without a skill', async () => {
    const { ratings, ratingsByEmployees, simulator } = setUp();
    const rated = rowsOf(await all(ratings.walk(WALK)))[0]?.employeeId ?? '';
    simulator.addFault({ shape: { kind: 'drift', path: 'items.*.skills.*.skill.skillId', value: null } });
    simulator.addFault({ shape: { kind: 'drift', path: 'items.1.skills', value: [] } });
    simulator.addFault({ shape: { kind: 'drift', path: 'skills.*.skill.skillId', value: null } });
    await expect(all(ratings.walk(WALK))).rejects.toMatchObject({ code: 'UNREADABLE' });
    await expect(ratingsByEmployees.read([rated], WALK)).rejects.toMatchObject({ code: 'UNREADABLE' });
  });

  it('of one profile that cannot be read take no others with them, and changes leave that one as it is', async () => {
    const { ratings, simulator } = setUp();
    const rated = async () => {
      const employees = new Set(rowsOf(await all(ratings.walk(WALK))).map(({ employeeId }) => employeeId));
      let told = 0;
      for await (const page of ratings.changedSince?.('2000-01-01T00:00:00.000Z', WALK) ?? []) {
        told += page.whole?.length ?? 0;
      }
      return [employees.size, told];
    };
    const [walked = 0, changed = 0] = await rated();
    simulator.addFault({ shape: { kind: 'drift', path: 'items.0.skills.*.skill.skillId', value: null } });
    // The first of each page.
    const [left = 0, stillTold = 0] = await rated();
    expect([1, 2]).toContain(walked - left);
    expect([1, 2]).toContain(changed - stillTold);
  });

  it('are the same for one employee, one call each, and none for the unknown', async () => {
    const { ratings, ratingsByEmployees, simulator } = setUp();
    const walked = rowsOf(await all(ratings.walk(WALK)));
    const ids = [...new Set(walked.map(({ employeeId }) => employeeId))].slice(0, 3);
    simulator.journal.length = 0;
    const read = await ratingsByEmployees.read([...ids, ...ids, '999'], WALK);
    expect(read).toEqual(walked.filter(({ employeeId }) => ids.includes(employeeId)));
    expect(calls(simulator.journal).toSorted()).toEqual(
      [
        ...ids.map((id) => `GET /employees/${id}/skills-profile 200`),
        'GET /employees/999/skills-profile 404',
      ].toSorted(),
    );
  });

  it('of nobody cost nothing', async () => {
    const { ratingsByEmployees, simulator } = setUp();
    expect(await ratingsByEmployees.read([], WALK)).toEqual([]);
    expect(simulator.journal).toEqual([]);
  });

  it.each([['items'], ['array'], ['skills']])('are read from a profile in the shape %s', async (profileShape) => {
    const plain = await setUp().ratingsByEmployees.read(['1000001'], WALK);
    expect(plain.length).toBeGreaterThan(3);
    expect(await setUp({ profileShape }).ratingsByEmployees.read(['1000001'], WALK)).toEqual(plain);
  });

  it.each([['400'], ['204'], ['null']])('of an unknown employee are none where that is %s', async (answer) => {
    const { ratingsByEmployees, simulator } = setUp({ unknownEmployee: answer });
    expect(await ratingsByEmployees.read(['999'], WALK)).toEqual([]);
    expect(simulator.journal).toHaveLength(1);
  });

  it('of an employee are not taken away by an empty body, which is no form of an unknown one', async () => {
    const { ratingsByEmployees } = setUp({ unknownEmployee: 'empty' });
    await expect(ratingsByEmployees.read(['999'], WALK)).rejects.toMatchObject({ code: 'UNREADABLE' });
  });

  it('of another employee are never returned', async () => {
    const { ratingsByEmployees, simulator, drift } = setUp();
    simulator.addFault({ shape: { kind: 'drift', path: 'employeeId', value: 1000002 } });
    await expect(ratingsByEmployees.read(['1000001'], WALK)).rejects.toMatchObject({
      code: 'UNREADABLE',
      providerCode: 'FILTER_IGNORED',
      retryable: false,
    });
    expect(simulator.journal).toHaveLength(1);
    expect(drift).toHaveLength(1);
  });

  it('work by employee where the bulk read is not there, and the walk says so', async () => {
    const { ratings, ratingsByEmployees } = setUp({ offersProfiles: false });
    await expect(all(ratings.walk(WALK))).rejects.toMatchObject({ code: 'NOT_OFFERED' });
    expect((await ratingsByEmployees.read(['1000001'], WALK)).length).toBeGreaterThan(3);
  });

  it('of an employee whose skills cannot be read are left out, with a note', async () => {
    const { ratings, simulator, drift } = setUp();
    simulator.addFault({ shape: { kind: 'drift', path: 'items.0.skills', value: 'none' }, times: 1 });
    const rows = rowsOf(await all(ratings.walk(WALK)));
    expect(rows.some(({ employeeId }) => employeeId === '1000001')).toBe(false);
    expect(rows.some(({ employeeId }) => employeeId === '1000002')).toBe(true);
    expect(drift).toEqual([{ operation: 'ratings', path: 'items.*.skills', expected: 'array', found: 'string' }]);
  });
});

describe('tolerance', () => {
  it.each([
    ['byteOrderMark'],
    ['idsAsText'],
    ['unknownFields'],
    ['driftingTotal'],
    ['repeatedRows'],
    ['missingMarkers'],
  ])('of %s leaves every row as it is', async (name) => {
    const plain = setUp();
    const faulty = setUp();
    faulty.simulator.addFault({ shape: { kind: 'vendor', name } });
    expect(rowsOf(await all(faulty.employees.walk(WALK)))).toEqual(rowsOf(await all(plain.employees.walk(WALK))));
    expect(rowsOf(await all(faulty.skills.walk(WALK)))).toEqual(rowsOf(await all(plain.skills.walk(WALK))));
    expect(rowsOf(await all(faulty.ratings.walk(WALK)))).toEqual(rowsOf(await all(plain.ratings.walk(WALK))));
    expect(faulty.simulator.journal).toHaveLength(plain.simulator.journal.length);
    expect(faulty.drift).toEqual([]);
  });

  it.each([
    ['a gateway’s page', { kind: 'vendor', name: 'htmlPage' }],
    ['half an answer', { kind: 'truncate' }],
    ['an empty body in place of a list', { kind: 'emptyBody' }],
    ['a list that is text', { kind: 'drift', path: 'items', value: 'many' }],
  ] as const)('ends with UNREADABLE at %s', async (_, shape) => {
    const { ratings, simulator } = setUp();
    simulator.addFault({ shape });
    await expect(all(ratings.walk(WALK))).rejects.toMatchObject({ code: 'UNREADABLE' });
    expect(simulator.journal).toHaveLength(1);
  });

  it('ends with UNREADABLE where pages are promised for ever', async () => {
    const { skills, simulator } = setUp();
    simulator.addFault({ shape: { kind: 'vendor', name: 'endlessPages' } });
    await expect(all(skills.walk(WALK))).rejects.toMatchObject({ code: 'UNREADABLE', providerCode: 'ENDLESS_PAGES' });
    expect(simulator.journal).toHaveLength(2);
  });

  it('reads the JSON of any media type', async () => {
    const { skills } = setUp({ contentType: 'application/json; charset=utf-8' });
    expect(rowsOf(await all(skills.walk(WALK)))[0]).toMatchObject({ name: 'TypeScript', scale: DEFAULTS.scale });
  });

  it('comes back when the vendor says so after too many requests', async () => {
    const { skills, simulator } = setUp();
    simulator.addFault({ shape: { kind: 'status', status: 429, headers: { 'retry-after': '0' } }, times: 2 });
    expect(rowsOf(await all(skills.walk(WALK))).length).toBeGreaterThan(20);
    expect(simulator.journal.map(({ status }) => status)).toEqual([429, 429, 200]);
  });
});
