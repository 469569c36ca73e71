import { describe, expect, it } from 'vitest';
import type { EmployeeWrite } from '../../../src/domain/ports.ts';
import type { EmployeeRow } from '../../../src/domain/records.ts';
import { REQUEST, rig, rowsOf } from '../testRig.ts';
import { fromEmployee } from './users.ts';

async function somebody(bench: ReturnType<typeof rig>): Promise<EmployeeRow & { workEmail: string }> {
  const row = (await rowsOf(bench.ports.employees)).find(({ employeeNumber }) => employeeNumber !== null);
  bench.calls();
  if (!row?.workEmail) throw new Error('nobody has a number and an e-mail');
  return { ...row, workEmail: row.workEmail };
}

describe('updating an employee', () => {
  it('stores the whole name and the job title in one call and shows the row', async () => {
    const bench = rig();
    const existing = await somebody(bench);
    const { workEmail, remoteId } = existing;
    const results = await bench.ports.upsertEmployees.run(
      [
        {
          workEmail: workEmail.toUpperCase(),
          givenName: 'Ada',
          familyName: 'Example',
          jobTitle: 'Architect',
          existing,
        },
      ],
      REQUEST,
    );
    expect(results).toEqual([
      {
        state: 'done',
        row: { ...existing, name: 'Ada Example', jobTitle: 'Architect' },
        remoteId,
        warnings: [],
      },
    ]);
    expect(bench.effects()).toEqual([`updated ${remoteId}`]);
    expect(bench.calls()).toEqual([`PUT /users/${remoteId}`]);
  });

  it('sends nothing when nothing but the same address is given', async () => {
    const bench = rig();
    const existing = await somebody(bench);
    const { workEmail, remoteId } = existing;
    const results = await bench.ports.upsertEmployees.run([{ workEmail, givenName: 'Ada', existing }], REQUEST);
    expect(results).toEqual([
      { state: 'skipped', row: existing, remoteId, warnings: [expect.stringMatching(/both names/)] },
    ]);
    expect(bench.calls()).toEqual([]);
  });

  it('creates nobody', async () => {
    const bench = rig();
    const results = await bench.ports.upsertEmployees.run([{ workEmail: 'new@example.test', existing: null }], REQUEST);
    expect(results).toMatchObject([{ state: 'failed', error: { code: 'NOT_OFFERED', retryable: false } }]);
    expect(bench.calls()).toEqual([]);
  });

  it.each([
    [404, 'failed', 'NOT_FOUND'],
    [422, 'failed', 'REJECTED'],
    [501, 'failed', 'NOT_OFFERED'],
    [503, 'unknown', 'UNAVAILABLE'],
  ])('ends on %i as %s', async (status, state, code) => {
    const bench = rig();
    const existing = await somebody(bench);
    bench.simulator.addFault({ shape: { kind: 'status', status }, method: 'PUT' });
    const write: EmployeeWrite = { workEmail: existing.workEmail, jobTitle: 'Architect', existing };
    expect(await bench.ports.upsertEmployees.run([write], REQUEST)).toMatchObject([{ state, error: { code } }]);
    expect(bench.effects()).toEqual([]);
  });

  it('sends an address only when it is another one', async () => {
    const existing = await somebody(rig());
    expect(fromEmployee({ workEmail: 'new@example.test', familyName: 'Only', existing })).toEqual({
      email_address: 'new@example.test',
    });
    expect(fromEmployee({ workEmail: existing.workEmail.toUpperCase(), jobTitle: 'Tester', existing })).toEqual({
      headline: 'Tester',
    });
  });
});
