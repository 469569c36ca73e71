import { beforeAll, describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, skillRow } from '../../test/support/fakes/fakeProvider.ts';
import { encodeId } from '../domain/ids.ts';
import { Directory } from './directory.ts';
import { findEmployee, findSkill, type EmployeeLookup, type SkillLookup } from './lookup.ts';

const directory = new Directory([new FakeProvider({ name: 'hr' }).integration]);

beforeAll(() => {
  directory.putEmployees('hr', [
    employeeRow('1', { name: 'Lea', workEmail: 'lea@example.test', employeeNumber: '01' }),
    employeeRow('2', { name: 'Bob', workEmail: 'team@example.test', employeeNumber: '2' }),
    employeeRow('3', { name: 'Ann', workEmail: 'team@example.test', employeeNumber: '2' }),
  ]);
  directory.putSkills('hr', [
    skillRow('s1', { name: 'Java' }),
    skillRow('s2', { name: 'Go' }),
    skillRow('s3', { name: 'GO' }),
  ]);
});

const employee = (lookup: EmployeeLookup) => {
  const found = findEmployee(directory, lookup);
  return found.state === 'found' ? found.value.displayName : found.state;
};
const skill = (lookup: SkillLookup) => {
  const found = findSkill(directory, lookup);
  return found.state === 'found' ? found.value.name : found.state;
};

describe('looking up', () => {
  it.each<[EmployeeLookup, string]>([
    [{ id: encodeId('Employee', 'hr', '1') }, 'Lea'],
    [{ id: 'nonsense' }, 'none'],
    [{ id: encodeId('Skill', 'hr', 's1') }, 'none'],
    [{ workEmail: 'LEA@example.test' }, 'Lea'],
    [{ workEmail: 'team@example.test' }, 'several'],
    [{ employeeNumber: '01' }, 'Lea'],
    [{ employeeNumber: ' 0\u200b1 ' }, 'Lea'],
    [{ workEmail: ' lea@example.test\u200b' }, 'Lea'],
    [{ employeeNumber: '1' }, 'none'],
    [{ employeeNumber: '2' }, 'several'],
    [{ record: { integration: 'hr', remoteId: '1' } }, 'Lea'],
    [{ record: { integration: 'other', remoteId: '1' } }, 'none'],
    [{ record: { integration: 'hr', remoteId: '9' } }, 'none'],
    [{}, 'none'],
  ])('an employee by %j gives %s', (lookup, expected) => {
    expect(employee(lookup)).toBe(expected);
  });

  it.each<[SkillLookup, string]>([
    [{ id: encodeId('Skill', 'hr', 's1') }, 'Java'],
    [{ id: encodeId('Employee', 'hr', '1') }, 'none'],
    [{ name: ' JAVA ' }, 'Java'],
    [{ name: 'go' }, 'several'],
    [{ name: 'Rust' }, 'none'],
    [{ name: `${' '.repeat(2_000)}Java` }, 'none'],
    [{ record: { integration: 'hr', remoteId: 's2' } }, 'Go'],
    [{ record: { integration: 'hr', remoteId: 's9' } }, 'none'],
    [{}, 'none'],
  ])('a skill by %j gives %s', (lookup, expected) => {
    expect(skill(lookup)).toBe(expected);
  });

  it('gives everything that fits', () => {
    const found = findEmployee(directory, { workEmail: 'team@example.test' });
    expect(found.state === 'several' && found.candidates.map(({ displayName }) => displayName)).toEqual(['Bob', 'Ann']);
  });
});
