import { describe, expect, it } from 'vitest';
import { fromAssignment, fromEmployee, fromRating, isDeleted, toEmployee, toRating, toSkill } from './mappers.ts';

const employee = {
  id: '26vafvWSRmbhNcxJYqjCzuJg',
  remote_id: '1001',
  employee_number: ' 00042 ',
  first_name: ' Ada ',
  last_name: 'Kaya',
  display_full_name: 'Ada B. Kaya',
  job_title: 'Engineer',
  work_email: 'Ada.Kaya@example.test',
  employment_status: 'ACTIVE',
  manager_id: 'boss',
  start_date: '2019-04-01T00:00:00.000Z',
  changed_at: '2026-02-03T04:05:06.007Z',
  remote_deleted_at: null,
  manager: { id: 'boss', work_email: 'boss@example.test' },
  groups: [
    { id: 't', remote_id: '1', name: 'Platform', type: 'TEAM' },
    { id: 'd', remote_id: '2', name: 'Engineering', type: 'DEPARTMENT' },
    { id: 'e', remote_id: '3', name: 'Other', type: 'DEPARTMENT' },
  ],
  work_location: { id: 'l', name: 'Berlin' },
};

const employeeRow = {
  remoteId: '26vafvWSRmbhNcxJYqjCzuJg',
  sourceId: '1001',
  name: 'Ada B. Kaya',
  givenName: 'Ada',
  familyName: 'Kaya',
  workEmail: 'Ada.Kaya@example.test',
  employeeNumber: '00042',
  jobTitle: 'Engineer',
  status: 'ACTIVE',
  statusLabel: 'ACTIVE',
  startDate: '2019-04-01',
  department: 'Engineering',
  location: 'Berlin',
  managerRemoteId: 'boss',
  managerEmail: 'boss@example.test',
  url: null,
  changedAt: '2026-02-03T04:05:06.007Z',
};

describe('toEmployee', () => {
  it('reads an employee with relations', () => {
    expect(toEmployee(employee)).toEqual(employeeRow);
  });

  it.each([[' E12 '], ['E12\u200b'], ['\ufeffE\u00ad12']])(
    'reads the number %j trimmed, without what nobody sees',
    (number) => {
      expect(toEmployee({ id: '1', employee_number: number }).employeeNumber).toBe('E12');
    },
  );

  it('joins the names, keeps a status it never heard of as a label, and reads the older teams', () => {
    const { groups, ...older } = employee;
    const raw = { ...older, display_full_name: null, employment_status: 'Garden Leave', teams: groups };
    expect(toEmployee(raw)).toEqual({
      ...employeeRow,
      name: 'Ada Kaya',
      status: null,
      statusLabel: 'Garden Leave',
    });
  });

  it('reads the least that is one: an id', () => {
    expect(toEmployee({ id: 7, work_email: 'no address', employee_number: 42, first_name: '  ' })).toEqual({
      remoteId: '7',
      sourceId: null,
      name: null,
      givenName: null,
      familyName: null,
      workEmail: null,
      employeeNumber: '42',
      jobTitle: null,
      status: null,
      statusLabel: null,
      startDate: null,
      department: null,
      location: null,
      managerRemoteId: null,
      managerEmail: null,
      url: null,
      changedAt: null,
    });
  });

  it('refuses a record without an id', () => {
    expect(() => toEmployee({ ...employee, id: null })).toThrow('id: expected id, found null');
  });
});

const skillRow = {
  remoteId: 's1',
  sourceId: '77',
  name: 'GraphQL',
  description: null,
  synonyms: [],
  scale: null,
  classification: null,
  url: null,
  changedAt: '2026-01-01T00:00:00.000Z',
  aliases: [],
};
const skill = {
  id: 's1',
  remote_id: '77',
  name: ' GraphQL ',
  description: ' ',
  changed_at: '2026-01-01T01:00:00+01:00',
};

describe('toSkill', () => {
  it.each([
    ['no scale', { proficiency_scale: null }, null],
    [
      'numbers with steps',
      { proficiency_scale: { id: 'x', remote_id: 'y', type: 'NUMERIC', min: 1, max: 5, step: 1 } },
      { kind: 'numeric', min: 1, max: 5, step: 1 },
    ],
    [
      'open and continuous numbers',
      { proficiency_scale: { id: 'x', remote_id: 'y', type: 'NUMERIC', min: 0, max: null, step: null } },
      { kind: 'numeric', min: 0, max: null, step: null },
    ],
    [
      'options in their order',
      {
        proficiency_scale: {
          type: 'SINGLE_SELECT',
          ordered_options: [
            { id: 'o1', remote_id: '1', name: 'Low' },
            { id: 'o2', remote_id: null, name: 'High' },
          ],
        },
      },
      {
        kind: 'singleSelect',
        options: [
          { optionId: 'o1', name: 'Low' },
          { optionId: 'o2', name: 'High' },
        ],
      },
    ],
    [
      'the level names of the first generation',
      { ordered_levels: ['Level 1', 'Level 2'] },
      {
        kind: 'singleSelect',
        options: [
          { optionId: 'Level 1', name: 'Level 1' },
          { optionId: 'Level 2', name: 'Level 2' },
        ],
      },
    ],
    ['a kind of scale that nobody has heard of', { proficiency_scale: { type: 'STARS', min: 1 } }, null],
    ['an empty list of levels', { ordered_levels: [] }, null],
  ])('reads %s', (_name, scale, expected) => {
    expect(toSkill({ ...skill, ...scale })).toEqual({ ...skillRow, scale: expected });
  });
});

const OPTIONS = [
  { id: 'o1', remote_id: '1', name: 'Low' },
  { id: 'o2', remote_id: null, name: 'High' },
];
const READ_OPTIONS = [
  { optionId: 'o1', name: 'Low' },
  { optionId: 'o2', name: 'High' },
];
const NAMED_OPTIONS = [
  { optionId: 'Low', name: 'Low' },
  { optionId: 'High', name: 'High' },
];
const rating = {
  id: 'r1',
  remote_id: null,
  employee_id: 'e1',
  skill_id: 's1',
  proficiency: null,
  rating_source: 'EXTERNAL',
  changed_at: '2022-08-07T14:01:29.196Z',
  remote_deleted_at: null,
};
const ratingRow = {
  parts: ['r1'],
  employeeId: 'e1',
  skillId: 's1',
  skillKeys: null,
  skillName: null,
  skillScale: null,
  skillClassification: null,
  value: null,
  source: 'EXTERNAL',
  sourceLabel: 'EXTERNAL',
  remoteId: 'r1',
  changedAt: '2022-08-07T14:01:29.196Z',
};

describe('toRating', () => {
  it('reads a bare tag', () => {
    expect(toRating(rating)).toEqual(ratingRow);
  });

  it.each([
    ['a bare number', 4, { kind: 'number', value: 4, scale: null }, null],
    ['a bare option id', 'o2', { kind: 'option', optionId: 'o2', name: null, options: null }, null],
    ['a number', { type: 'NUMERIC', value: 3.5 }, { kind: 'number', value: 3.5, scale: null }, null],
    ['a number as text', { type: 'NUMERIC', value: '3.5' }, { kind: 'number', value: 3.5, scale: null }, null],
    [
      'a number that repeats its scale',
      { type: 'NUMERIC', value: 3, min: 1, max: 5, step: 1 },
      { kind: 'number', value: 3, scale: { kind: 'numeric', min: 1, max: 5, step: 1 } },
      { kind: 'numeric', min: 1, max: 5, step: 1 },
    ],
    [
      'a selection with all options (the fourth generation)',
      { type: 'SINGLE_SELECT', options: OPTIONS, selected_option_id: 'o2' },
      { kind: 'option', optionId: 'o2', name: 'High', options: READ_OPTIONS },
      { kind: 'singleSelect', options: READ_OPTIONS },
    ],
    [
      'a selection alone (the newest)',
      { type: 'SINGLE_SELECT', selected_option_id: 'o2' },
      { kind: 'option', optionId: 'o2', name: null, options: null },
      null,
    ],
    [
      'a selection by name (the second generation)',
      { type: 'SINGLE_SELECT', ordered_options: ['Low', 'High'], value: 'High' },
      { kind: 'option', optionId: 'High', name: 'High', options: NAMED_OPTIONS },
      { kind: 'singleSelect', options: NAMED_OPTIONS },
    ],
    [
      'a selection whose value is the id of an option',
      { type: 'SINGLE_SELECT', options: OPTIONS, value: 'o1' },
      { kind: 'option', optionId: 'o1', name: 'Low', options: READ_OPTIONS },
      { kind: 'singleSelect', options: READ_OPTIONS },
    ],
    ['a type in another spelling', { type: 'score', value: 2 }, { kind: 'number', value: 2, scale: null }, null],
    ['a selection of nothing', { type: 'SINGLE_SELECT', selected_option_id: null }, null, null],
  ])('reads %s', (_name, proficiency, value, skillScale) => {
    expect(toRating({ ...rating, proficiency })).toEqual({ ...ratingRow, value, skillScale });
  });

  it('reads an assignment row of the first generation', () => {
    const raw = { id: 'r1', employee_id: 'e1', skill_id: 's1', current_level: 'Level 2' };
    expect(toRating(raw)).toEqual({
      ...ratingRow,
      value: { kind: 'option', optionId: null, name: 'Level 2', options: null },
      source: 'OTHER',
      sourceLabel: 'Kombo',
      changedAt: null,
    });
  });

  it.each([
    ['SELF', 'SELF', 'SELF'],
    ['manager', 'MANAGER', 'manager'],
    ['PEER_REVIEW', 'OTHER', 'PEER_REVIEW'],
    ['ASSESSMENT', 'OTHER', 'ASSESSMENT'],
    ['constructor', 'OTHER', 'constructor'],
  ])('reads the source %s as %s', (word, source, sourceLabel) => {
    expect(toRating({ ...rating, rating_source: word })).toEqual({ ...ratingRow, source, sourceLabel });
  });

  it.each([
    ['a missing skill', { skill_id: undefined }, 'skill_id: expected id'],
    ['a list as the value', { proficiency: [] }, 'proficiency: expected number, option or object, found array'],
    ['a word as the number', { proficiency: { type: 'NUMERIC', value: 'good' } }, 'proficiency.value: expected number'],
    [
      'an unreadable option',
      { proficiency: { options: [{}], selected_option_id: 'o1' } },
      'options.*: expected option',
    ],
  ])('refuses %s', (_name, change, message) => {
    expect(() => toRating({ ...rating, ...change })).toThrow(message);
  });
});

it('a row with remote_deleted_at is deleted', () => {
  expect([isDeleted(rating), isDeleted({ ...rating, remote_deleted_at: '2026-01-01T00:00:00.000Z' })]).toEqual([
    false,
    true,
  ]);
});

const ids = { employeeId: 'e1', skillId: 's1', scale: null };
const numeric = { ...ids, value: { kind: 'number' as const, value: 4 } };
const option = { ...ids, value: { kind: 'option' as const, optionId: 'o2' } };
const tag = { ...ids, value: null };
const rawIds = { employee_id: 'e1', skill_id: 's1' };

describe('what is sent', () => {
  it('ratings are flat with a bare value, or nested with a source', () => {
    expect([numeric, option, tag].map((item) => fromRating(item, 'flat'))).toEqual([
      { ...rawIds, proficiency: 4 },
      { ...rawIds, proficiency: 'o2' },
      rawIds,
    ]);
    expect([numeric, option, tag].map((item) => fromRating(item, 'nested'))).toEqual([
      { ...rawIds, rating: { rating_source: 'EXTERNAL', proficiency: 4 } },
      { ...rawIds, rating: { rating_source: 'EXTERNAL', proficiency: 'o2' } },
      { ...rawIds, rating: { rating_source: 'EXTERNAL' } },
    ]);
  });

  it('assignments carry an object with its type', () => {
    expect([numeric, option, tag].map(fromAssignment)).toEqual([
      { ...rawIds, proficiency: { type: 'NUMERIC', value: 4 } },
      { ...rawIds, proficiency: { type: 'SINGLE_SELECT', selected_option_id: 'o2' } },
      rawIds,
    ]);
  });

  it('an employee is sent in the words of the vendor, without what is not given', () => {
    const item = { workEmail: 'a@example.test', givenName: 'Ada', familyName: 'Kaya', existing: null };
    expect(JSON.parse(JSON.stringify(fromEmployee(item)))).toEqual({
      first_name: 'Ada',
      last_name: 'Kaya',
      work_email: 'a@example.test',
    });
  });
});
