import { describe, expect, it } from 'vitest';
import type { Call, EmployeeWrite } from '../../../src/domain/ports.ts';
import { connect } from '../../../src/integrations/connect.ts';
import { simulatorTransport } from '../../../src/outbound/transport/undiciTransport.ts';
import { VirtualClock } from '../../../src/lib/clock.ts';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import { employeeAsWritten } from '../../../src/tasks/storedRows.ts';
import { imocha } from '../imocha.ts';
import { imochaSimulator } from '../simulator/simulator.ts';

const WORKFORCE = createWorkforce('test', { people: 60, skills: 40 });
const TASK: Call = { purpose: 'task' };
const PERSON = WORKFORCE.people.find(({ records, trap }) => trap === null && records.talent.length === 1);

function setUp(switches: Record<string, unknown> = {}) {
  const simulator = imochaSimulator.create({
    workforce: WORKFORCE,
    clock: new VirtualClock(),
    limits: 'none',
    switches,
  });
  const { ports } = connect(imocha, imochaSimulator.settings('http://simulator'), {
    name: 'imocha-test',
    transport: simulatorTransport(simulator, ''),
    limits: { requestsPerSecond: null },
  });
  if (!ports.upsertEmployees || !ports.employees) throw new Error('a port is missing');
  const { upsertEmployees, employees } = ports;
  const everybody = async () => {
    const rows = [];
    for await (const page of employees.walk(TASK)) rows.push(...page.rows);
    return rows;
  };
  return { simulator, upsertEmployees, everybody, effects: () => simulator.journal.flatMap((entry) => entry.effects) };
}

const write = (workEmail: string, fields: Partial<EmployeeWrite> = {}): EmployeeWrite => ({
  workEmail,
  existing: null,
  ...fields,
});

const states = (results: readonly { state: string }[]) => results.map(({ state }) => state);

describe('upsertEmployees', () => {
  it('creates and updates in one call, and answers each with its id', async () => {
    const { upsertEmployees, everybody, simulator, effects } = setUp();
    const known = (await everybody()).find(({ workEmail }) => workEmail === PERSON?.records.talent[0]?.email);
    if (!known?.workEmail) throw new Error('nobody is known');
    simulator.journal.length = 0;
    const results = await upsertEmployees.run(
      [
        write('New.Person@example.test', { employeeNumber: '00777', givenName: 'New', familyName: 'Person' }),
        write(known.workEmail.toUpperCase(), { location: 'Oslo', existing: known }),
      ],
      TASK,
    );
    expect(results).toEqual([
      { state: 'done', row: null, remoteId: expect.stringMatching(/^10000\d\d$/) as string, warnings: [] },
      { state: 'done', row: null, remoteId: known.remoteId, warnings: [] },
    ]);
    expect(simulator.journal.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /employees/upsert']);
    expect(effects()).toEqual([
      { kind: 'employee', key: 'new.person@example.test', change: 'created' },
      { kind: 'employee', key: known.workEmail.toLowerCase(), change: 'updated' },
    ]);
    const after = await everybody();
    expect(after.find(({ employeeNumber }) => employeeNumber === '00777')).toMatchObject({
      name: 'New Person',
      status: 'ACTIVE',
    });
    expect(after.find(({ remoteId }) => remoteId === known.remoteId)).toEqual({
      ...known,
      location: 'Oslo',
      workEmail: known.workEmail.toUpperCase(),
    });
  });

  it('loses nothing that the directory knows where fields left out are cleared', async () => {
    const { upsertEmployees, everybody } = setUp({ upsertOmitted: 'replace' });
    const known = (await everybody()).find(({ workEmail }) => workEmail === PERSON?.records.talent[0]?.email);
    if (!known?.workEmail) throw new Error('nobody is known');
    await upsertEmployees.run([write(known.workEmail, { location: 'Oslo', existing: known })], TASK);
    expect((await everybody()).find(({ remoteId }) => remoteId === known.remoteId)).toEqual({
      ...known,
      location: 'Oslo',
    });
  });

  const EMPLOYMENT = {
    jobCode: WORKFORCE.people[0]?.jobCode,
    exitDate: '2027-06-30',
    employmentType: 'Contract',
    grade: 'G7',
    band: 'B',
    customFields: { Badge: 'B-7', Desk: '4' },
  };

  it.each(['nested', 'flat'])('clears nothing by a location alone, twice, in a list of shape %s', async (shape) => {
    const { upsertEmployees, everybody, simulator } = setUp({ upsertOmitted: 'replace', employeeShape: shape });
    const find = async () => (await everybody()).find(({ workEmail }) => workEmail === 'nova@example.test');
    const before = write('nova@example.test', { employeeNumber: 'N-1', givenName: 'Nova', familyName: 'Example' });
    await upsertEmployees.run([{ ...before, ...EMPLOYMENT, managerEmail: 'boss@example.test' }], TASK);
    const known = await find();
    expect(known?.employment).toEqual(EMPLOYMENT);
    if (!known) return;
    simulator.journal.length = 0;

    const moved = write('nova@example.test', { location: 'Oslo', existing: known });
    expect(await upsertEmployees.run([moved], TASK)).toMatchObject([{ state: 'done', warnings: [] }]);
    expect(await find()).toEqual({ ...known, location: 'Oslo' });

    // The second is of a record that the gateway knows from its own write alone.
    const existing = employeeAsWritten(known.remoteId, moved);
    const graded = write('nova@example.test', { grade: 'G8', customFields: { Desk: '5' }, existing });
    expect(await upsertEmployees.run([graded], TASK)).toMatchObject([{ state: 'done', warnings: [] }]);
    expect(await find()).toEqual({
      ...known,
      location: 'Oslo',
      employment: { ...EMPLOYMENT, grade: 'G8', customFields: { Badge: 'B-7', Desk: '5' } },
    });
    expect(simulator.journal.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  it('names what no read has shown, and so could not be sent again', async () => {
    const { upsertEmployees, everybody } = setUp({ offersEmployees: false });
    const profile = (await everybody()).find(({ workEmail }) => workEmail === PERSON?.records.talent[0]?.email);
    if (!profile?.workEmail) throw new Error('nobody is known');
    const name = { givenName: 'Nova', familyName: 'Example' };
    const results = await upsertEmployees.run(
      [write(profile.workEmail, { ...name, location: 'Oslo', grade: 'G7', existing: profile })],
      TASK,
    );
    expect(results).toMatchObject([
      {
        state: 'done',
        warnings: [
          expect.stringContaining(
            'No read has shown the job code, the exit date, the employment type, the band, the custom fields, ' +
              'the department, the manager, and the first day:',
          ),
        ],
      },
    ]);
  });

  it('refuses to take a whole name apart, and sends the others', async () => {
    const { upsertEmployees, everybody, simulator } = setUp({ offersEmployees: false });
    const profile = (await everybody()).find(({ workEmail }) => workEmail === PERSON?.records.talent[0]?.email);
    if (!profile?.workEmail) throw new Error('nobody is known');
    simulator.journal.length = 0;
    const nameless = write(profile.workEmail, { location: 'Oslo', existing: profile });
    expect(upsertEmployees.refuses?.(nameless)).toContain('only the whole name is known');
    expect(upsertEmployees.refuses?.({ ...nameless, givenName: 'Nova', familyName: 'Example' })).toBeNull();
    expect(await upsertEmployees.run([nameless, write('a@example.test')], TASK)).toMatchObject([
      { state: 'failed', error: { code: 'REJECTED', retryable: false } },
      { state: 'done' },
    ]);
    expect(simulator.journal).toHaveLength(1);
    expect(await upsertEmployees.run([nameless], TASK)).toMatchObject([{ state: 'failed' }]);
    expect(simulator.journal).toHaveLength(1);
  });

  it('fails a refused record alone', async () => {
    const { upsertEmployees, effects, simulator } = setUp();
    const results = await upsertEmployees.run(
      [
        write('a@example.test'),
        write('b@example.test', { jobCode: 'NOBODY-9' }),
        write('no address'),
        write('c@example.test'),
      ],
      TASK,
    );
    expect(states(results)).toEqual(['done', 'failed', 'failed', 'done']);
    const reason = 'The job code is unknown.';
    expect(results[1]).toMatchObject({ error: { code: 'REJECTED', retryable: false, providerMessage: reason } });
    expect(results[2]).toMatchObject({ error: { code: 'REJECTED', providerCode: 'INVALID_EMAIL' } });
    expect(effects().map(({ key }) => key)).toEqual(['a@example.test', 'c@example.test']);
    expect(simulator.journal).toHaveLength(1);
  });

  it('sends nothing where no address is one', async () => {
    const { upsertEmployees, simulator } = setUp();
    expect(states(await upsertEmployees.run([write(' ')], TASK))).toEqual(['failed']);
    expect(simulator.journal).toEqual([]);
  });

  it('sends two records of one address one after the other', async () => {
    const { upsertEmployees, effects, simulator } = setUp({ upsertDuplicates: 'fail' });
    const results = await upsertEmployees.run(
      [
        write('a@example.test', { location: 'Oslo' }),
        write('b@example.test'),
        write('A@example.test', { location: 'Rome' }),
      ],
      TASK,
    );
    expect(states(results)).toEqual(['done', 'done', 'done']);
    expect(effects().map(({ key, change }) => `${key} ${change}`)).toEqual([
      'a@example.test created',
      'b@example.test created',
      'a@example.test updated',
    ]);
    expect(simulator.journal).toHaveLength(2);
  });

  it('does not know what became of a record that the answer leaves out', async () => {
    const { upsertEmployees, simulator } = setUp();
    simulator.addFault({ shape: { kind: 'drift', path: 'successful.0.email', value: 'somebody@example.test' } });
    const results = await upsertEmployees.run([write('a@example.test'), write('b@example.test')], TASK);
    expect(states(results)).toEqual(['unknown', 'done']);
    expect(results[0]).toMatchObject({ error: { code: 'OUTCOME_UNKNOWN' } });
  });

  it.each([
    ['nothing at all', { kind: 'emptyBody' }, 'OUTCOME_UNKNOWN'],
    ['half an answer', { kind: 'truncate' }, 'UNREADABLE'],
    ['an answer of another shape', { kind: 'drift', path: 'successful', value: 3 }, 'UNREADABLE'],
  ] as const)('does not know what became of records answered by %s', async (_, shape, code) => {
    const { upsertEmployees, simulator, effects } = setUp();
    simulator.addFault({ shape });
    const results = await upsertEmployees.run([write('a@example.test'), write('b@example.test')], TASK);
    expect(results).toMatchObject([
      { state: 'unknown', error: { code } },
      { state: 'unknown', error: { code } },
    ]);
    expect(simulator.journal).toHaveLength(1);
    expect(effects()).toHaveLength(2);
  });

  it('repeats after a lost answer, and the record is there once', async () => {
    const { upsertEmployees, simulator, effects } = setUp();
    simulator.addFault({ shape: { kind: 'answerLost' }, times: 1 });
    expect(states(await upsertEmployees.run([write('a@example.test')], TASK))).toEqual(['done']);
    expect(simulator.journal).toHaveLength(2);
    expect(effects().map(({ change }) => change)).toEqual(['created', 'unchanged']);
  });

  it.each([
    [400, 'failed', 'REJECTED', 1],
    [401, 'failed', 'UNAUTHENTICATED', 1],
    [403, 'failed', 'FORBIDDEN', 1],
    [404, 'failed', 'NOT_OFFERED', 1],
    [500, 'unknown', 'UNAVAILABLE', 3],
  ])('ends every record at %i as %s with %s', async (status, state, code, cost) => {
    const { upsertEmployees, simulator } = setUp();
    simulator.addFault({ shape: { kind: 'status', status } });
    const results = await upsertEmployees.run([write('a@example.test'), write('b@example.test')], TASK);
    expect(results).toMatchObject([
      { state, error: { code } },
      { state, error: { code } },
    ]);
    expect(simulator.journal).toHaveLength(cost);
  });

  it('sends nothing once aborted, and does not know what became of what was cut off', async () => {
    const { upsertEmployees, simulator } = setUp();
    const reason = new Error('stop');
    await expect(
      upsertEmployees.run([write('a@example.test')], { ...TASK, signal: AbortSignal.abort(reason) }),
    ).rejects.toBe(reason);
    expect(simulator.journal).toEqual([]);

    simulator.addFault({ shape: { kind: 'hang' } });
    const abort = new AbortController();
    const results = upsertEmployees.run([write('a@example.test')], { ...TASK, signal: abort.signal });
    setImmediate(() => abort.abort(reason));
    expect(await results).toMatchObject([{ state: 'unknown', error: { code: 'OUTCOME_UNKNOWN' } }]);
  });

  it('says that a manager named by an id alone was not sent', async () => {
    const { upsertEmployees } = setUp();
    const results = await upsertEmployees.run([write('a@example.test', { managerRemoteId: '1000001' })], TASK);
    expect(results).toMatchObject([{ state: 'done', warnings: [expect.stringContaining('manager') as string] }]);
  });
});
