import { describe, expect, it } from 'vitest';
import type { Call, StatusWrite } from '../../../src/domain/ports.ts';
import type { EmployeeRow } from '../../../src/domain/records.ts';
import { connect } from '../../../src/integrations/connect.ts';
import { simulatorTransport } from '../../../src/outbound/transport/undiciTransport.ts';
import { VirtualClock } from '../../../src/lib/clock.ts';
import type { SimRequest } from '../../../src/simulator/simulator.ts';
import { createWorkforce } from '../../../src/simulator/workforce.ts';
import { imocha } from '../imocha.ts';
import { imochaSimulator } from '../simulator/simulator.ts';

const WORKFORCE = createWorkforce('test', { people: 60, skills: 40 });
const TASK: Call = { purpose: 'task' };

async function setUp(statusPatch: 'on' | 'off', switches: Record<string, unknown> = {}) {
  const simulator = imochaSimulator.create({
    workforce: WORKFORCE,
    clock: new VirtualClock(),
    limits: 'none',
    switches,
  });
  const integration = imochaSimulator.settings('http://simulator');
  const bodies: string[] = [];
  const seen = {
    ...simulator,
    handle(request: SimRequest) {
      bodies.push(request.body);
      return simulator.handle(request);
    },
  };
  const { ports } = connect(
    imocha,
    { ...integration, settings: { ...integration.settings, statusPatch } },
    { name: 'imocha-test', transport: simulatorTransport(seen, ''), limits: { requestsPerSecond: null, attempts: 1 } },
  );
  const { setStatus, employees } = ports;
  if (!setStatus || !employees) throw new Error('a port is missing');
  const everybody = async () => {
    const rows: EmployeeRow[] = [];
    for await (const page of employees.walk(TASK)) rows.push(...page.rows);
    return rows;
  };
  const rows = await everybody();
  const shared = new Set(rows.map((row) => row.workEmail).filter((email, index, all) => all.indexOf(email) !== index));
  const complete = rows.filter(
    (row) => row.status === 'ACTIVE' && row.employeeNumber !== null && !shared.has(row.workEmail),
  );
  const write = (index: number, more: Partial<EmployeeRow> = {}): StatusWrite => {
    const existing = complete[index];
    if (!existing) throw new Error('too few employees');
    return { employeeId: existing.remoteId, active: false, existing: { ...existing, ...more } };
  };
  simulator.journal.length = 0;
  bodies.length = 0;
  const calls = () => simulator.journal.map(({ method, path }) => `${method} ${path}`);
  const effects = () => simulator.journal.flatMap((entry) => entry.effects.map(({ change }) => change));
  return { simulator, setStatus, everybody, write, bodies, calls, effects };
}

describe('setStatus by upsert', () => {
  it('says the word and sends again all that is known, many in one call', async () => {
    const { setStatus, everybody, write, bodies, calls, effects } = await setUp('off');
    const items = [write(0), write(1)];
    expect(await setStatus.run(items, TASK)).toMatchObject([
      { state: 'done', row: null, remoteId: items[0]?.employeeId },
      { state: 'done', row: null, remoteId: items[1]?.employeeId },
    ]);
    expect(calls()).toEqual(['POST /employees/upsert']);
    expect(effects()).toEqual(['updated', 'updated']);
    const { workEmail, givenName, familyName, employeeNumber, department, location, managerEmail, startDate } =
      items[0]?.existing ?? ({} as EmployeeRow);
    expect((JSON.parse(bodies[0] ?? '') as unknown[])[0]).toEqual({
      email: workEmail,
      firstName: givenName,
      lastName: familyName,
      jobCode: expect.any(String) as string,
      status: 'inactive',
      employeeHRMSInfo: {
        externalEmployeeId: employeeNumber,
        department,
        location,
        ...(managerEmail === null ? {} : { managerEmail }),
        hireDate: `${startDate}T00:00:00.000Z`,
        employmentType: 'Full time',
      },
    });
    const after = await everybody();
    for (const { employeeId, existing } of items) {
      const row = after.find(({ remoteId }) => remoteId === employeeId);
      expect(row).toEqual({ ...existing, status: 'INACTIVE', statusLabel: 'inactive' });
    }
  });

  it('says what it cannot send again with the rest', async () => {
    const { setStatus, write } = await setUp('off');
    const unread = write(0, { employment: { employmentType: 'Full time', band: null } });
    expect(await setStatus.run([write(1), unread], TASK)).toMatchObject([
      { warnings: [] },
      {
        warnings: [
          expect.stringContaining('No read has shown the job code, the exit date, the grade, and the custom fields'),
        ],
      },
    ]);
  });

  it.each([
    ['no e-mail address', { workEmail: null }, 'no e-mail address'],
    ['no external id', { employeeNumber: null }, 'no external id'],
    ['a name that would have to be split', { givenName: null, familyName: null }, 'only the whole name'],
    ['half a name', { familyName: null }, 'only the whole name'],
  ])('refuses a record with %s, and sends the others', async (_, lacking, sentence) => {
    const { setStatus, write, calls, effects } = await setUp('off');
    const bad = write(0, lacking);
    expect(setStatus.refuses?.(bad)).toContain(sentence);
    expect(setStatus.refuses?.(write(1))).toBeNull();
    expect(await setStatus.run([bad, write(1)], TASK)).toMatchObject([
      { state: 'failed', error: { code: 'REJECTED', retryable: false } },
      { state: 'done' },
    ]);
    expect(effects()).toEqual(['updated']);
    expect(await setStatus.run([bad], TASK)).toMatchObject([{ state: 'failed' }]);
    expect(calls()).toHaveLength(1);
  });

  it('takes a person of one name, of which nothing is lost', async () => {
    const { setStatus, write } = await setUp('off');
    expect(setStatus.refuses?.(write(0, { name: 'Madonna', givenName: 'Madonna', familyName: null }))).toBeNull();
    expect(setStatus.refuses?.(write(0, { name: null, givenName: null, familyName: null }))).toBeNull();
  });

  it('does not know what became of one in neither list, nor calls another record done', async () => {
    const { setStatus, write, simulator } = await setUp('off');
    const shape = { kind: 'drift', path: 'successful.0', value: {} } as const;
    simulator.addFault({ shape, times: 1 });
    expect(await setStatus.run([write(0), write(1)], TASK)).toMatchObject([
      { state: 'unknown', error: { code: 'OUTCOME_UNKNOWN' } },
      { state: 'done' },
    ]);
    simulator.addFault({ shape: { kind: 'drift', path: 'successful.0.employeeId', value: 4711 }, times: 1 });
    expect(await setStatus.run([write(2)], TASK)).toMatchObject([
      { state: 'unknown', error: { code: 'OUTCOME_UNKNOWN' } },
    ]);
  });

  it('is not offered where the upsert is not there', async () => {
    const { setStatus, write } = await setUp('off', { offersUpsert: false });
    expect(await setStatus.run([write(0)], TASK)).toMatchObject([{ state: 'failed', error: { code: 'NOT_OFFERED' } }]);
  });
});

describe('setStatus by PATCH', () => {
  it.each(['record', 'empty', '204'])('touches nothing else, answered with %s', async (statusAnswer) => {
    const { setStatus, everybody, write, bodies, calls } = await setUp('on', { statusAnswer });
    // Nothing has to be known of the record.
    const item = write(0, { workEmail: null, employeeNumber: null, givenName: null });
    expect(setStatus.refuses).toBeUndefined();
    expect(await setStatus.run([item], TASK)).toEqual([
      { state: 'done', row: null, remoteId: item.employeeId, warnings: [] },
    ]);
    expect(calls()).toEqual([`PATCH /employees/${item.employeeId}/status`]);
    expect(bodies[0]).toBe('{"status":"inactive"}');
    const after = (await everybody()).find(({ remoteId }) => remoteId === item.employeeId);
    expect(after).toEqual({ ...write(0).existing, status: 'INACTIVE', statusLabel: 'inactive' });
  });

  it('is not found for somebody unknown, and not done where the answer says otherwise', async () => {
    const { setStatus, write, simulator } = await setUp('on');
    expect(await setStatus.run([{ ...write(0), employeeId: '1' }], TASK)).toMatchObject([
      { state: 'failed', error: { code: 'NOT_FOUND' } },
    ]);
    simulator.addFault({ shape: { kind: 'drift', path: 'status', value: 'active' } });
    expect(await setStatus.run([write(0)], TASK)).toMatchObject([{ state: 'failed', error: { code: 'REJECTED' } }]);
  });
});
