import type { SkillChange } from '../../src/tasks/skillChanges.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { EmployeeRef } from '../employee/employee.ts';
import { requestError } from '../errors.ts';
import { IntegrationRef } from '../integration/integration.ts';
import { TaskRef } from '../task/task.ts';

/** A change with the id by which its watcher knows the employee. */
interface EmployeeSkillsChange extends SkillChange {
  employeeId: string;
}

const EmployeeSkillsChangeRef = builder.objectRef<EmployeeSkillsChange>('EmployeeSkillsChange');

EmployeeSkillsChangeRef.implement({
  extensions: needs('ratings:read'),
  description: "That an employee's ratings have changed.",
  fields: (t) => ({
    employee: t.field({
      type: EmployeeRef,
      description: 'The employee, whose skills can be read in the same selection.',
      resolve: ({ employeeId }, _, { directory }) => {
        const employee = directory.employees.byId(employeeId);
        if (!employee) throw requestError('NOT_FOUND', 'The employee is gone.', 'employeeId');
        return employee;
      },
    }),
    integration: t.field({
      type: IntegrationRef,
      description: 'Where they changed.',
      resolve: ({ integration }, _, { directory }) => {
        const found = directory.integration(integration);
        if (!found) throw new Error(`a change in ${integration}, which is no integration`);
        return found;
      },
    }),
    task: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The task that changed them; null when the change came from the provider.',
      resolve: ({ taskId }, _, { tasks, viewer }) => (taskId === null ? null : tasks.get(viewer.tenant, taskId)),
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When it was noticed.' }),
  }),
});

builder.subscriptionField('employeeSkillsChanged', (t) =>
  t.field({
    type: EmployeeSkillsChangeRef,
    description:
      'Each time the ratings of one employee have changed, by a write here or as a provider reports. Says what to read again. ' +
      'Where a provider reports no changes, the ratings of people who are watched are read once a minute and compared; with CACHE=off they are not.',
    args: {
      employeeId: t.arg.id({
        required: true,
        description: "The employee's id. An unknown one is refused with NOT_FOUND.",
      }),
    },
    subscribe: (_, { employeeId }, { directory, skillChanges, signal }) => {
      const records = () =>
        directory.employees
          .byId(employeeId)
          ?.records.map(({ integration, row }) => ({ integration, remoteId: row.remoteId })) ?? [];
      if (records().length === 0) throw requestError('NOT_FOUND', 'There is no such employee.', 'employeeId');
      return skillChanges.watch(records, signal);
    },
    resolve: (change, { employeeId }) => ({ ...change, employeeId }),
  }),
);
