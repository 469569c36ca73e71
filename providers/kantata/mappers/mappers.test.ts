import { describe, expect, it } from 'vitest';
import { ShapeError, type Json } from '../../../src/outbound/payload/payload.ts';
import { readEnvelope } from '../envelope.ts';
import { toEmployee, toMembership, toRating, toSkill } from './mappers.ts';

/** What comes along with a record. */
const along = (maps: Json) => readEnvelope({ results: [], ...maps });

const reference = (fields: Json) => ({
  service_name: 'hris',
  service_model: 'Employee',
  subject_type: 'User',
  ...fields,
});

describe('a user', () => {
  const user = {
    id: '5',
    full_name: ' Ada Example ',
    email_address: 'ada@example.test',
    headline: 'Engineer',
    photo_path: null,
    account_membership_id: '41',
    manager_id: 9,
    external_reference_ids: ['81'],
  };
  const maps = {
    account_memberships: { 41: { id: '41', disabled_at: null } },
    external_references: { 81: reference({ service_model_ref: '00042' }) },
    users: { 9: { id: '9', full_name: 'Boss Example' } },
  };
  const row = {
    remoteId: '5',
    sourceId: null,
    name: 'Ada Example',
    givenName: null,
    familyName: null,
    workEmail: 'ada@example.test',
    employeeNumber: '00042',
    jobTitle: 'Engineer',
    status: 'ACTIVE',
    statusLabel: null,
    startDate: null,
    department: null,
    location: null,
    managerRemoteId: '9',
    managerEmail: null,
    url: null,
    changedAt: null,
  };
  const service = { externalService: null };

  it('becomes an employee', () => {
    expect(toEmployee(user, along(maps), service)).toEqual(row);
  });

  it.each([[' E12 '], ['E12\u200b'], ['\ufeffE\u00ad12']])(
    'has the number %j trimmed, without what nobody sees',
    (ref) => {
      const included = along({ ...maps, external_references: { 81: reference({ service_model_ref: ref }) } });
      expect(toEmployee(user, included, service).employeeNumber).toBe('E12');
    },
  );

  it('needs nothing but its id', () => {
    expect(toEmployee({ id: 5, headline: '  ', email_address: 'n/a' }, along({}), service)).toEqual({
      ...row,
      name: null,
      workEmail: null,
      employeeNumber: null,
      jobTitle: null,
      status: null,
      managerRemoteId: null,
    });
    expect(() => toEmployee({ full_name: 'Nobody' }, along({}), service)).toThrow(ShapeError);
  });

  it.each([
    [{ disabled_at: '2025-01-01T00:00:00-08:00' }, 'INACTIVE'],
    [{ disabled_at: null }, 'ACTIVE'],
    [{ disabled_at: '' }, 'ACTIVE'],
    [{ disabled_at: ' ' }, 'ACTIVE'],
    // Hidden by permission is absent (kantata.md#records).
    [{ permission: 'collaborator' }, null],
  ])('with the account membership %o is %s', (membership, status) => {
    const included = along({ account_memberships: { 41: membership } });
    expect(toEmployee(user, included, service).status).toBe(status);
  });

  it('finds its account membership and reference by their foreign keys where the lists of ids are missing', () => {
    const included = along({
      account_memberships: { 41: { user_id: 5, disabled_at: '2025-01-01T00:00:00Z' } },
      external_references: { 81: reference({ subject_id: 5, service_model_ref: 42 }) },
    });
    const { account_membership_id: _, external_reference_ids: __, ...bare } = user;
    expect(toEmployee(bare, included, service)).toMatchObject({ status: 'INACTIVE', employeeNumber: '42' });
  });

  it.each([
    ['two spellings of employee', null, { service_model: 'EmployeeRecord', service_name: 'payroll' }, null],
    ['one spelling of employee', null, { service_model: 'Contact', service_name: 'crm' }, 'one'],
    ['the configured service', 'payroll', { service_model: 'Worker', service_name: 'payroll' }, 'two'],
    ['no such service', 'absent', { service_model: 'Employee', service_name: 'payroll' }, null],
    ["another record's reference", null, { service_model: 'Employee', subject_type: 'Skill' }, 'one'],
  ])('with %s has the employee number that is certain', (_, externalService, second, number) => {
    const included = along({
      external_references: {
        81: reference({ service_model_ref: 'one' }),
        82: reference({ service_model_ref: 'two', ...second }),
      },
    });
    const person = { ...user, external_reference_ids: ['81', 82, '83'] };
    expect(toEmployee(person, included, { externalService }).employeeNumber).toBe(number);
  });
});

describe('a skill', () => {
  const skill = {
    id: '70',
    name: ' Go',
    max_level: '5',
    description: '',
    skill_category_id: '1',
    created_at: '2024-01-01T09:00:00-08:00',
    updated_at: '2024-06-01T09:00:00-07:00',
    external_reference_ids: ['82'],
  };
  const row = {
    remoteId: '70',
    sourceId: 'S-7',
    name: 'Go',
    description: null,
    synonyms: [],
    scale: { kind: 'numeric', min: 1, max: 5, step: 1 },
    classification: { domain: null, subdomain: null, cluster: null, category: 'Skill' },
    url: null,
    changedAt: '2024-06-01T16:00:00.000Z',
    aliases: [],
  };
  const maps = {
    skill_categories: { 1: { id: '1', name: 'Skill' } },
    external_references: { 82: { service_model_ref: 'S-7', subject_type: 'Skill' } },
  };

  it('becomes a skill with five levels', () => {
    expect(toSkill(skill, along(maps))).toEqual(row);
  });

  it.each(['1', 1, null, undefined, 'many'])('of max_level %o has no scale', (max_level) => {
    expect(toSkill({ ...skill, max_level }, along(maps))).toEqual({ ...row, scale: null });
  });

  it('without what it might bring along has no category and no source', () => {
    expect(toSkill(skill, along({}))).toEqual({ ...row, classification: null, sourceId: null });
  });
});

describe('a skill membership', () => {
  const membership = {
    id: '900',
    level: 3,
    max_level: 5,
    cached_skill_name: 'Golang',
    skill_id: '70',
    user_id: 5,
    creator_id: null,
    created_at: '2025-02-03T10:00:00-08:00',
    updated_at: '2025-02-03T10:00:00.250Z',
  };
  const scale = { kind: 'numeric', min: 1, max: 5, step: 1 };
  const row = {
    parts: ['900'],
    employeeId: '5',
    skillId: '70',
    skillKeys: null,
    skillName: 'Go',
    skillScale: scale,
    skillClassification: null,
    value: { kind: 'number', value: 3, scale },
    source: 'OTHER',
    sourceLabel: 'Kantata',
    remoteId: '900',
    changedAt: '2025-02-03T10:00:00.250Z',
  };
  const maps = { skills: { 70: { id: '70', name: 'Go ', max_level: '5' } } };

  it('becomes a rating', () => {
    expect(toRating(membership, along(maps))).toEqual(row);
  });

  it('keeps its own copy of the name where the skill is hidden', () => {
    expect(toRating(membership, along({}))).toEqual({ ...row, skillName: 'Golang' });
  });

  it.each([0, null, undefined, '', '0'])('at level %o is held and unrated', (level) => {
    expect(toRating({ ...membership, level }, along(maps))).toEqual({ ...row, value: null });
  });

  it('of an unlevelled skill is unrated whatever is stored', () => {
    const raw = { ...membership, level: 1, max_level: '1' };
    expect(toMembership(raw, along(maps))).toEqual({
      row: { ...row, skillScale: null, value: null },
      level: 1,
      maxLevel: 1,
    });
  });

  it('without a maximum takes that of the skill, else leaves the scale open', () => {
    const raw = { ...membership, max_level: null, level: '4' };
    expect(toRating(raw, along(maps))).toEqual({ ...row, value: { kind: 'number', value: 4, scale } });
    expect(toRating(raw, along({}))).toMatchObject({ skillScale: null, value: { value: 4, scale: null } });
  });

  it.each([
    ['skill_id', {}],
    ['user_id', null],
    ['level', 'high'],
  ])('with an unreadable %s is no rating', (field, value) => {
    expect(() => toRating({ ...membership, [field]: value }, along(maps))).toThrow(ShapeError);
  });
});

describe('an envelope', () => {
  it('gives the records of its results in their order and nothing else', () => {
    const envelope = readEnvelope({
      count: '2',
      results: [{ key: 'users', id: '9' }, { key: 'users', id: 5 }, { key: 'users', id: '7' }, 'nonsense'],
      users: { 5: { full_name: 'Five' }, 6: { id: '6', full_name: 'Manager' }, 9: { id: '9', full_name: 'Nine' } },
    });
    expect(envelope.records).toEqual([
      { id: '9', full_name: 'Nine' },
      { id: '5', full_name: 'Five' },
      undefined,
      undefined,
    ]);
    expect({ ids: envelope.ids, count: envelope.count, pageCount: envelope.pageCount }).toEqual({
      ids: ['9', '5', '7', null],
      count: 2,
      pageCount: null,
    });
  });

  it.each([null, [], {}, { results: {} }, { count: 0, users: {} }])('%o is none', (body) => {
    expect(() => readEnvelope(body)).toThrow(ShapeError);
  });
});
