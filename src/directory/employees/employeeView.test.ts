import { describe, expect, it } from 'vitest';
import { employeeRow } from '../../../test/support/fakes/fakeProvider.ts';
import { encodeId } from '../../domain/ids.ts';
import type { EmployeeRow } from '../../domain/records.ts';
import { EmployeeView, type EmployeeFilter } from './employeeView.ts';

const view = (...records: [integration: string, row: EmployeeRow][]) =>
  EmployeeView.of(
    records.map(([integration, row]) => ({ integration, row })),
    ['hr', 'talent'],
  );

const people = view(
  [
    'hr',
    employeeRow('1', {
      name: 'Léa Smith-Jones',
      workEmail: 'Lea@example.test',
      employeeNumber: '007',
      jobTitle: 'Data Engineer',
      status: 'ACTIVE',
      startDate: '2021-01-01',
      department: 'Data',
      location: 'Lyon',
    }),
  ],
  [
    'hr',
    employeeRow('2', {
      name: 'Bob Stone',
      workEmail: 'team@example.test',
      employeeNumber: '7',
      managerRemoteId: '1',
      status: 'LEAVE',
      startDate: '2019-01-01',
    }),
  ],
  [
    'hr',
    employeeRow('3', {
      name: 'Ann Reed',
      workEmail: 'team@example.test',
      managerEmail: 'lea@example.test',
      department: 'data',
    }),
  ],
  ['talent', employeeRow('t1', { name: 'Lea Smith-Jones', employeeNumber: '007', workEmail: 'lea.new@example.test' })],
  ['talent', employeeRow('t9', { name: null, managerEmail: 'team@example.test' })],
);
const names = (employees: readonly { displayName: string | null }[]) => employees.map(({ displayName }) => displayName);
const filtered = (filter: EmployeeFilter) => names(people.filter(people.all, filter));

describe('looking an employee up', () => {
  const lea = people.byRecord('hr', '1');

  it('goes by the global id of any record, and by no other id', () => {
    expect(people.byId(encodeId('Employee', 'talent', 't1'))).toBe(lea);
    for (const id of [encodeId('Skill', 'hr', '1'), encodeId('Employee', 'hr', '9'), encodeId('Employee', '1'), '']) {
      expect(people.byId(id)).toBeNull();
    }
  });

  it('goes by the address of any record, case ignored, and gives all who share it', () => {
    expect(people.byEmail('LEA@EXAMPLE.TEST')).toEqual([lea]);
    expect(people.byEmail('lea.new@example.test')).toEqual([lea]);
    expect(names(people.byEmail('team@example.test'))).toEqual(['Bob Stone', 'Ann Reed']);
    expect(people.byEmail('nobody@example.test')).toEqual([]);
  });

  it('goes by the number exactly, leading zeros included', () => {
    expect(people.byNumber('007')).toEqual([lea]);
    expect(names(people.byNumber('7'))).toEqual(['Bob Stone']);
    expect(people.byNumber('07')).toEqual([]);
  });
});

describe('managers', () => {
  it('are found by record and by address, within the integration that names them', () => {
    expect(names(people.reportsOf(people.all[2] ?? people.all[0]!))).toEqual(['Ann Reed', 'Bob Stone']);
  });

  it('are unknown when several share the address', () => {
    const staff = view(
      ['hr', employeeRow('1', { name: 'A B', workEmail: 'team@example.test' })],
      ['hr', employeeRow('2', { name: 'C D', workEmail: 'team@example.test' })],
      ['hr', employeeRow('3', { name: 'E F', managerEmail: 'team@example.test' })],
    );
    const report = staff.byRecord('hr', '3');
    expect(report).not.toBeNull();
    expect(report && staff.managerOf(report)).toBeNull();
  });

  it('are never the employee themselves', () => {
    const own = view([
      'hr',
      employeeRow('1', {
        name: 'A',
        managerRemoteId: '1',
        workEmail: 'a@example.test',
        managerEmail: 'a@example.test',
      }),
    ]);
    const [only] = own.all;
    expect(only && own.managerOf(only)).toBeNull();
  });

  it('come from the next record where the first names one that is not listed', () => {
    const staff = view(
      ['hr', employeeRow('1', { name: 'A B', employeeNumber: '1', managerRemoteId: 'gone' })],
      ['talent', employeeRow('t1', { name: 'A B', employeeNumber: '1', managerRemoteId: 't2' })],
      ['talent', employeeRow('t2', { name: 'C D' })],
    );
    const report = staff.byRecord('hr', '1');
    expect(report && staff.managerOf(report)?.displayName).toBe('C D');
  });
});

describe('filters', () => {
  it.each<[string, EmployeeFilter, (string | null)[]]>([
    ['nothing', {}, ['Ann Reed', 'Bob Stone', 'Léa Smith-Jones', null]],
    ['the beginning of a word of the name, marks and case ignored', { text: 'LEA' }, ['Léa Smith-Jones']],
    ['a part of a double name', { text: 'jones' }, ['Léa Smith-Jones']],
    ['several words, in any order and field', { text: 'engin smi' }, ['Léa Smith-Jones']],
    ['an address', { text: 'team@ex' }, ['Ann Reed', 'Bob Stone']],
    ['a number', { text: '007' }, ['Léa Smith-Jones']],
    ['no middle of a word', { text: 'tone' }, []],
    ['one word that fits and one that does not', { text: 'lea bob' }, []],
    ['status', { status: ['LEAVE', 'PENDING'] }, ['Bob Stone']],
    ['department, case ignored', { department: ['DATA', 'Sales'] }, ['Ann Reed', 'Léa Smith-Jones']],
    ['an empty department, which nobody has', { department: [''] }, []],
    ['location', { location: ['lyon'] }, ['Léa Smith-Jones']],
    ['integration', { integrations: ['talent'] }, ['Léa Smith-Jones', null]],
    ['manager', { managerId: encodeId('Employee', 'hr', '1') }, ['Ann Reed', 'Bob Stone']],
    ['a manager by another record', { managerId: encodeId('Employee', 'talent', 't1') }, ['Ann Reed', 'Bob Stone']],
    ['an unknown manager', { managerId: '' }, []],
    [
      'all together',
      { text: 'lea', status: ['ACTIVE'], department: ['data'], integrations: ['hr'] },
      ['Léa Smith-Jones'],
    ],
    ['an empty list', { status: [] }, []],
  ])('by %s', (_, filter, expected) => {
    expect(filtered(filter)).toEqual(expected);
  });
});

describe('the text filter', () => {
  it.each([
    ['राम', ['राम कुमार']],
    ['Łódź', ['Lodz Obrien']],
    ['obrien', ['Lodz Obrien', "Sean O'Brien"]],
    ['brien', ["Sean O'Brien"]],
    ['O’Brien', ['Lodz Obrien', "Sean O'Brien"]],
  ])('finds by %s', (text, expected) => {
    const crowd = ['राम कुमार', 'रीमा कुमार', "Sean O'Brien", 'Lodz Obrien'];
    const all = view(...crowd.map((name): [string, EmployeeRow] => ['hr', employeeRow(name, { name })]));
    expect(names(all.filter(all.all, { text }))).toEqual(expected);
  });
});

describe('orders', () => {
  it('have those without the value last, both ways', () => {
    expect(names(people.sortedBy('START_DATE', 'ASC')).slice(0, 2)).toEqual(['Bob Stone', 'Léa Smith-Jones']);
    expect(names(people.sortedBy('START_DATE', 'DESC')).slice(0, 2)).toEqual(['Léa Smith-Jones', 'Bob Stone']);
    expect(names(people.sortedBy('DISPLAY_NAME', 'DESC'))).toEqual(['Léa Smith-Jones', 'Bob Stone', 'Ann Reed', null]);
  });

  it('are made once', () => {
    expect(people.sortedBy('START_DATE', 'ASC')).toBe(people.sortedBy('START_DATE', 'ASC'));
    expect(people.sortedBy('DISPLAY_NAME', 'ASC')).toBe(people.all);
  });
});
