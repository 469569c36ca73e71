import { EMPLOYEE_ORDER_FIELDS, employeePosition } from '../../src/directory/employees/employeeView.ts';
import { findEmployee } from '../../src/directory/lookup.ts';
import { DIRECTIONS, pageOf } from '../../src/domain/paging.ts';
import { builder } from '../builder.ts';
import { costs } from '../cost.ts';
import { cursorsOf, pageArgs, SourcedConnection } from '../connection.ts';
import { described } from '../described.ts';
import { directorySources } from '../integration/integration.ts';
import { EmployeeLookup } from '../lookups.ts';
import { onlyOne } from '../unknownValues.ts';
import { EmployeeConnection, EmployeeRef } from './employee.ts';
import { prepareFilter, EmployeeFilterInput } from './filter.ts';

const EmployeeOrderFieldEnum = builder.enumType('EmployeeOrderField', {
  description: 'What employees can be ordered by.',
  values: described(EMPLOYEE_ORDER_FIELDS, {
    DISPLAY_NAME: 'Display name, by Unicode collation.',
    START_DATE: 'First day of employment.',
    CHANGED_AT: 'When a provider last changed a record of the employee.',
  }),
});

const OrderDirection = builder.enumType('OrderDirection', {
  description: 'A direction of order.',
  values: described(DIRECTIONS, {
    ASC: 'Lowest, earliest or A first.',
    DESC: 'Highest, latest or Z first.',
  }),
});

const EmployeeOrder = builder.inputType('EmployeeOrder', {
  description: 'An order of employees.',
  fields: (t) => ({
    field: t.field({
      type: EmployeeOrderFieldEnum,
      required: true,
      description: 'What to order by. Employees without the value come last.',
    }),
    direction: t.field({ type: OrderDirection, required: true, defaultValue: 'ASC', description: 'Which way.' }),
  }),
});

builder.queryField('employee', (t) =>
  t.field({
    type: EmployeeRef,
    nullable: true,
    description:
      'One employee; null when nobody matches. Where an integration is still being read for the first time, the answer waits for it within the deadline before it is null. An address or number that several people share is refused with BAD_USER_INPUT.',
    args: { by: t.arg({ type: EmployeeLookup, required: true, description: 'How to find the employee.' }) },
    resolve: (_, { by }, { directory, loaders }) =>
      loaders.afterFirstSync(() => onlyOne(findEmployee(directory, by), by, 'by')),
  }),
);

builder.queryField('employees', (t) =>
  t.field({
    type: EmployeeConnection,
    extensions: costs({ usual: 25 }),
    // What is refused here leaves the other fields of the request standing.
    nullable: true,
    description:
      'Employees of all integrations, each person once. Answered from the directory without provider calls, unless filtered by held skill.',
    args: {
      first: t.arg.int({
        description: 'How many from the start of the range, 1 to 100; 25 when neither `first` nor `last` is given.',
      }),
      after: t.arg.string({ description: 'Only what follows this cursor.' }),
      last: t.arg.int({
        description: 'How many from the end of the range, 1 to 100. Not together with `first`.',
      }),
      before: t.arg.string({ description: 'Only what precedes this cursor.' }),
      filter: t.arg({ type: EmployeeFilterInput, description: 'Only employees who meet all of these conditions.' }),
      orderBy: t.arg({
        type: EmployeeOrder,
        description: 'The order; by display name when null. Ties are broken by id, so cursors stay stable.',
      }),
    },
    resolve: async (_, { filter, orderBy, ...args }, { directory, loaders, viewer }) => {
      const { field, direction } = orderBy ?? { field: 'DISPLAY_NAME' as const, direction: 'ASC' as const };
      const list = `employees ${field} ${direction}`;
      const asked = pageArgs(args, { list, usual: 25, most: 100 });
      const prepared = prepareFilter(filter, { directory, loaders, viewer });
      const choice = await prepared.choose();
      const employees = await choice.among(directory.employees.sortedBy(field, direction));
      const positionOf = employeePosition(field);
      const page = pageOf(employees, positionOf, asked, direction);
      const sources = choice.sources ?? directorySources(directory, 'READ_EMPLOYEES');
      return new SourcedConnection(page, employees.length, cursorsOf(list, positionOf), sources, prepared.unknown);
    },
  }),
);
