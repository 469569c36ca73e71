import type { EmployeeFilter } from '../../src/directory/employees/employeeView.ts';
import { runInSlices } from '../../src/lib/runInSlices.ts';
import type { Employee } from '../../src/domain/entities.ts';
import { MAX_SKILLS_ASKED } from '../../src/domain/experts.ts';
import type { GatewayContext } from '../../src/context.ts';
import { combined } from '../../src/loaders/sources.ts';
import { demand } from '../access.ts';
import { builder } from '../builder.ts';
import { conditionsOf, NO_NULLS } from '../conditions.ts';
import { requestError } from '../errors.ts';
import type { Source } from '../integration/integration.ts';
import { EmployeeLookup, SkillLookup } from '../lookups.ts';
import { searchOf } from '../search.ts';
import { UnknownValues, type UnknownValueShape } from '../unknownValues.ts';
import { EmployeeStatusEnum } from './employee.ts';

export const EmployeeFilterInput = builder.inputType('EmployeeFilter', {
  description: `Conditions on employees; all given ones must hold, and a list is met by any of its values. ${NO_NULLS}`,
  fields: (t) => ({
    text: t.string({
      description:
        'Words or their beginnings in name, work e-mail, employee number or job title. At most 200 characters; blank as if not given.',
    }),
    status: t.field({ type: [EmployeeStatusEnum], description: 'Employment status.' }),
    department: t.stringList({ description: 'Department name, case ignored.' }),
    location: t.stringList({ description: 'Location name, case ignored.' }),
    manager: t.field({ type: EmployeeLookup, description: 'Reports directly to this employee.' }),
    holdsAll: t.field({ type: [SkillLookup], description: 'Holds every one of these skills, 1 to 10, rated or not.' }),
    integrations: t.stringList({
      description:
        'Has a record in one of these, by `Integration.name`; one that is unknown matches nobody and is named in `unknown`.',
    }),
  }),
});

/** A filter whose names are looked up. */
export interface PreparedFilter {
  /** Values of the filter that name nothing known. */
  unknown: readonly UnknownValueShape[];
  /** Asks providers who holds the skills of `holdsAll`, and for nothing else. */
  choose(): Promise<EmployeeChoice>;
}

export interface EmployeeChoice {
  /** Those of a sorted list who meet the filter, in its order. */
  among(employees: readonly Employee[]): Promise<readonly Employee[]>;
  /** How the integrations answered who holds the skills; null where nothing was asked. */
  sources: readonly Source[] | null;
}

/** Looks up the names of a filter. Throws `BAD_USER_INPUT` for values that no filter can hold. */
export function prepareFilter(
  filter: typeof EmployeeFilterInput.$inferInput | null | undefined,
  { directory, loaders, viewer }: Pick<GatewayContext, 'directory' | 'loaders' | 'viewer'>,
): PreparedFilter {
  const { manager, holdsAll, text, ...others } = conditionsOf(filter);
  const unknown = new UnknownValues(directory);
  unknown.integrations(others.integrations);
  const conditions = { ...others, text: searchOf(text, 'filter.text') };
  // Who holds a skill can be told from who is found by it.
  if (holdsAll) demand(viewer, 'ratings:read');
  const managerId = manager && (unknown.employee(manager, 'filter.manager')?.id ?? '');
  const wanted: EmployeeFilter = typeof managerId === 'string' ? { ...conditions, managerId } : conditions;
  const meets = (employees: readonly Employee[]) => runInSlices(directory.employees.filterInSteps(employees, wanted));
  if (!holdsAll) return { unknown: unknown.all, choose: () => Promise.resolve({ among: meets, sources: null }) };
  if (holdsAll.length < 1 || holdsAll.length > MAX_SKILLS_ASKED) {
    const message = `\`filter.holdsAll\` takes 1 to ${MAX_SKILLS_ASKED} skills.`;
    throw requestError('BAD_USER_INPUT', message, 'filter.holdsAll');
  }
  const named = holdsAll.map((lookup, index) => unknown.skill(lookup, `filter.holdsAll.${index}`));
  const skills = named.filter((skill) => skill !== null);
  const choose = async (): Promise<EmployeeChoice> => {
    // An employee cannot hold a skill that is unknown.
    if (skills.length < named.length) return { among: () => Promise.resolve([]), sources: null };
    const asking = skills.map((skill) => loaders.holdersOfSkill.load({ skill, integrations: null }));
    const answers = await Promise.all(asking);
    const held = answers.map(({ holders }) => new Set(holders.map(({ employee }) => employee.id)));
    return {
      among: async (employees) => (await meets(employees)).filter(({ id }) => held.every((holders) => holders.has(id))),
      sources: combined(answers.map(({ sources }) => sources)),
    };
  };
  return { unknown: unknown.all, choose };
}
