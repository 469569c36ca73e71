import { describe, expect, it } from 'vitest';
import { employeeRow, skillRow } from '../../test/support/fakes/fakeProvider.ts';
import { employeeOf, skillOf } from './entities.ts';
import { encodeId } from './ids.ts';
import type { Member } from './matching/grouping.ts';

const member = <Row>(integration: string, row: Row): Member<Row> => ({ integration, row, rule: 'ANCHOR', link: null });

describe('an employee', () => {
  it('has each value from the first record that has it, and the id of the anchor', () => {
    const members = [
      member(
        'hr',
        employeeRow('1', { givenName: 'Lea', startDate: '2020-01-02', changedAt: '2026-01-01T00:00:00.000Z' }),
      ),
      member('talent', employeeRow('t1', { name: 'Lea Martin', workEmail: 'lea@example.test', givenName: 'L.' })),
      member('projects', employeeRow('p1', { workEmail: 'other@example.test', changedAt: '2026-02-01T00:00:00.000Z' })),
    ];
    expect(employeeOf({ members, conflicts: [] })).toEqual({
      kind: 'Employee',
      id: encodeId('Employee', 'hr', '1'),
      displayName: 'Lea',
      givenName: 'Lea',
      familyName: null,
      workEmail: 'lea@example.test',
      employeeNumber: null,
      jobTitle: null,
      status: null,
      startDate: '2020-01-02',
      department: null,
      location: null,
      changedAt: '2026-02-01T00:00:00.000Z',
      records: members,
      conflicts: [],
    });
  });

  it('is shown by its full name before its parts, and by none when no record has one', () => {
    const full = employeeRow('1', { name: 'Lea M. Martin', givenName: 'Lea', familyName: 'Martin' });
    expect(employeeOf({ members: [member('hr', full)], conflicts: [] }).displayName).toBe('Lea M. Martin');
    expect(employeeOf({ members: [member('hr', employeeRow('1'))], conflicts: [] }).displayName).toBeNull();
  });
});

describe('a skill', () => {
  it('has the first name, the first description and the synonyms of all, each once', () => {
    const members = [
      member('hr', skillRow('1', { name: null, synonyms: ['JS'] })),
      member('talent', skillRow('t1', { name: 'JavaScript', description: 'A language.', synonyms: ['JS', 'ES'] })),
    ];
    expect(skillOf({ members, conflicts: [] })).toEqual({
      kind: 'Skill',
      id: encodeId('Skill', 'hr', '1'),
      name: 'JavaScript',
      description: 'A language.',
      synonyms: ['JS', 'ES'],
      records: members,
      conflicts: [],
    });
  });

  it('is named by its remote id when nobody names it', () => {
    expect(skillOf({ members: [member('hr', skillRow('s-1', { name: null }))], conflicts: [] }).name).toBe('s-1');
  });
});
