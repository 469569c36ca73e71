import { beforeEach, describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, ratingRow } from '../../test/support/fake-provider.ts';
import { Directory } from '../directory/directory.ts';
import type { EmployeeWrite } from '../domain/ports.ts';
import type { RatingRow } from '../domain/records.ts';
import { afterWrite } from './afterWrite.ts';
import type { TaskItem } from './task.ts';

let directory: Directory;
let heard: [integration: string, row: RatingRow][];

beforeEach(() => {
  directory = new Directory(['hr', 'talent'].map((name) => new FakeProvider({ name }).integration));
  heard = [];
});

type Written = Pick<TaskItem, 'integration' | 'outcome' | 'work'>;

function note(item: Written) {
  const readers = new Map(
    ['hr', 'talent'].map((name) => [name, { written: (row: RatingRow) => void heard.push([name, row]) }]),
  );
  afterWrite(item, { directory, readers });
}

const rated: Written['work'] = {
  operation: 'rate',
  write: { employeeId: '1', skillId: 'java', value: null, scale: null },
};
const upserted = (write: Partial<EmployeeWrite>): Written['work'] => ({
  operation: 'upsertEmployees',
  write: { workEmail: 'lea@example.test', existing: null, ...write },
});
const stored = (write: Partial<EmployeeWrite>) => {
  note({ integration: 'hr', work: upserted(write), outcome: { kind: 'employee', remoteId: '1', row: null } });
  return directory.employees.rowOf('hr', '1');
};

describe('after a write', () => {
  it('the reader of its integration hears of the rating', () => {
    const row = ratingRow('1', 'java');
    note({ integration: 'talent', work: rated, outcome: { kind: 'rating', row } });
    expect(heard).toEqual([['talent', row]]);
  });

  it('the directory has the employee as the provider shows it, at once', () => {
    expect(directory.employees.all).toEqual([]);
    const row = employeeRow('7', { name: 'Lea Martin' });
    note({ integration: 'hr', work: upserted({}), outcome: { kind: 'employee', remoteId: '7', row } });
    expect(directory.employees.rowOf('hr', '7')).toEqual(row);
    expect(heard).toEqual([]);
  });

  it('nothing happens without an outcome, or with one of an integration that is gone', () => {
    note({ integration: 'hr', work: rated, outcome: null });
    note({ integration: 'gone', work: rated, outcome: { kind: 'rating', row: ratingRow('1', 'java') } });
    expect(heard).toEqual([]);
    expect(directory.employees.all).toEqual([]);
  });
});

describe('an employee whom the provider answers by id alone', () => {
  it('is what was written', () => {
    const write = {
      employeeNumber: '1',
      givenName: 'Lea',
      familyName: 'Martin',
      jobTitle: 'Engineer',
      jobCode: 'E-1',
      department: 'Data',
      location: 'Lyon',
      startDate: '2026-01-01',
      managerRemoteId: '2',
      managerEmail: 'bob@example.test',
    };
    const { jobCode: _, ...shown } = write;
    expect(stored(write)).toEqual(employeeRow('1', { ...shown, name: 'Lea Martin', workEmail: 'lea@example.test' }));
  });

  const existing = employeeRow('1', {
    sourceId: 's1',
    name: 'Lea M. Martin',
    givenName: 'Lea',
    familyName: 'Martin',
    workEmail: 'old@example.test',
    employeeNumber: '1',
    status: 'ACTIVE',
    statusLabel: 'active',
    managerRemoteId: '2',
    managerEmail: 'bob@example.test',
    department: 'Data',
    url: 'https://hr.example.test/1',
    changedAt: '2026-01-01T00:00:00.000Z',
  });

  it('keeps what was known and not written', () => {
    expect(stored({ existing, department: 'Sales' })).toEqual({
      ...existing,
      workEmail: 'lea@example.test',
      department: 'Sales',
    });
  });

  it('has a new name from what was known and what was written', () => {
    expect(stored({ existing, familyName: 'Dupont' })).toMatchObject({
      name: 'Lea Dupont',
      givenName: 'Lea',
      familyName: 'Dupont',
    });
  });

  it('has one manager, not the address of the new beside the id of the old', () => {
    expect(stored({ existing, managerEmail: 'ann@example.test' })).toMatchObject({
      managerRemoteId: null,
      managerEmail: 'ann@example.test',
    });
  });
});
