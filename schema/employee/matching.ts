import { matchSummaryOf, type MatchSummary } from '../../src/domain/matching/matchSummary.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { ConflictReasonEnum } from '../providerRecord.ts';
import { EmployeeConnection } from './employee.ts';

const EmployeesLeftApart = builder.objectRef<MatchSummary['apart'][number]>('EmployeesLeftApart');
EmployeesLeftApart.implement({
  extensions: needs('employees:read'),
  description: 'Employees who may be the same person as another one, but were left apart for one reason.',
  fields: (t) => ({
    reason: t.expose('reason', { type: ConflictReasonEnum, description: 'Why they were left apart.' }),
    employees: t.exposeInt('employees', {
      description: 'How many employees; one with several reasons counts under each.',
    }),
  }),
});

const EmployeeMatching = builder.objectRef<MatchSummary>('EmployeeMatching');
EmployeeMatching.implement({
  extensions: needs('employees:read'),
  description:
    'How the records of all integrations became employees. Doubt leaves records apart, so there can be more employees than people; `Employee.identity` explains each one.',
  fields: (t) => ({
    records: t.exposeInt('records', { description: "All integrations' records." }),
    employees: t.exposeInt('employees', { description: 'Employees that they became.' }),
    apart: t.expose('apart', {
      type: [EmployeesLeftApart],
      description: 'How many employees were left apart, by reason; empty when none was.',
    }),
  }),
});

builder.objectField(EmployeeConnection, 'matching', (t) =>
  t.field({
    type: EmployeeMatching,
    description: 'Why there are as many employees as there are: of the whole directory, whatever the filter.',
    resolve: (_, __, { directory }) => matchSummaryOf(directory.employees.all),
  }),
);
