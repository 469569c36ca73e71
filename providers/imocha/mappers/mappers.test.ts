import { describe, expect, it } from 'vitest';
import type { DriftNote } from '../../../src/domain/ports.ts';
import type { EmployeeRow, RatingRow } from '../../../src/domain/records.ts';
import { fromEmployeeWrite, toEmployee, toSkill } from './mappers.ts';
import { ratingMapper } from './ratings.ts';
import { DEFAULTS, type TenantSettings } from '../settings.ts';

const EMPLOYEE: EmployeeRow = {
  remoteId: '1001',
  sourceId: null,
  name: 'Dana Example',
  givenName: null,
  familyName: null,
  workEmail: 'dana@example.test',
  employeeNumber: '00001001',
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
};

describe('toEmployee', () => {
  it('reads a profile, which has neither status nor HR data, and leaves the name whole', () => {
    const raw = {
      employeeId: 1001,
      externalEmployeeId: '00001001',
      email: ' dana@example.test ',
      fullName: 'Dana Example',
      skills: [],
    };
    expect(toEmployee(raw)).toEqual(EMPLOYEE);
  });

  it('reads a row of the list with its HR data', () => {
    const raw = {
      employeeId: '1001',
      email: 'dana@example.test',
      firstName: 'Dana',
      lastName: 'Example',
      fullName: null,
      jobCode: 'ENG-1',
      status: 'active',
      employeeHRMSInfo: {
        externalEmployeeId: '00001001',
        department: 'Engineering',
        location: ' ',
        managerEmail: 'boss@example.test',
        hireDate: '2019-04-01T00:00:00.000Z',
      },
    };
    expect(toEmployee(raw)).toEqual({
      ...EMPLOYEE,
      name: null,
      givenName: 'Dana',
      familyName: 'Example',
      status: 'ACTIVE',
      statusLabel: 'active',
      department: 'Engineering',
      managerEmail: 'boss@example.test',
      startDate: '2019-04-01',
      roleKeys: ['code:ENG-1'],
      employment: { jobCode: 'ENG-1' },
    });
  });

  it.each([
    ['in its own object', (hrms: object) => ({ employeeHRMSInfo: hrms })],
    ['at the top level', (hrms: object) => hrms],
  ])('reads the employment %s; what is shown empty is null, what is not shown is absent', (_, place) => {
    const shown = {
      exitDate: '2026-12-31T00:00:00.000Z',
      employmentType: ' Contract ',
      grade: '',
      customFieldWithValue: { Badge: 'B-7', Shoe: 42, Desk: null },
    };
    expect(toEmployee({ employeeId: 1001, ...place(shown) }).employment).toEqual({
      exitDate: '2026-12-31',
      employmentType: 'Contract',
      grade: null,
      customFields: { Badge: 'B-7', Shoe: '42' },
    });
  });

  it.each([
    ['no map', 'Badge'],
    ['a value that is no text', { Badge: 'B-7', Desk: {} }],
    ['more fields than are kept', Object.fromEntries(Array.from({ length: 201 }, (_, n) => [`f${n}`, 'x']))],
  ])('leaves custom fields with %s unread, since they could not be sent again', (_, customFieldWithValue) => {
    const raw = { employeeId: 1001, employeeHRMSInfo: { band: 'B', customFieldWithValue } };
    expect(toEmployee(raw).employment).toEqual({ band: 'B' });
  });

  it('reads HR data from the top level and activity from isActive where the documented places are empty', () => {
    const raw = {
      employeeId: 1001,
      email: 'dana@example.test',
      fullName: 'Dana Example',
      externalEmployeeId: '00001001',
      department: 'Engineering',
      managerEmail: 'boss@example.test',
      isActive: false,
    };
    expect(toEmployee(raw)).toEqual({
      ...EMPLOYEE,
      status: 'INACTIVE',
      statusLabel: 'inactive',
      department: 'Engineering',
      managerEmail: 'boss@example.test',
    });
  });

  it.each([[' E12 '], ['E12\u200b'], ['\ufeffE\u00ad12']])(
    'reads the external id %j trimmed, without what nobody sees',
    (id) => {
      const rows = [
        { employeeId: 1, externalEmployeeId: id },
        { employeeId: 1, employeeHRMSInfo: { externalEmployeeId: id } },
      ];
      expect(rows.map((raw) => toEmployee(raw).employeeNumber)).toEqual(['E12', 'E12']);
    },
  );

  it('keeps a status that nobody has heard of as a label', () => {
    const raw = { employeeId: 1001, status: 'On Sabbatical' };
    expect(toEmployee(raw)).toMatchObject({ status: null, statusLabel: 'On Sabbatical' });
  });

  it.each([[0], [null], ['0'], [{}]])('takes %j for no id', (employeeId) => {
    expect(() => toEmployee({ employeeId })).toThrow(expect.objectContaining({ path: 'employeeId', expected: 'id' }));
  });
});

const TAXONOMY_SKILL = {
  taxonomySkillId: 500001,
  externalId: 'TS-1',
  domain: { id: 41, name: 'Information Technology' },
  subdomain: { id: 210, name: 'Software Engineering' },
  skillCluster: { id: 1702, name: 'Programming' },
  skillClassification: { classificationId: 507, classificationName: 'Tool' },
  skill: { id: 700012, name: 'TypeScript', description: 'Typed JavaScript.' },
  displayName: 'TypeScript (house style)',
  description: null,
  isCritical: false,
  taxonomySkillTags: ['TS', { name: 'typescript' }, { tagName: 'ts-lang' }, 7],
  skillRubrics: null,
};

describe('toSkill', () => {
  it('has aliases without case, width and what nobody sees, and no synonym of its own name', () => {
    const raw = { taxonomySkillId: 1, externalId: ' T1\u200b', displayName: 'Ｃ\u200b++', taxonomySkillTags: ['c++'] };
    expect(toSkill(raw, DEFAULTS)).toMatchObject({ synonyms: [], aliases: ['external:T1', 'name:c++'] });
  });

  it('reads a taxonomy entry with its aliases in the order of the join', () => {
    expect(toSkill(TAXONOMY_SKILL, DEFAULTS)).toEqual({
      remoteId: '500001',
      sourceId: null,
      name: 'TypeScript (house style)',
      description: 'Typed JavaScript.',
      synonyms: ['TypeScript', 'TS', 'ts-lang'],
      scale: { kind: 'numeric', min: 0, max: 10, step: null },
      classification: {
        domain: 'Information Technology',
        subdomain: 'Software Engineering',
        cluster: 'Programming',
        category: 'Tool',
      },
      url: null,
      changedAt: null,
      aliases: ['external:TS-1', 'skill:700012', 'name:typescript (house style)', 'name:typescript'],
    });
  });

  it('joins by the taxonomy id where the tenant is configured so', () => {
    expect(
      toSkill({ ...TAXONOMY_SKILL, externalId: null }, { ...DEFAULTS, skillIdJoin: 'taxonomySkillId' }).aliases,
    ).toEqual(['taxonomy:500001', 'name:typescript (house style)', 'name:typescript']);
  });

  it('reads an entry of which only the id is there', () => {
    expect(toSkill({ taxonomySkillId: 5 }, DEFAULTS)).toEqual({
      remoteId: '5',
      sourceId: null,
      name: null,
      description: null,
      synonyms: [],
      scale: DEFAULTS.scale,
      classification: { domain: null, subdomain: null, cluster: null, category: null },
      url: null,
      changedAt: null,
      aliases: [],
    });
  });
});

const PROFILE_SKILL = {
  skill: {
    skillId: 700012,
    skillName: 'TypeScript',
    taxonomySkillExternalId: null,
    modifiedOn: '2026-03-02T10:15:00.5',
    skillClassification: { classificationId: 507, classificationName: 'Tool' },
  },
  selfValidationScore: 6,
  iMochaValidationScore: 8,
  managerValidationScore: null,
  weightedProficiencyScore: 7.2,
  multiRaterValidationScore: null,
  weightedAIInferenceScore: null,
  experienceInMonths: 30,
  aiInferredRatings: [],
  isJobProfileSkill: true,
  skillPriorirty: null,
  skillRequiredProficiency: 8,
  skillGapInPercentage: 10,
};

const RATING: RatingRow = {
  parts: ['1001', '700012', 'self'],
  employeeId: '1001',
  skillId: 'profile:700012',
  skillKeys: ['skill:700012', 'name:typescript'],
  skillName: 'TypeScript',
  skillScale: { kind: 'numeric', min: 0, max: 10, step: null },
  skillClassification: { domain: null, subdomain: null, cluster: null, category: 'Tool' },
  value: { kind: 'number', value: 6, scale: { kind: 'numeric', min: 0, max: 10, step: null } },
  source: 'SELF',
  sourceLabel: 'Self rating',
  remoteId: null,
  changedAt: '2026-03-02T10:15:00.500Z',
};

const number = (value: number): RatingRow['value'] => ({ kind: 'number', value, scale: DEFAULTS.scale });

const ratingsOf = (skills: unknown[], settings: TenantSettings = DEFAULTS, drift: DriftNote[] = []) =>
  ratingMapper(settings)({ employeeId: 1001, skills }, { operation: 'ratings', drift: (note) => drift.push(note) });

const UNRATED = {
  ...PROFILE_SKILL,
  selfValidationScore: null,
  iMochaValidationScore: null,
  weightedProficiencyScore: null,
};

describe('ratingMapper', () => {
  it('makes a row of each channel with a score', () => {
    expect(ratingsOf([PROFILE_SKILL])).toEqual([
      RATING,
      {
        ...RATING,
        parts: ['1001', '700012', 'assessment'],
        value: number(8),
        source: 'ASSESSMENT',
        sourceLabel: 'iMocha assessment',
      },
      {
        ...RATING,
        parts: ['1001', '700012', 'combined'],
        value: number(7.2),
        source: 'COMBINED',
        sourceLabel: 'Combined',
      },
    ]);
  });

  it('names every channel by who speaks in it', () => {
    const all = {
      ...PROFILE_SKILL,
      managerValidationScore: 5,
      multiRaterValidationScore: '4.5',
      weightedAIInferenceScore: 0,
    };
    expect(ratingsOf([all]).map(({ source, value }) => [source, value])).toEqual([
      ['SELF', number(6)],
      ['MANAGER', number(5)],
      ['ASSESSMENT', number(8)],
      ['PEER', number(4.5)],
      ['INFERRED', number(0)],
      ['COMBINED', number(7.2)],
    ]);
  });

  it('makes one bare row of a skill that nobody has rated', () => {
    const bare = { ...RATING, parts: ['1001', '700012', 'held'], value: null, source: 'OTHER', sourceLabel: 'iMocha' };
    expect(ratingsOf([UNRATED])).toEqual([bare]);
    expect(ratingsOf([{ skill: PROFILE_SKILL.skill }])).toEqual([bare]);
    expect(ratingsOf([{ ...UNRATED, selfValidationScore: 0, weightedProficiencyScore: 0 }])).toEqual([bare]);
  });

  it('takes a zero for a rating where the tenant says so, and always where others stand beside a combined zero', () => {
    const zero = { ...UNRATED, selfValidationScore: 0, weightedProficiencyScore: 0 };
    expect(ratingsOf([zero], { ...DEFAULTS, selfZero: 'rated' }).map(({ source }) => source)).toEqual([
      'SELF',
      'COMBINED',
    ]);
    const tested = { ...zero, iMochaValidationScore: 0 };
    expect(ratingsOf([tested]).map(({ source }) => source)).toEqual(['ASSESSMENT', 'COMBINED']);
  });

  it('offers the keys of the join in the documented order', () => {
    const skill = { ...PROFILE_SKILL.skill, taxonomySkillExternalId: 'TS-1', skillName: 'TYPEScript' };
    const keysOf = (settings: TenantSettings) => ratingsOf([{ ...PROFILE_SKILL, skill }], settings)[0]?.skillKeys;
    expect(keysOf(DEFAULTS)).toEqual(['external:TS-1', 'skill:700012', 'name:typescript']);
    expect(keysOf({ ...DEFAULTS, skillIdJoin: 'taxonomySkillId' })).toEqual([
      'external:TS-1',
      'taxonomy:700012',
      'name:typescript',
    ]);
  });

  it('leaves out a skill that cannot be read and notes it, and keeps its neighbour', () => {
    const drift: DriftNote[] = [];
    const rows = ratingsOf(
      [{ ...PROFILE_SKILL, skill: { skillName: 'Nameless' } }, 'junk', PROFILE_SKILL],
      DEFAULTS,
      drift,
    );
    expect(rows.map(({ parts }) => parts[2])).toEqual(['self', 'assessment', 'combined']);
    expect(drift).toEqual([
      { operation: 'ratings', path: 'items.*.skills.*.skill.skillId', expected: 'id', found: 'undefined' },
      { operation: 'ratings', path: 'items.*.skills.*', expected: 'object', found: 'string' },
    ]);
  });

  it('leaves out a score that is no number and notes it', () => {
    const drift: DriftNote[] = [];
    const rows = ratingsOf([{ ...PROFILE_SKILL, iMochaValidationScore: { score: 8 } }], DEFAULTS, drift);
    expect(rows.map(({ source }) => source)).toEqual(['SELF', 'COMBINED']);
    expect(drift).toEqual([
      { operation: 'ratings', path: 'items.*.skills.*.iMochaValidationScore', expected: 'number', found: 'object' },
    ]);
  });

  it('takes a skill listed twice once, and no skills for no rows', () => {
    expect(ratingsOf([PROFILE_SKILL, PROFILE_SKILL])).toHaveLength(3);
    const { skill } = PROFILE_SKILL;
    expect(ratingsOf([{ skill }, PROFILE_SKILL, { skill }])).toEqual(ratingsOf([PROFILE_SKILL]));
    expect(ratingsOf([{ skill }, { skill }])).toHaveLength(1);
    const parted = [
      { skill, selfValidationScore: 4 },
      { skill, managerValidationScore: 6, selfValidationScore: 5 },
    ];
    expect(ratingsOf(parted).map(({ sourceLabel, value }) => [sourceLabel, value])).toMatchObject([
      ['Self rating', { value: 4 }],
      ['Manager rating', { value: 6 }],
    ]);
    const read = ratingMapper(DEFAULTS);
    expect(read({ employeeId: 1, skills: null }, { operation: 'ratings', drift: () => {} })).toEqual([]);
    expect(() => read({ employeeId: 1, skills: 'none' }, { operation: 'ratings', drift: () => {} })).toThrow(
      expect.objectContaining({ path: 'skills' }),
    );
  });
});

describe('fromEmployeeWrite', () => {
  it('sends what is given, in the vendor’s words', () => {
    expect(
      fromEmployeeWrite({
        workEmail: ' dana@example.test ',
        employeeNumber: '00001001',
        givenName: 'Dana',
        familyName: 'Example',
        jobCode: 'ENG-1',
        department: 'Engineering',
        location: 'Lyon',
        managerEmail: 'boss@example.test',
        startDate: '2019-04-01',
        existing: null,
      }),
    ).toEqual({
      email: 'dana@example.test',
      firstName: 'Dana',
      lastName: 'Example',
      jobCode: 'ENG-1',
      employeeHRMSInfo: {
        externalEmployeeId: '00001001',
        department: 'Engineering',
        location: 'Lyon',
        managerEmail: 'boss@example.test',
        hireDate: '2019-04-01T00:00:00.000Z',
      },
    });
  });

  it('sends what is known again where a field is left out, and no status', () => {
    const existing = { ...EMPLOYEE, givenName: 'Dana', department: 'Engineering', status: 'ACTIVE' as const };
    expect(fromEmployeeWrite({ workEmail: 'dana@example.test', location: 'Lyon', existing })).toEqual({
      email: 'dana@example.test',
      firstName: 'Dana',
      employeeHRMSInfo: { externalEmployeeId: '00001001', department: 'Engineering', location: 'Lyon' },
    });
  });

  it('sends the former manager again where the new one is named by an id, which it cannot send', () => {
    const existing = { ...EMPLOYEE, employeeNumber: null, managerEmail: 'old@example.test' };
    expect(fromEmployeeWrite({ workEmail: 'dana@example.test', managerRemoteId: '7', existing })).toEqual({
      email: 'dana@example.test',
      employeeHRMSInfo: { managerEmail: 'old@example.test' },
    });
  });
});
