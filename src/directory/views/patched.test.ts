/** A view kept up bit by bit is the view of all records: nothing is joined, parted, found or ordered otherwise. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { employeeRow, FakeProvider, skillRow } from '../../../test/support/fakes/fakeProvider.ts';
import type { Employee, Skill } from '../../domain/entities.ts';
import type { Link } from '../../domain/links.ts';
import { Directory } from '../directory.ts';
import { EMPLOYEE_ORDER_FIELDS } from '../employees/employeeView.ts';

const INTEGRATIONS = ['hr', 'talent', 'projects'];
const integration = fc.constantFrom(...INTEGRATIONS);
const id = fc.constantFrom('1', '2', '3', '4');
const some = (...values: string[]) => fc.constantFrom(null, ...values);

const anEmployee = fc.record({
  integration,
  row: fc.record({
    remoteId: id,
    name: some('Lea Martin', 'L. Martin', 'Bob Stone'),
    workEmail: some('lea@example.test', 'bob@example.test', 'team@example.test'),
    employeeNumber: some('1', '2', '3'),
    startDate: some('2020-01-01', '2021-01-01'),
    managerRemoteId: some('1', '2'),
    managerEmail: some('Lea@example.test', 'bob@example.test'),
  }),
});
const aSkill = fc.record({
  integration,
  row: fc.record({
    remoteId: id,
    name: some('Go', 'go', 'Golang', 'Java', 'JS', 'JavaScript'),
    synonyms: fc.subarray(['Golang', 'JS', 'Go', 'Java SE']),
    aliases: fc.subarray(['a', 'b']),
  }),
});
const aLink = fc.record({
  kind: fc.constantFrom('employee', 'skill'),
  verdict: fc.constantFrom('joined', 'parted'),
  a: fc.record({ integration, remoteId: id }),
  b: fc.record({ integration, remoteId: id }),
});
const step = fc.oneof(
  fc.record({ employee: anEmployee }),
  fc.record({ skill: aSkill }),
  fc.record({ goneEmployee: fc.record({ integration, id }), goneSkill: fc.record({ integration, id }) }),
  fc.record({ links: fc.array(aLink, { maxLength: 4 }) }),
  fc.record({ learnt: fc.record({ integration, id, key: some('a', 'b'), name: some('Go', 'Java') }) }),
);

type Step = Partial<{
  employee: { integration: string; row: Parameters<typeof employeeRow>[1] & { remoteId: string } };
  skill: { integration: string; row: Parameters<typeof skillRow>[1] & { remoteId: string } };
  goneEmployee: { integration: string; id: string };
  goneSkill: { integration: string; id: string };
  links: { kind: Link['kind']; verdict: Link['verdict']; a: Link['a']; b: Link['b'] }[];
  learnt: { integration: string; id: string; key: string | null; name: string | null };
}>;

const directoryOf = () =>
  new Directory(
    INTEGRATIONS.map((name) => new FakeProvider({ name }).integration),
    () => 0,
  );

function take(directory: Directory, { employee, skill, goneEmployee, goneSkill, links, learnt }: Step): void {
  if (employee) directory.putEmployees(employee.integration, [employeeRow(employee.row.remoteId, employee.row)]);
  if (skill) directory.putSkills(skill.integration, [skillRow(skill.row.remoteId, skill.row)]);
  if (goneEmployee) directory.removeEmployees(goneEmployee.integration, [goneEmployee.id]);
  if (goneSkill) directory.removeSkills(goneSkill.integration, [goneSkill.id]);
  if (links) directory.setLinks(links.map((one, at) => ({ ...one, by: 'x', at: `2026-01-0${at + 1}`, note: null })));
  if (learnt) {
    const { id: skillId, key, name: skillName } = learnt;
    const mention = { skillId, skillName, skillScale: null, skillClassification: null };
    directory.learnSkills(learnt.integration, [{ ...mention, skillKeys: key === null ? null : [key] }]);
  }
}

/** Everything that a view answers, without the order of conflicts, which is nobody's promise. */
function shown(directory: Directory) {
  const { employees, skills } = directory;
  const thing = ({ conflicts, ...rest }: Employee | Skill) => ({
    ...rest,
    conflicts: conflicts
      .map(({ record, other, reason }) =>
        [record.integration, record.row.remoteId, other.integration, other.row.remoteId, reason].join(),
      )
      .toSorted(),
  });
  const ids = (list: readonly { id: string }[]) => list.map((one) => one.id);
  return {
    employees: employees.all.map(thing),
    orders: EMPLOYEE_ORDER_FIELDS.flatMap((field) => [
      ids(employees.sortedBy(field, 'ASC')),
      ids(employees.sortedBy(field, 'DESC')),
    ]),
    managers: employees.all.map((one) => [employees.managerOf(one)?.id, ids(employees.reportsOf(one))]),
    emails: ['lea@example.test', 'team@example.test'].map((email) => ids(employees.byEmail(email)).toSorted()),
    numbers: ['1', '2'].map((number) => ids(employees.byNumber(number)).toSorted()),
    found: ids(employees.filter(employees.all, { text: 'lea' })),
    skills: skills.all.map(thing),
    names: ['go', 'js'].map((name) => ids(skills.byName(name)).toSorted()),
    joined: ['a', 'b'].flatMap((key) =>
      INTEGRATIONS.map((name) => skills.ofRating(name, { skillId: '1', skillKeys: [key] })?.skill.id),
    ),
    ranked: skills.all
      .map(({ id: skillId, records: [first] }) => ({
        skillId,
        rank: skills.byRecord(first?.integration ?? '', first?.row.remoteId ?? '')?.rank ?? Number.NaN,
      }))
      .toSorted((a, b) => a.rank - b.rank)
      .map(({ skillId }) => skillId),
  };
}

describe('a view kept up bit by bit', () => {
  it('answers what a view of all records answers', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (drawn) => {
        const steps = drawn as Step[];
        const bitByBit = directoryOf();
        const atOnce = directoryOf();
        for (const one of steps) {
          take(bitByBit, one);
          // Each look takes in what has changed.
          expect(bitByBit.employees.all.length + bitByBit.skills.all.length).toBeGreaterThanOrEqual(0);
        }
        for (const one of steps) take(atOnce, one);
        expect(shown(bitByBit)).toEqual(shown(atOnce));
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['first day', { startDate: '2016-07-01' }],
    ['name', { givenName: 'Agency', familyName: 'Nurse' }],
  ])('parts two whom a %s had joined when it becomes one that many have, and joins them again', (_, shared) => {
    const directory = directoryOf();
    const anna = { givenName: 'Anna', familyName: 'Berg', employeeNumber: '1', workEmail: 'a@example.test', ...shared };
    const married = { ...anna, workEmail: 'b@example.test', ...('startDate' in shared ? { familyName: 'Lund' } : {}) };
    directory.putEmployees('hr', [employeeRow('anna', anna)]);
    directory.putEmployees('talent', [employeeRow('anna', married)]);
    const isOne = () => directory.employees.byRecord('hr', 'anna') === directory.employees.byRecord('talent', 'anna');
    expect(isOne()).toBe(true);
    const others = ['1', '2', '3', '4', '5'];
    for (const [at, other] of others.entries()) {
      directory.putEmployees('hr', [employeeRow(other, { name: `Other ${other}`, ...shared })]);
      expect(isOne()).toBe(at < 4);
    }
    directory.removeEmployees('hr', ['1']);
    expect(isOne()).toBe(true);
  });

  it('ranks by name however often something comes between two', () => {
    const directory = directoryOf();
    directory.putSkills('hr', [skillRow('a'), skillRow('z')]);
    const names = Array.from({ length: 80 }, (_, index) => `b${'b'.repeat(index)}`);
    for (const name of names.toReversed()) {
      directory.putSkills('hr', [skillRow(name)]);
      expect(directory.skills.all.at(1)?.name).toBe(name);
    }
    const ranks = directory.skills.all.map(({ name }) => directory.skills.byRecord('hr', name)?.rank ?? -1);
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    expect(new Set(ranks).size).toBe(82);
  });
});
