import { describe, expect, it } from 'vitest';
import { ratingRow } from '../../../test/support/fakes/fakeProvider.ts';
import type {
  Call,
  Ports,
  SetStatusPort,
  UpsertEmployeesPort,
  UpsertSkillsPort,
  WriteResult,
} from '../../domain/ports.ts';
import type { EmployeeRow, SkillRow } from '../../domain/records.ts';
import type { ItemWrite } from '../task.ts';
import { writerOf } from './writePortAdapter.ts';

const call: Call = { purpose: 'task' };
const rating = ratingRow('e', 's');
const employee = { remoteId: 'e9' } as EmployeeRow;
const skill = { remoteId: 's9' } as SkillRow;

const seen: unknown[] = [];
/** A port that is done with whatever it is given, and shows this row under this id. */
function port<Row>(row: Row | null, remoteId: string | null) {
  const result: WriteResult<Row> = { state: 'done', row, remoteId, warnings: [] };
  return {
    batchSize: 3,
    repeat: 'safe' as const,
    run: (items: readonly unknown[]) => {
      seen.push(...items);
      return Promise.resolve(items.map(() => result));
    },
  };
}

const abilities = { creates: true, updates: true, fields: [], required: [] };
const ports: Ports = {
  rate: port(rating, null),
  assign: port(null, null),
  remove: port(rating, 'r'),
  upsertEmployees: { ...port(null, 'e9'), ...abilities } satisfies UpsertEmployeesPort,
  setStatus: { ...port(employee, null), activates: true, deactivates: true } satisfies SetStatusPort,
  upsertSkills: { ...port(skill, null), ...abilities } satisfies UpsertSkillsPort,
  addCertificates: port(null, 'c9'),
};

const pair = { employeeId: 'e', skillId: 's' };
const works: ItemWrite[] = [
  { operation: 'rate', write: { ...pair, value: null, scale: null } },
  { operation: 'assign', write: { ...pair, value: null, scale: null } },
  { operation: 'remove', write: pair },
  { operation: 'upsertEmployees', write: { workEmail: 'a@example.com', existing: null } },
  { operation: 'setStatus', write: { employeeId: 'e9', active: false, existing: employee } },
  { operation: 'upsertSkills', write: { externalId: 'x', name: 'Go', existing: null } },
  { operation: 'addCertificates', write: { employeeId: 'e', title: 'CKA', isStandard: true } },
];

describe('a writer', () => {
  it('hands each operation’s item to its own port, and shows the outcome of its kind', async () => {
    const outcomes: unknown[] = [];
    for (const work of works) {
      const [result] = (await writerOf(ports, work.operation)?.run([work], call)) ?? [];
      outcomes.push(result?.state === 'done' ? result.outcome : result);
    }
    expect(seen).toEqual(works.map(({ write }) => write));
    expect(outcomes).toEqual([
      { kind: 'rating', row: rating },
      null,
      null,
      { kind: 'employee', remoteId: 'e9', row: null },
      { kind: 'employee', remoteId: 'e9', row: employee },
      { kind: 'skill', remoteId: 's9', row: skill },
      null,
    ]);
  });

  it('is absent where the integration lacks the port', () => {
    expect(works.map(({ operation }) => writerOf({}, operation))).toEqual(works.map(() => null));
    expect(writerOf(null, 'rate')).toBeNull();
  });

  it('refuses an item of another operation', async () => {
    const [rate] = works;
    const writer = writerOf(ports, 'remove');
    await expect(rate && writer?.run([rate], call)).rejects.toThrow('The port for remove was given a rate item.');
  });
});
