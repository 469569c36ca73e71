import { describe, expect, it } from 'vitest';
import type { DriftNote, EmployeeWrite, Ports, RatingWrite, WalkPage, WritePort } from '../../src/domain/ports.ts';
import type { RatingRow, SkillRow } from '../../src/domain/records.ts';
import { connect } from '../../src/integrations/connect.ts';
import { simulatorTransport } from '../../src/outbound/transport/undiciTransport.ts';
import type { Limits } from '../../src/outbound/limits.ts';
import { VirtualClock } from '../../src/lib/clock.ts';
import { createWorkforce } from '../../src/simulator/workforce.ts';
import { contract } from './contract.ts';
import { kombo } from './kombo.ts';
import { komboSimulator } from './simulator/simulator.ts';

const workforce = createWorkforce('test', { people: 60, skills: 40 });
const CALL = { purpose: 'request' } as const;

interface Setup {
  switches?: Record<string, unknown>;
  limits?: Partial<Limits>;
  people?: number;
  settings?: Record<string, string>;
}

function start({ switches, limits, people, settings: given }: Setup = {}) {
  const clock = new VirtualClock();
  const simulator = komboSimulator.create({
    workforce: people === undefined ? workforce : createWorkforce('test', { people, skills: 40 }),
    clock,
    limits: 'none',
    switches,
  });
  const drift: DriftNote[] = [];
  const { baseUrl, settings } = komboSimulator.settings('http://simulator');
  const connected = connect(
    kombo,
    { baseUrl, settings: { ...settings, ...given } },
    {
      name: 'kombo-main',
      transport: simulatorTransport(simulator, new URL(baseUrl).pathname),
      limits: { requestsPerSecond: null, attempts: 1, ...limits },
      onDrift: (note) => drift.push(note),
    },
  );
  // The card fills every port; a missing one fails the tests here.
  const ports = connected.ports as Required<Ports>;
  const calls = () => simulator.journal.map(({ method, path, status }) => `${method} ${path} ${status}`);
  const effects = () => simulator.journal.flatMap((entry) => entry.effects);
  const queries = () => simulator.journal.map((entry) => new URLSearchParams(entry.query));
  return { clock, simulator, ports, drift, calls, effects, queries };
}

async function all<Row>(walk: AsyncIterable<WalkPage<Row>>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of walk) rows.push(...page.rows);
  return rows;
}

const LIST_RATINGS = 'GET /v1/hris/skill-proficiency-ratings 200';
const POST_RATING = 'POST /v1/hris/skill-proficiency-ratings 200';
const POST_ASSIGNMENT = 'POST /v1/hris/employee-skill-assignments 200';

describe('walks', () => {
  it('employees: everybody, former records too, in one call', async () => {
    const { ports, calls } = start();
    const rows = await all(ports.employees.walk(CALL));
    const records = workforce.people.flatMap((person) => person.records.hr);
    expect(rows.map((row) => row.employeeNumber)).toEqual(records.map((record) => record.number));
    expect(calls()).toEqual(['GET /v1/hris/employees 200']);
    const person = workforce.people[9];
    const manager = rows.find((row) => row.remoteId === rows[9]?.managerRemoteId);
    expect(rows[9]).toMatchObject({
      sourceId: '9',
      name: `${rows[9]?.givenName} ${rows[9]?.familyName}`,
      workEmail: person?.records.hr[0]?.email,
      jobTitle: person?.jobTitle,
      startDate: person?.startDate,
      department: person?.department,
      location: person?.location,
      managerEmail: workforce.people[1]?.records.hr.at(-1)?.email,
    });
    expect(manager?.employeeNumber).toBe(workforce.people[1]?.records.hr.at(-1)?.number);
    expect(new Set(rows.map((row) => row.status))).toEqual(new Set(['ACTIVE', 'INACTIVE', 'LEAVE']));
  });

  it('employees: 250 to a page', async () => {
    const { ports, calls, queries } = start({ people: 600 });
    const rows = await all(ports.employees.walk(CALL));
    const expected = Math.ceil(rows.length / 250);
    expect([rows.length > 600, calls().length, expected]).toEqual([true, 3, 3]);
    expect(queries().map((query) => [query.get('page_size'), query.has('cursor')])).toEqual([
      ['250', false],
      ['250', true],
      ['250', true],
    ]);
  });

  it('skills: the catalogue with its scales', async () => {
    const { ports, calls } = start();
    const rows = await all(ports.skills.walk(CALL));
    expect(rows.map((row) => row.name)).toEqual(workforce.skills.flatMap((skill) => skill.names.hr ?? []));
    expect(rows.slice(0, 3).map((row) => [row.name, row.scale?.kind ?? null])).toEqual([
      ['TypeScript', 'numeric'],
      ['GraphQL', 'singleSelect'],
      ['JavaScript', null],
    ]);
    expect(calls()).toEqual(['GET /v1/hris/skills 200']);
  });

  it('ratings: every live row once, not kept', async () => {
    const { ports, calls } = start();
    const rows = await all(ports.ratings.walk(CALL));
    expect(ports.ratings.keep).toBe(false);
    expect(new Set(rows.map((row) => row.remoteId)).size).toBe(rows.length);
    expect(calls()).toEqual(Array.from({ length: Math.ceil(rows.length / 250) }, () => LIST_RATINGS));
  });

  it('a missing catalogue is not offered, and the rest stands', async () => {
    const { ports } = start({ switches: { skillsEndpoint: 'off', scaleInSkill: 'off' } });
    await expect(all(ports.skills.walk(CALL))).rejects.toMatchObject({ code: 'NOT_OFFERED', retryable: false });
    const rows = await all(ports.ratings.walk(CALL));
    expect(rows.some((row) => row.skillScale?.kind === 'singleSelect')).toBe(true);
  });

  it.each([
    ['SETUP_SYNC_PENDING', 'FIRST_SYNC_PENDING'],
    ['LEGACY_503', 'FIRST_SYNC_PENDING'],
    ['QA_FAILED', 'SETUP_INCOMPLETE'],
  ])('%s is %s after one call, however many tries there are', async (setupState, code) => {
    const { ports, calls } = start({ switches: { setupState }, limits: { attempts: 3 } });
    await expect(all(ports.employees.walk(CALL))).rejects.toMatchObject({ code });
    expect(calls().length).toBe(1);
  });

  it('a load balancer that fails once is asked again', async () => {
    const { ports, calls, simulator } = start({ limits: { attempts: 3 } });
    simulator.addFault({ shape: { kind: 'vendor', name: 'htmlUnavailable' }, times: 1 });
    expect((await all(ports.skills.walk(CALL))).length).toBeGreaterThan(0);
    expect(calls()).toEqual(['GET /v1/hris/skills 503', 'GET /v1/hris/skills 200']);
  });

  it.each([
    ['textBadGateway', 'UNAVAILABLE'],
    ['messageOnly', 'REJECTED'],
    ['unknownCode', 'REJECTED'],
    ['credentialExpired', 'UNAUTHENTICATED'],
    ['modelDisabled', 'NOT_OFFERED'],
  ])('%s is %s', async (name, code) => {
    const { ports, simulator } = start();
    simulator.addFault({ shape: { kind: 'vendor', name } });
    await expect(all(ports.employees.walk(CALL))).rejects.toMatchObject({ code });
  });

  it('a deleted record is left out', async () => {
    const { ports, simulator, drift } = start();
    const whole = await all(ports.employees.walk(CALL));
    const value = '2026-02-01T00:00:00.000Z';
    simulator.addFault({ shape: { kind: 'drift', path: 'data.results.3.remote_deleted_at', value } });
    expect(await all(ports.employees.walk(CALL))).toEqual(whole.toSpliced(3, 1));
    expect(drift).toEqual([]);
  });

  it('a record that cannot be read costs itself alone', async () => {
    const { ports, simulator, drift } = start();
    const whole = await all(ports.employees.walk(CALL));
    simulator.addFault({ shape: { kind: 'drift', path: 'data.results.3.id', value: { odd: true } } });
    const rows = await all(ports.employees.walk(CALL));
    expect(rows.map((row) => row.remoteId)).toEqual(whole.toSpliced(3, 1).map((row) => row.remoteId));
    expect(drift).toEqual([{ operation: 'employees', path: 'data.results.*.id', expected: 'id', found: 'object' }]);
  });

  it.each(contract.unknownEnums)('$port survives an unknown word at $shape.path', async ({ port, shape }) => {
    const { ports, simulator, drift } = start();
    const read = () =>
      port === 'skills'
        ? all(ports.skills.walk(CALL))
        : all(
            (port === 'employees' ? ports.employees : ports.ratings).walk(CALL) as AsyncIterable<WalkPage<RatingRow>>,
          );
    const before = await read();
    simulator.addFault({ shape });
    expect((await read()).length).toBe(before.length);
    expect(drift).toEqual([]);
  });
});

describe('ratings by employees', () => {
  it('gives the rows of those asked, each id asked once, none for nobody', async () => {
    const { ports, calls, queries } = start();
    const everything = await all(ports.ratings.walk(CALL));
    const ids = [...new Set(everything.map((row) => row.employeeId))].slice(0, 5);
    const before = calls().length;
    const rows = await ports.ratingsByEmployees.read([...ids, ...ids, 'nobody', ''], CALL);
    const idsOf = (list: RatingRow[]) => new Set(list.map((row) => row.remoteId));
    expect(idsOf(rows)).toEqual(idsOf(everything.filter((row) => ids.includes(row.employeeId))));
    expect(calls().slice(before)).toEqual([LIST_RATINGS]);
    expect(queries().at(-1)?.get('employee_ids')).toBe([...ids, 'nobody'].join(','));
  });

  it('sends nothing for no ids', async () => {
    const { ports, calls } = start();
    expect(await ports.ratingsByEmployees.read([], CALL)).toEqual([]);
    expect(await ports.ratingsByEmployees.read(['', 'a,b'], CALL)).toEqual([]);
    expect(calls()).toEqual([]);
  });

  it('asks for 100 employees in one call and follows their pages with the filter', async () => {
    const { ports, queries, simulator } = start({ people: 250 });
    const employees = await all(ports.employees.walk(CALL));
    simulator.journal.length = 0;
    const rows = await ports.ratingsByEmployees.read(
      employees.map((row) => row.remoteId),
      CALL,
    );
    const everything = await all(ports.ratings.walk(CALL));
    expect(new Set(rows.map((row) => row.remoteId))).toEqual(new Set(everything.map((row) => row.remoteId)));
    const reads = queries().filter((query) => query.has('employee_ids'));
    const sizes = (withCursor: boolean) =>
      reads
        .filter((query) => query.has('cursor') === withCursor)
        .map((query) => query.get('employee_ids')?.split(',').length);
    expect(sizes(false)).toEqual([100, 100, employees.length - 200]);
    expect(sizes(true).length).toBeGreaterThan(0);
    // No chunk costs more than its rows over 250, rounded up.
    expect(reads.length).toBeLessThanOrEqual(3 + Math.floor(rows.length / 250));
  });

  it('many chunks share one signal without a warning of a leak', async () => {
    const { ports, calls } = start();
    const warnings: Error[] = [];
    const note = (warning: Error) => warnings.push(warning);
    process.on('warning', note);
    try {
      const ids = Array.from({ length: 2_000 }, (_, index) => `nobody-${index}`);
      expect(await ports.ratingsByEmployees.read(ids, CALL)).toEqual([]);
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    } finally {
      process.off('warning', note);
    }
    expect(calls().length).toBe(20);
    expect(warnings).toEqual([]);
  });

  it('an ignored filter is noticed on the first page', async () => {
    const { ports, calls, drift } = start({ switches: { ratingsFilter: 'ignored' } });
    const [row] = await all(ports.ratings.walk(CALL));
    const before = calls().length;
    await expect(ports.ratingsByEmployees.read([row?.employeeId ?? ''], CALL)).rejects.toMatchObject({
      code: 'UNREADABLE',
      providerCode: 'FILTER_IGNORED',
      retryable: false,
    });
    expect(calls().length - before).toBe(1);
    expect(drift.map((note) => note.path)).toEqual(['data.results.*.employee_id']);
  });

  it('a filter that empties the list gives no rows', async () => {
    const { ports } = start({ switches: { ratingsFilter: 'empty' } });
    const [row] = await all(ports.ratings.walk(CALL));
    expect(await ports.ratingsByEmployees.read([row?.employeeId ?? ''], CALL)).toEqual([]);
  });

  it('an abort reaches the request under way and starts no other', async () => {
    const { ports, simulator, calls } = start();
    simulator.addFault({ shape: { kind: 'hang' } });
    const controller = new AbortController();
    const reading = ports.ratingsByEmployees.read(['a'], { ...CALL, signal: controller.signal });
    controller.abort(new Error('client left'));
    await expect(reading).rejects.toThrow('client left');
    await expect(ports.ratingsByEmployees.read(['a'], { ...CALL, signal: controller.signal })).rejects.toThrow(
      'client left',
    );
    expect(calls().length).toBeLessThanOrEqual(1);
  });
});

describe('a rating by its parts', () => {
  it('is asked for by its id, and null when nobody has it', async () => {
    const { ports, calls, queries } = start();
    const row = (await all(ports.ratings.walk(CALL)))[3];
    const before = calls().length;
    expect(await ports.ratingByParts.read(row?.parts ?? [], CALL)).toEqual(row);
    expect(await ports.ratingByParts.read(['nobody'], CALL)).toBeNull();
    expect(calls().slice(before)).toEqual([LIST_RATINGS, LIST_RATINGS]);
    expect(queries().at(-1)?.get('ids')).toBe('nobody');
    expect(await ports.ratingByParts.read([], CALL)).toBeNull();
    expect(await ports.ratingByParts.read(['a,b'], CALL)).toBeNull();
    expect(calls().length).toBe(before + 2);
  });
});

async function pair(ports: Required<Ports>, skillName: string) {
  const [employee] = await all(ports.employees.walk(CALL));
  const skill = (await all(ports.skills.walk(CALL))).find((row) => row.name === skillName);
  if (!employee || !skill) throw new Error(`no employee or no ${skillName}`);
  return { employee, skill };
}

function optionOf(skill: SkillRow, place: number): string {
  return skill.scale?.kind === 'singleSelect' ? (skill.scale.options[place]?.optionId ?? '') : '';
}

/** A connection with an item ready to be written on TypeScript, 1 to 5. */
async function startWriting(setup: Setup = {}) {
  const started = start(setup);
  const { employee, skill } = await pair(started.ports, 'TypeScript');
  const item: RatingWrite = {
    employeeId: employee.remoteId,
    skillId: skill.remoteId,
    value: { kind: 'number', value: 4 },
    scale: skill.scale,
  };
  started.simulator.journal.length = 0;
  return { ...started, item, employee };
}

const one = async <Item, Row>(port: WritePort<Item, Row>, item: Item) => (await port.run([item], CALL))[0];

describe('rate', () => {
  it.each(['flat', 'nested'] as const)(
    'writes one row with a %s body and shows what was stored',
    async (ratingBody) => {
      const { ports, item, calls, effects } = await startWriting({
        settings: { ratingBody },
        switches: { ratingBody },
      });
      const result = await one(ports.rate, item);
      expect(result).toMatchObject({
        state: 'done',
        row: {
          employeeId: item.employeeId,
          skillId: item.skillId,
          value: { kind: 'number', value: 4 },
          source: 'EXTERNAL',
        },
        warnings: [],
      });
      expect(calls()).toEqual([POST_RATING]);
      expect(effects().length).toBe(1);
      const rows = await ports.ratingsByEmployees.read([item.employeeId], CALL);
      expect(rows).toContainEqual(result?.state === 'done' ? result.row : null);
    },
  );

  it('writes an option by its id', async () => {
    const { ports } = start();
    const { employee, skill } = await pair(ports, 'GraphQL');
    const value = { kind: 'option', optionId: optionOf(skill, 4) } as const;
    const ids = { employeeId: employee.remoteId, skillId: skill.remoteId };
    expect(await one(ports.rate, { ...ids, value, scale: skill.scale })).toMatchObject({
      state: 'done',
      row: { value: { kind: 'option', optionId: value.optionId, name: 'Expert' } },
    });
  });

  it('shows the source under which the system recorded it', async () => {
    const { ports, item } = await startWriting({ switches: { recordUnderSource: 'PEER_REVIEW' } });
    expect(await one(ports.rate, item)).toMatchObject({
      state: 'done',
      row: { source: 'OTHER', sourceLabel: 'PEER_REVIEW' },
    });
  });

  it('a rejected value fails and changes nothing', async () => {
    const { ports, item, effects, calls } = await startWriting({ limits: { attempts: 3 } });
    expect(await one(ports.rate, { ...item, value: { kind: 'number', value: 9 } })).toMatchObject({
      state: 'failed',
      error: { code: 'REJECTED', retryable: false, providerCode: 'PLATFORM.INPUT_INVALID' },
    });
    expect([effects(), calls().length]).toEqual([[], 1]);
  });

  it('a lost answer is repeated, which changes nothing more', async () => {
    const { ports, item, simulator, effects } = await startWriting({ limits: { attempts: 3 } });
    await one(ports.rate, { ...item, value: { kind: 'number', value: 1 } });
    simulator.addFault({ shape: { kind: 'answerLost' }, times: 1 });
    expect(await one(ports.rate, item)).toMatchObject({ state: 'done', row: { value: { value: 4 } } });
    expect(
      effects()
        .map((effect) => effect.change)
        .slice(1),
    ).toEqual(['updated', 'unchanged']);
  });

  it.each([
    [{ kind: 'answerLost' } as const, 'unknown', 'UNREACHABLE'],
    [{ kind: 'truncate' } as const, 'unknown', 'UNREADABLE'],
    [{ kind: 'emptyBody' } as const, 'unknown', 'UNREADABLE'],
    [{ kind: 'drift', path: 'data.employee_id' } as const, 'unknown', 'UNREADABLE'],
    [{ kind: 'status', status: 500 } as const, 'unknown', 'UNAVAILABLE'],
    [{ kind: 'status', status: 429 } as const, 'failed', 'RATE_LIMITED'],
    [{ kind: 'vendor', name: 'concurrencyLimit' } as const, 'failed', 'RATE_LIMITED'],
    [{ kind: 'vendor', name: 'actionNotAvailable' } as const, 'failed', 'NOT_OFFERED'],
  ])('%j ends %s with %s', async (shape, state, code) => {
    const { ports, item, simulator } = await startWriting();
    simulator.addFault({ shape });
    expect(await one(ports.rate, item)).toMatchObject({ state, error: { code } });
  });

  it('given up before sending throws, given up afterwards is unknown', async () => {
    const { ports, item, simulator, calls } = await startWriting();
    simulator.addFault({ shape: { kind: 'hang' } });
    const controller = new AbortController();
    const writing = ports.rate.run([item], { ...CALL, signal: controller.signal });
    controller.abort(new Error('shutting down'));
    expect(await writing).toMatchObject([{ state: 'unknown', error: { code: 'OUTCOME_UNKNOWN' } }]);
    const before = calls().length;
    await expect(ports.rate.run([item], { ...CALL, signal: controller.signal })).rejects.toThrow('shutting down');
    expect(calls().length).toBe(before);
  });
});

describe('assign', () => {
  async function accepted(setup: Setup = {}) {
    const started = await startWriting(setup);
    const result = await one(started.ports.assign, started.item);
    if (result?.state !== 'accepted') throw new Error(`not accepted: ${result?.state}`);
    const follow = () => started.ports.assign.follow?.(result.providerTaskId, started.item, CALL);
    return { ...started, result, follow };
  }

  it('is accepted, pending, then done with the stored row, in one effect', async () => {
    const { result, follow, clock, calls, effects, item } = await accepted();
    expect(await follow()).toEqual(result);
    clock.advance(1_500);
    expect(await follow()).toMatchObject({
      state: 'done',
      row: { employeeId: item.employeeId, value: { kind: 'number', value: 4 }, source: 'EXTERNAL' },
    });
    const poll = `GET /v1/hris/employee-skill-assignments/${result.providerTaskId} 200`;
    expect(calls()).toEqual([POST_ASSIGNMENT, poll, poll]);
    expect(effects().length).toBe(1);
  });

  it.each([
    ['item', { state: 'done', row: { value: { value: 4 } } }],
    ['id', { state: 'done', row: null, remoteId: expect.any(String) as string }],
  ])('reads a result that comes as %s', async (taskPayload, expected) => {
    const { follow, clock } = await accepted({ switches: { taskPayload } });
    clock.advance(1_500);
    expect(await follow()).toMatchObject(expected);
  });

  it('a failed item inside a completed task fails', async () => {
    const { follow, clock, simulator } = await accepted({ switches: { taskPayload: 'item' } });
    clock.advance(1_500);
    simulator.addFault({ shape: { kind: 'drift', path: 'data.data.*.status', value: 'FAILED' } });
    expect(await follow()).toMatchObject({ state: 'failed', error: { code: 'REJECTED' } });
  });

  it.each([
    ['INTEGRATION.AUTHENTICATION_INVALID', 'failed', 'UNAUTHENTICATED'],
    ['REMOTE.SERVICE_UNAVAILABLE', 'failed', 'UNAVAILABLE'],
    ['PLATFORM.TASK_TIMED_OUT', 'unknown', 'TIMEOUT'],
  ])('a task that ends with %s is %s with %s', async (taskFailureCode, state, code) => {
    const { follow, clock, effects } = await accepted({ switches: { failingTasks: 1, taskFailureCode } });
    clock.advance(1_500);
    expect(await follow()).toMatchObject({ state, error: { code, providerCode: taskFailureCode } });
    expect(effects()).toEqual([]);
  });

  it('a completed task whose row cannot be read is done all the same', async () => {
    const { follow, clock, simulator, drift } = await accepted();
    clock.advance(1_500);
    simulator.addFault({ shape: { kind: 'drift', path: 'data.data.skill_id', value: [] } });
    expect(await follow()).toMatchObject({ state: 'done', row: null });
    expect(drift).toEqual([{ operation: 'assignTask', path: 'data.data.skill_id', expected: 'id', found: 'array' }]);
  });

  it('a state that nobody has heard of counts as pending', async () => {
    const { follow, simulator, result, drift } = await accepted();
    simulator.addFault({ shape: { kind: 'drift', path: 'data.status', value: 'QUEUED' } });
    expect(await follow()).toEqual(result);
    expect(drift.length).toBe(1);
  });

  it('a forgotten task is not found', async () => {
    const { follow, clock } = await accepted();
    clock.advance(25 * 3_600_000);
    await expect(follow()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('a bare tag is sent without a value and stored as one', async () => {
    const { ports, item, clock } = await startWriting();
    const result = await one(ports.assign, { ...item, value: null });
    if (result?.state !== 'accepted') throw new Error('not accepted');
    clock.advance(1_500);
    expect(await ports.assign.follow?.(result.providerTaskId, item, CALL)).toMatchObject({
      state: 'done',
      row: { value: null },
    });
  });

  it('an older generation that answers at once is done at once', async () => {
    const { ports } = start({ switches: { assignmentMode: 'sync' } });
    const { employee, skill } = await pair(ports, 'GraphQL');
    const value = { kind: 'option', optionId: optionOf(skill, 0) } as const;
    const ids = { employeeId: employee.remoteId, skillId: skill.remoteId };
    expect(await one(ports.assign, { ...ids, value, scale: skill.scale })).toMatchObject({
      state: 'done',
      row: { value: { kind: 'option', name: 'Beginner' } },
    });
  });
});

describe('upsertEmployees', () => {
  const nia: EmployeeWrite = {
    workEmail: 'nia.new@example.test',
    givenName: 'Nia',
    familyName: 'Novak',
    jobTitle: 'Controller',
    startDate: '2026-04-01',
    existing: null,
  };

  it('creates and shows what was stored', async () => {
    const { ports, calls, effects } = start();
    expect(await one(ports.upsertEmployees, nia)).toMatchObject({
      state: 'done',
      row: { name: 'Nia Novak', workEmail: nia.workEmail, jobTitle: 'Controller', startDate: '2026-04-01' },
      warnings: [],
    });
    expect(calls()).toEqual(['POST /v1/hris/employees 200']);
    expect(effects()).toEqual([{ kind: 'employee', key: 'nia.new@example.test', change: 'created' }]);
  });

  it('somebody who is there already is a conflict', async () => {
    const { ports } = start();
    await one(ports.upsertEmployees, nia);
    expect(await one(ports.upsertEmployees, nia)).toMatchObject({ state: 'failed', error: { code: 'CONFLICT' } });
  });

  it('a known record is refused without a call', async () => {
    const { ports, calls } = start();
    const [existing] = await all(ports.employees.walk(CALL));
    const result = await one(ports.upsertEmployees, { ...nia, existing: existing ?? null });
    expect(result).toMatchObject({ state: 'failed', error: { code: 'NOT_OFFERED' } });
    expect(calls().length).toBe(1);
  });

  it('updates a known record where the system takes that, and keeps what the answer does not show', async () => {
    const { ports, calls, effects } = start({ settings: { employeePatch: 'on' }, switches: { employeePatch: 'on' } });
    const existing = (await all(ports.employees.walk(CALL))).find((row) => row.department !== null && row.workEmail);
    if (!existing?.workEmail) throw new Error('an employee with a department');
    const item: EmployeeWrite = { workEmail: existing.workEmail, jobTitle: 'Head of Clouds', existing };
    const result = await one(ports.upsertEmployees, item);
    const { changedAt: _, ...rest } = existing;
    expect(result).toMatchObject({ state: 'done', row: { ...rest, jobTitle: 'Head of Clouds' } });
    expect(calls().at(-1)).toBe(`PATCH /v1/hris/employees/${existing.remoteId} 200`);
    expect(effects()).toMatchObject([{ change: 'updated' }]);
    const [shown] = (await all(ports.employees.walk(CALL))).filter((row) => row.remoteId === existing.remoteId);
    expect(result).toMatchObject({ row: shown });
  });

  it('a system that takes no update says so, and one that is not known is refused', async () => {
    const { ports, simulator } = start({ settings: { employeePatch: 'on' } });
    const [existing] = await all(ports.employees.walk(CALL));
    if (!existing) throw new Error('an employee');
    const item: EmployeeWrite = { ...nia, existing };
    expect(await one(ports.upsertEmployees, item)).toMatchObject({ state: 'failed', error: { code: 'NOT_OFFERED' } });
    simulator.setSwitch('employeePatch', 'on');
    const gone = { ...item, existing: { ...existing, remoteId: 'gone' } };
    expect(await one(ports.upsertEmployees, gone)).toMatchObject({ state: 'failed', error: { code: 'REJECTED' } });
  });

  it('a lost answer is never repeated', async () => {
    const { ports, simulator, calls, effects } = start({ limits: { attempts: 3 } });
    simulator.addFault({ shape: { kind: 'answerLost' } });
    expect(await one(ports.upsertEmployees, nia)).toMatchObject({ state: 'unknown', error: { code: 'UNREACHABLE' } });
    expect([calls().length, effects().length]).toEqual([1, 1]);
  });
});

describe('the card', () => {
  const KEY = { KOMBO_API_KEY: 'ks_dev_x', KOMBO_INTEGRATION_ID: 'sandbox:y' };

  it('is absent when nothing is set, blank included', () => {
    expect(kombo.readEnvironment({ KOMBO_API_KEY: '', KOMBO_BASE_URL: ' ' })).toEqual({ state: 'absent' });
  });

  it('is configured by its two credentials', () => {
    expect(kombo.readEnvironment(KEY)).toEqual({
      state: 'configured',
      integration: {
        baseUrl: 'https://api.kombo.dev/v1',
        settings: {
          apiKey: 'ks_dev_x',
          integrationId: 'sandbox:y',
          ratingBody: 'flat',
          skillWrites: 'managed',
          employeePatch: 'off',
        },
      },
    });
    expect(
      kombo.readEnvironment({ ...KEY, KOMBO_BASE_URL: 'http://127.0.0.1:4101/v1/', KOMBO_RATING_BODY: 'nested' }),
    ).toMatchObject({ integration: { baseUrl: 'http://127.0.0.1:4101/v1', settings: { ratingBody: 'nested' } } });
  });

  it.each([
    [{ KOMBO_BASE_URL: 'https://api.us.kombo.dev/v1' }, ['KOMBO_API_KEY is', 'KOMBO_INTEGRATION_ID is']],
    [{ KOMBO_API_KEY: 'k' }, ['KOMBO_INTEGRATION_ID is']],
    [{ KOMBO_INTEGRATION_ID: 'i' }, ['KOMBO_API_KEY is']],
    [{ ...KEY, KOMBO_BASE_URL: 'api.kombo.dev' }, ['KOMBO_BASE_URL is']],
    [{ ...KEY, KOMBO_BASE_URL: 'ftp://api.kombo.dev' }, ['KOMBO_BASE_URL is']],
    [{ ...KEY, KOMBO_RATING_BODY: 'round' }, ['KOMBO_RATING_BODY is']],
    [{ ...KEY, KOMBO_SKILL_WRITES: 'many' }, ['KOMBO_SKILL_WRITES is']],
    [{ ...KEY, KOMBO_EMPLOYEE_PATCH: 'yes' }, ['KOMBO_EMPLOYEE_PATCH is']],
    [{ ...KEY, KOMBO_API_KEY: 'two words' }, ['KOMBO_API_KEY holds']],
  ])('refuses %j, naming each variable once', (environment, beginnings) => {
    const reading = kombo.readEnvironment(environment);
    const complaints = reading.state === 'refused' ? reading.complaints : [];
    expect(complaints.map((complaint) => complaint.split(' ').slice(0, 2).join(' '))).toEqual(beginnings);
  });

  it('sends the credentials as headers', () => {
    const { integration } = kombo.readEnvironment(KEY) as { integration: Parameters<typeof kombo.upstream>[0] };
    expect(kombo.upstream(integration).headers).toEqual({
      authorization: 'Bearer ks_dev_x',
      'x-integration-id': 'sandbox:y',
      accept: 'application/json',
    });
  });
});
