import { beforeEach, describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, ratingRow, skillRow } from '../../test/support/fakes/fakeProvider.ts';
import { Directory } from '../directory/directory.ts';
import type { EmployeeWrite, SkillWrite } from '../domain/ports.ts';
import type { SkillRow } from '../domain/records.ts';
import { afterWrite } from './readYourWrites.ts';
import type { TaskItem } from './task.ts';

let directory: Directory;
let heard: unknown[][];

beforeEach(() => {
  directory = new Directory(['hr', 'talent'].map((name) => new FakeProvider({ name }).integration));
  heard = [];
});

type Written = Pick<TaskItem, 'integration' | 'outcome' | 'work'> & Partial<Pick<TaskItem, 'state'>>;

/** When it was stored. */
const AT = 1000;

function note(item: Written, at = AT) {
  const readers = new Map(
    ['hr', 'talent'].map((name) => [
      name,
      {
        written: (...told: unknown[]) => void heard.push([name, 'written', ...told]),
        removed: (...told: unknown[]) => void heard.push([name, 'removed', ...told]),
        doubted: (...told: unknown[]) => void heard.push([name, 'doubted', ...told]),
      },
    ]),
  );
  const rest = { index: 0, key: null, conversion: null, warnings: [], taskId: 't', position: 0, attempts: 1 };
  const ended = { state: 'SUCCEEDED', providerTaskId: null, problem: null } as const;
  afterWrite({ tenant: 'default', at, item: { ...rest, ...ended, ...item } }, { directory, readers });
}

const rated: Written['work'] = {
  operation: 'rate',
  write: { employeeId: '1', skillId: 'java', value: null, scale: null },
};
const removed: Written['work'] = { operation: 'remove', write: { employeeId: '1', skillId: 'java' } };
const upserted = (write: Partial<EmployeeWrite>): Written['work'] => ({
  operation: 'upsertEmployees',
  write: { workEmail: 'lea@example.test', existing: null, ...write },
});
const stored = (write: Partial<EmployeeWrite>) => {
  note({ integration: 'hr', work: upserted(write), outcome: { kind: 'employee', remoteId: '1', row: null } });
  return directory.employees.rowOf('hr', '1');
};

describe('after a write', () => {
  it('the reader of its integration hears of the rating, and when it was stored', () => {
    const row = ratingRow('1', 'java');
    note({ integration: 'talent', work: rated, outcome: { kind: 'rating', row } });
    expect(heard).toEqual([['talent', 'written', row, AT]]);
  });

  it('the reader hears of a removal, which shows nothing', () => {
    note({ integration: 'hr', work: removed, outcome: null });
    expect(heard).toEqual([['hr', 'removed', '1', 'java', AT]]);
  });

  it('the reader hears of one of which nobody knows whether it took effect, and nothing is shown of it', () => {
    for (const work of [rated, removed]) {
      note({ integration: 'hr', work, outcome: null, state: 'OUTCOME_UNKNOWN' });
      expect(heard.splice(0)).toEqual([['hr', 'doubted', '1', 'java', AT]]);
    }
    note({ integration: 'hr', work: upserted({}), outcome: null, state: 'OUTCOME_UNKNOWN' });
    expect([heard, directory.employees.all]).toEqual([[], []]);
  });

  it('the directory has the employee as the provider shows it, at once', () => {
    expect(directory.employees.all).toEqual([]);
    const row = employeeRow('7', { name: 'Lea Martin' });
    note({ integration: 'hr', work: upserted({}), outcome: { kind: 'employee', remoteId: '7', row } });
    expect(directory.employees.rowOf('hr', '7')).toEqual(row);
    expect(heard).toEqual([]);
  });

  it('nothing happens without an outcome, for a certificate, or in an integration that is gone', () => {
    const certificate = { employeeId: '1', title: 'First aid', isStandard: false };
    note({ integration: 'hr', work: rated, outcome: null });
    note({ integration: 'hr', work: { operation: 'addCertificates', write: certificate }, outcome: null });
    note({ integration: 'gone', work: rated, outcome: { kind: 'rating', row: ratingRow('1', 'java') } });
    note({ integration: 'gone', work: removed, outcome: null });
    note({ integration: 'gone', work: upserted({}), outcome: { kind: 'employee', remoteId: '1', row: null } });
    expect(heard).toEqual([]);
    expect(directory.employees.all).toEqual([]);
  });

  it('of long ago the directory keeps what a walk has read since', () => {
    const walked = employeeRow('1', { name: 'Read' });
    const skill = skillRow('s', { name: 'Read' });
    directory.putEmployees('hr', [walked], AT + 1);
    directory.putSkills('hr', [skill], AT + 1);
    const row = employeeRow('1', { name: 'Written' });
    note({ integration: 'hr', work: upserted({}), outcome: { kind: 'employee', remoteId: '1', row } });
    note({
      integration: 'hr',
      work: { operation: 'setStatus', write: { employeeId: '1', active: false, existing: walked } },
      outcome: null,
    });
    note({
      integration: 'hr',
      work: { operation: 'upsertSkills', write: { externalId: 's', name: 'Written', existing: skill } },
      outcome: { kind: 'skill', remoteId: 's', row: null },
    });
    expect(directory.employees.rowOf('hr', '1')).toEqual(walked);
    expect(directory.skills.all.map(({ name }) => name)).toEqual(['Read']);
  });
});

describe('a status that was set', () => {
  const existing = employeeRow('1', {
    name: 'Lea Martin',
    status: 'ACTIVE',
    statusLabel: 'Working',
    jobTitle: 'Clerk',
  });
  const work: Written['work'] = { operation: 'setStatus', write: { employeeId: '1', active: false, existing } };

  it('is that of the record as it is known by now', () => {
    directory.putEmployees('hr', [{ ...existing, jobTitle: 'Engineer' }], AT - 1);
    note({ integration: 'hr', work, outcome: { kind: 'employee', remoteId: '1', row: null } });
    expect(directory.employees.rowOf('hr', '1')).toEqual({
      ...existing,
      jobTitle: 'Engineer',
      status: 'INACTIVE',
      statusLabel: null,
    });
  });

  it('is known though the provider shows nothing, and as it shows it where it does', () => {
    note({ integration: 'hr', work, outcome: null });
    expect(directory.employees.rowOf('hr', '1')?.status).toBe('INACTIVE');
    const row = { ...existing, status: 'LEAVE', statusLabel: 'Ends in May' } as const;
    note({ integration: 'hr', work, outcome: { kind: 'employee', remoteId: '1', row } });
    expect(directory.employees.rowOf('hr', '1')).toEqual(row);
  });
});

describe('a skill that was written', () => {
  const write = { externalId: 'x1', name: 'Rust', description: 'A language', category: 'Tools' };
  const after = (change: Partial<SkillWrite>, row: SkillRow | null = null) => {
    const work = { operation: 'upsertSkills', write: { ...write, existing: null, ...change } } as const;
    note({ integration: 'hr', work, outcome: { kind: 'skill', remoteId: 's1', row } });
    return directory.skills.byRecord('hr', 's1')?.skill.records[0]?.row;
  };

  it('is as the provider shows it', () => {
    const row = skillRow('s1', { name: 'Rust, as stored' });
    expect(after({}, row)).toEqual(row);
  });

  it('is what was written where the provider answers by id alone', () => {
    expect(after({})).toEqual(
      skillRow('s1', {
        name: 'Rust',
        sourceId: 'x1',
        description: 'A language',
        scale: null,
        classification: { domain: null, subdomain: null, cluster: null, category: 'Tools' },
      }),
    );
  });

  it('keeps what was known and not written', () => {
    const classification = { domain: 'IT', subdomain: null, cluster: null, category: 'Old' };
    const existing = skillRow('s1', {
      name: 'Rst',
      sourceId: 'known',
      synonyms: ['rs'],
      classification,
      aliases: ['a'],
    });
    expect(after({ existing, description: undefined })).toEqual({
      ...existing,
      name: 'Rust',
      classification: { ...classification, category: 'Tools' },
    });
    expect(after({ existing, rated: false })?.scale).toBeNull();
  });
});

describe('an employee whom the provider answers by id alone', () => {
  it('is what was written', () => {
    const write = {
      employeeNumber: '1',
      givenName: 'Lea',
      familyName: 'Martin',
      jobTitle: 'Engineer',
      department: 'Data',
      location: 'Lyon',
      startDate: '2026-01-01',
      managerRemoteId: '2',
      managerEmail: 'bob@example.test',
    };
    const employment = { jobCode: 'E-1', exitDate: '2027-01-01', grade: 'G7', customFields: { Badge: 'B-7' } };
    expect(stored({ ...write, ...employment })).toEqual(
      employeeRow('1', { ...write, name: 'Lea Martin', workEmail: 'lea@example.test', employment }),
    );
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

  it('keeps its role and employment, or the next write could not send them again', () => {
    const known = {
      ...existing,
      roleKeys: ['code:E-1'],
      employment: { jobCode: 'E-1', grade: null, band: 'B', customFields: { Badge: 'B-7', Desk: '4' } },
    };
    expect(stored({ existing: known, location: 'Lyon' })).toMatchObject({
      roleKeys: known.roleKeys,
      employment: known.employment,
    });
    const changed = stored({ existing: known, jobCode: 'E-2', grade: 'G7', customFields: { Desk: '5' } });
    expect(changed?.employment).toEqual({
      jobCode: 'E-2',
      grade: 'G7',
      band: 'B',
      customFields: { Badge: 'B-7', Desk: '5' },
    });
    // Those of the former role.
    expect(changed?.roleKeys).toBeUndefined();
  });

  it('has custom fields that are still unknown where those before were', () => {
    expect(stored({ existing, customFields: { Desk: '5' } })).not.toHaveProperty('employment');
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
