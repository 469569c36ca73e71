import { beforeEach, describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, ratingRow, skillRow } from '../../test/support/fakes/fakeProvider.ts';
import { Directory } from '../directory/directory.ts';
import type { Employee } from '../domain/entities.ts';
import { MergedSkills, type Part } from './mergedSkills.ts';

let directory: Directory;
let merged: MergedSkills;
let employee: Employee;
let part: Part;

beforeEach(() => {
  const { integration } = new FakeProvider({ name: 'hr', ratings: [] });
  directory = new Directory([integration]);
  directory.putEmployees('hr', [employeeRow('1')]);
  directory.putSkills('hr', [skillRow('java'), skillRow('go')]);
  merged = new MergedSkills();
  employee = directory.employees.all[0] as Employee;
  const rows = [ratingRow('1', 'java'), ratingRow('1', 'go')].map((row) => ({ row, pending: false }));
  part = { integration, rows, isKept: true };
});

const merge = (parts: readonly Part[]) => merged.of(employee, parts, directory.skills);

describe('merged skills', () => {
  it('are the same objects as long as the same kept rows come', () => {
    const { skills } = merge([part]);
    expect(skills.map(({ skill }) => skill.name)).toEqual(['go', 'java']);
    expect(merge([{ ...part }]).skills).toBe(skills);
  });

  it('are made anew of other rows, of more parts and of other skills', () => {
    const first = merge([part]).skills;
    const replaced = merge([{ ...part, rows: [...part.rows] }]).skills;
    expect(replaced).not.toBe(first);
    expect(replaced).toEqual(first);
    expect(merge([part, { ...part, rows: [] }]).skills).not.toBe(first);
    const kept = merge([part]).skills;
    directory.replaceSkills('hr', new Map(['java', 'go'].map((id) => [id, skillRow(id, { name: `${id} 2` })])));
    expect(merge([part]).skills).not.toBe(kept);
  });

  it('are not kept of rows that were read just now', () => {
    const fresh = { ...part, isKept: false };
    expect(merge([fresh]).skills).not.toBe(merge([fresh]).skills);
  });

  it('name the rows whose skill is to be learnt, and are kept only without', () => {
    const row = ratingRow('1', 'rust');
    const stray = { ...part, rows: [...part.rows, { row, pending: false }] };
    expect(merge([stray]).strays).toEqual([{ integration: part.integration, row }]);
    directory.learnSkills('hr', [row]);
    const { skills, strays } = merge([stray]);
    expect([skills.map(({ skill }) => skill.name), strays]).toEqual([['go', 'java', 'rust'], []]);
  });
});
