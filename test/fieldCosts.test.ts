import { isObjectType } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../schema/index.ts';
import { WRITES } from '../src/domain/operations.ts';
import type { FieldCost } from '../src/domain/fieldCost.ts';
import { fieldCost } from '../src/graphql/demandControl/fieldCost.ts';

/** Of each field that costs more than its objects, by type and field. What an operation costs is a promise to clients. */
const COSTS: Readonly<Record<string, FieldCost>> = {
  'Query.employees': { usual: 25 },
  'Query.skills': { asks: 10 },
  'Query.experts': { asks: 100, by: ['skills'] },
  'Query.node': { asks: 10, alone: 100, by: ['id'] },
  'Query.nodes': { asks: 10, alone: 100, by: ['ids'] },
  'Query.jobProfiles': { asks: 10 },
  'Query.tasks': { asks: 10 },
  'Query.webhookDeliveries': { asks: 10 },
  'Employee.skills': { asks: 10 },
  'Employee.skillGaps': { asks: 10 },
  'Employee.careerPaths': { asks: 10 },
  'Employee.jobProfile': { asks: 10 },
  'Skill.holders': { asks: 100 },
  'JobProfile.expectedSkills': { asks: 10 },
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
  '__Schema.types': { size: 150 },
  '__Field.args': { size: 1 },
  '__Type.interfaces': { size: 1 },
  '__Type.possibleTypes': { size: 1 },
  ...Object.fromEntries(
    Object.values(WRITES).map(({ mutation }) => [`Mutation.${mutation}`, { asks: 10, by: ['input', 'items'] }]),
  ),
  'Mutation.retryTask': { asks: 10 },
  'Mutation.cancelTask': { asks: 10 },
  'Mutation.linkRecords': { asks: 10 },
  'Mutation.unlinkRecords': { asks: 10 },
  'Mutation.redeliverWebhook': { asks: 10 },
};

it('every field costs what clients were told', () => {
  const found = Object.values(schema.getTypeMap())
    .filter(isObjectType)
    .flatMap((type) =>
      Object.keys(type.getFields()).map((name) => [`${type.name}.${name}`, fieldCost(type, name)] as const),
    )
    .filter(([, cost]) => Object.keys(cost).length > 0);
  expect(Object.fromEntries(found)).toEqual(COSTS);
});
