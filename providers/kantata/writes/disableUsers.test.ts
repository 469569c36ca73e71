import { describe, expect, it } from 'vitest';
import type { StatusWrite } from '../../../src/domain/ports.ts';
import type { EmployeeRow } from '../../../src/domain/records.ts';
import { REQUEST, rig, rowsOf } from '../testRig.ts';

const LIST = 'GET /users';
const disableOf = ({ remoteId }: EmployeeRow) => `PUT /account_memberships/${4_000_000 + Number(remoteId)}/disable`;
const leaving = (existing: EmployeeRow, active = false): StatusWrite => ({
  employeeId: existing.remoteId,
  active,
  existing,
});

async function people(bench: ReturnType<typeof rig>) {
  const rows = await rowsOf(bench.ports.employees);
  bench.calls();
  const [first, second] = rows.filter(({ status }) => status === 'ACTIVE').slice(3);
  const gone = rows.find(({ status }) => status === 'INACTIVE');
  if (!first || !second || !gone) throw new Error('too few people');
  return { first, second, gone };
}

describe('setting a status', () => {
  it('disables the account memberships of active people and skips inactive ones', async () => {
    const bench = rig();
    const { first, second, gone } = await people(bench);
    const results = await bench.ports.setStatus.run([leaving(first), leaving(gone), leaving(second)], REQUEST);
    expect(results).toEqual([
      { state: 'done', row: { ...first, status: 'INACTIVE' }, remoteId: first.remoteId, warnings: [] },
      { state: 'skipped', row: gone, remoteId: gone.remoteId, warnings: [] },
      { state: 'done', row: { ...second, status: 'INACTIVE' }, remoteId: second.remoteId, warnings: [] },
    ]);
    expect(bench.calls().toSorted()).toEqual([LIST, disableOf(first), disableOf(second)].toSorted());
    const shown = await bench.ask('GET', `/users?on_my_account=true&only=${first.remoteId},${second.remoteId}`);
    expect(shown.body.count).toBe(0);
    const rows = await rowsOf(bench.ports.employees);
    expect(rows.find(({ remoteId }) => remoteId === first.remoteId)?.status).toBe('INACTIVE');
  });

  it('fails who is unknown, and whoever should be activated, alone', async () => {
    const bench = rig();
    const { first, second } = await people(bench);
    const results = await bench.ports.setStatus.run(
      [{ ...leaving(first), employeeId: '999999' }, leaving(second), leaving(first, true)],
      REQUEST,
    );
    expect(results).toMatchObject([
      { state: 'failed', error: { code: 'NOT_FOUND', retryable: false } },
      { state: 'done' },
      { state: 'failed', error: { code: 'NOT_OFFERED' } },
    ]);
    expect(bench.effects()).toEqual([`updated ${second.remoteId}`]);
  });

  it('takes a lost answer for done when the person is inactive now', async () => {
    const bench = rig();
    const { first } = await people(bench);
    bench.simulator.addFault({ shape: { kind: 'answerLost' }, method: 'PUT' });
    expect(await bench.ports.setStatus.run([leaving(first)], REQUEST)).toMatchObject([
      { state: 'done', row: { status: 'INACTIVE' } },
    ]);
    expect(bench.calls()).toEqual([LIST, disableOf(first), LIST]);
  });

  it.each([
    [403, 'failed', 'FORBIDDEN'],
    [404, 'failed', 'NOT_FOUND'],
    [503, 'unknown', 'UNAVAILABLE'],
  ])('ends on %i as %s', async (status, state, code) => {
    const bench = rig();
    const { first } = await people(bench);
    bench.simulator.addFault({ shape: { kind: 'status', status }, method: 'PUT' });
    expect(await bench.ports.setStatus.run([leaving(first)], REQUEST)).toMatchObject([{ state, error: { code } }]);
    expect(bench.effects()).toEqual([]);
  });
});
