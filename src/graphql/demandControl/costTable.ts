import { WRITE_MUTATIONS } from '../../domain/operations.ts';

/** What a field costs beside the objects it answers with. */
export interface FieldCost {
  /** For each use: what it takes to ask a provider, or to search. */
  asks?: number;
  /** How many objects a list without a page has, a generous usual number. */
  size?: number;
  /** The page where the schema has no default for `first`. */
  usual?: number;
  /** The argument, or the list within it, whose length multiplies `asks`, and is the size of a list. */
  by?: readonly [argument: string, ...path: string[]];
  /** In place of `asks` for each global id in `by` whose object is read from its provider alone. */
  alone?: number;
}

/** No page is larger than this one, of held skills and of a task's items: larger ones are refused by their field. */
export const LARGEST_PAGE = 200;

/** Of lists that the table does not name. */
export const DEFAULT_SIZE = 5;

/** A call to a provider takes the gateway about as long as ten objects, and the provider much longer. */
const CALL = 10;

/** A call that no other read shares. A provider serves some ten a second, so that a thousand of them are minutes of its time. */
const ALONE = 100;

const ITEMS = { asks: CALL, by: ['input', 'items'] } as const;

/** By type and field. What is not here costs one for each object, and nothing for each value. */
export const COSTS: Readonly<Record<string, FieldCost>> = {
  'Query.employees': { usual: 25 },
  'Query.skills': { asks: CALL },
  // Each skill asked for is read with all its holders.
  'Query.experts': { asks: 100, by: ['skills'] },
  'Query.node': { asks: CALL, alone: ALONE, by: ['id'] },
  'Query.nodes': { asks: CALL, alone: ALONE, by: ['ids'] },
  'Query.jobProfiles': { asks: CALL },
  'Query.tasks': { asks: CALL },
  'Query.webhookDeliveries': { asks: CALL },
  'Employee.skills': { asks: CALL },
  'Employee.skillGaps': { asks: CALL },
  'Employee.careerPaths': { asks: CALL },
  'Employee.jobProfile': { asks: CALL },
  // All who hold the skill are read, however few are shown.
  'Skill.holders': { asks: 100 },
  'JobProfile.expectedSkills': { asks: CALL },
  'ExpectedSkillList.nodes': { size: 200 },
  'SkillGapList.nodes': { size: 200 },
  'CareerPathList.nodes': { size: 50 },
  'CareerPath.gaps': { size: 20 },
  'EmployeeSkill.ratings': { size: 3 },
  'Consensus.contributions': { size: 3 },
  'EmployeeIdentity.records': { size: 3 },
  'SkillIdentity.records': { size: 3 },
  'EmployeeIdentity.conflicts': { size: 1 },
  'SkillIdentity.conflicts': { size: 1 },
  'Expert.evidence': { size: 3 },
  'SingleSelectScale.options': { size: 5 },
  'Query.integrations': { size: 10 },
  'Integration.capabilities': { size: 20 },
  'Integration.drift': { size: 10 },
  // Of the schema itself, about as it is: most fields have no argument, and most types no interface.
  '__Schema.types': { size: 150 },
  '__Field.args': { size: 1 },
  '__Type.interfaces': { size: 1 },
  '__Type.possibleTypes': { size: 1 },
  ...Object.fromEntries(WRITE_MUTATIONS.map((name) => [`Mutation.${name}`, ITEMS])),
  'Mutation.retryTask': { asks: CALL },
  'Mutation.cancelTask': { asks: CALL },
  'Mutation.linkRecords': { asks: CALL },
  'Mutation.unlinkRecords': { asks: CALL },
  'Mutation.redeliverWebhook': { asks: CALL },
};
