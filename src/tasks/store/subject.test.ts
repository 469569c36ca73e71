import { describe, expect, it } from 'vitest';
import type { EmployeeRow } from '../../domain/records.ts';
import type { ItemWrite } from '../task.ts';
import { overtakes, subjectOf } from './subject.ts';

const pair = { employeeId: 'e1', skillId: 's1' };
const value = { kind: 'number', value: 3 } as const;
const existing = { remoteId: 'e1' } as EmployeeRow;
const rate: ItemWrite = { operation: 'rate', write: { ...pair, value, scale: null } };
const bareTag: ItemWrite = { operation: 'assign', write: { ...pair, value: null, scale: null } };
const rated: ItemWrite = { operation: 'assign', write: { ...pair, value, scale: null } };
const remove: ItemWrite = { operation: 'remove', write: pair };
const create: ItemWrite = { operation: 'upsertEmployees', write: { workEmail: 'a@b.example', existing: null } };
const update: ItemWrite = { operation: 'upsertEmployees', write: { workEmail: 'a@b.example', existing } };
const status: ItemWrite = { operation: 'setStatus', write: { employeeId: 'e1', active: false, existing } };
const skill: ItemWrite = { operation: 'upsertSkills', write: { externalId: 'x1', name: 'Go', existing: null } };
const certificate: ItemWrite = {
  operation: 'addCertificates',
  write: { employeeId: 'e1', title: 'CKA', isStandard: false },
};

const subject = (work: ItemWrite) => subjectOf('t', 'hr', work);

describe('what an item writes to', () => {
  it('is one for all that is said of an employee and a skill', () => {
    expect(new Set([rate, bareTag, rated, remove].map(subject))).toEqual(new Set(['["t","hr","e1","s1"]']));
  });

  it('is one for all that changes a known employee record', () => {
    expect(subject(update)).not.toBeNull();
    expect(subject(update)).toBe(subject(status));
  });

  it('is one for the same external id of a skill', () => {
    const renamed: ItemWrite = {
      operation: 'upsertSkills',
      write: { externalId: 'x1', name: 'Golang', existing: null },
    };
    expect(subject(skill)).not.toBeNull();
    expect(subject(renamed)).toBe(subject(skill));
  });

  it('is nothing for a new employee and for a certificate', () => {
    expect([create, certificate].map(subject)).toEqual([null, null]);
  });

  it('differs by tenant, by integration, and by kind of thing whatever the ids are', () => {
    const named: ItemWrite = {
      operation: 'rate',
      write: { employeeId: 'employee', skillId: 'e1', value, scale: null },
    };
    const all = [subjectOf('t', 'hr', rate), subjectOf('u', 'hr', rate), subjectOf('t', 'crm', rate)];
    expect(new Set([...all, subject(named), subject(status), subject(skill)]).size).toBe(6);
  });
});

it('only what says everything overtakes', () => {
  expect([rate, rated, remove].map(overtakes)).toEqual([true, true, true]);
  expect([bareTag, create, update, status, skill, certificate].some(overtakes)).toBe(false);
});
