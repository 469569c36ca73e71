import { employmentValue, type Employee } from '../../src/domain/entities.ts';
import { employeePosition } from '../../src/directory/employees/employeeView.ts';
import { EMPLOYEE_STATUSES } from '../../src/domain/records.ts';
import { pageOf } from '../../src/domain/paging.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { cursorsOf, pageArgs, SourcedConnection } from '../connection.ts';
import { connectionType } from '../connectionType.ts';
import { described } from '../described.ts';
import { directorySources, type Source } from '../integration/integration.ts';
import { Node } from '../node/node.ts';

export const EmployeeStatusEnum = builder.enumType('EmployeeStatus', {
  description: 'Employment status.',
  values: described(EMPLOYEE_STATUSES, {
    ACTIVE: 'Working.',
    PENDING: 'Signed, not started.',
    LEAVE: 'Employed, on leave.',
    INACTIVE: 'Left, or deactivated.',
  }),
});

export const EmployeeRef = builder.objectRef<Employee>('Employee');

export const { connection: EmployeeConnection } = connectionType<SourcedConnection<Employee, Source>>(
  'Employee',
  EmployeeRef,
  'employees:read',
  {
    connection: 'Employees, paged.',
    edge: 'An employee on a page.',
    cursor: 'Opaque position, stable while the directory changes.',
    node: 'The employee.',
    nodes: "The page's employees.",
    totalCount:
      'Employees on all pages, counting what is known now. `matching` says why that may be more than there are people.',
    sources: 'How each integration took part.',
    unknown: 'Values of the filter that name nothing known; they match nobody. Empty when all are known.',
  },
);

/** Reports and other lists of employees that have one order only. */
const REPORTS = { list: 'reports', usual: 25, most: 100 };

EmployeeRef.implement({
  extensions: needs('employees:read'),
  description:
    'A person, made of the records of one or more integrations. A value comes from the first record, in order of integration precedence, that has it.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The global id, that of the anchor record.' }),
    displayName: t.exposeString('displayName', {
      nullable: true,
      description: 'Full name for display; null when no record has a name.',
    }),
    givenName: t.exposeString('givenName', {
      nullable: true,
      description: 'Given name; null where providers only know the full name, which is never split.',
    }),
    familyName: t.exposeString('familyName', {
      nullable: true,
      description: 'Family name; null where providers only know the full name.',
    }),
    workEmail: t.expose('workEmail', {
      type: 'EmailAddress',
      nullable: true,
      description: 'Work e-mail; null when unknown or malformed.',
    }),
    employeeNumber: t.exposeString('employeeNumber', {
      nullable: true,
      description: 'Number in the HR system; null when unknown.',
    }),
    jobTitle: t.exposeString('jobTitle', { nullable: true, description: 'Job title; null when unknown.' }),
    status: t.expose('status', {
      type: EmployeeStatusEnum,
      nullable: true,
      description: 'Employment status; null when unknown or outside the known words, see `EmployeeRecord.statusLabel`.',
    }),
    startDate: t.expose('startDate', {
      type: 'Date',
      nullable: true,
      description: 'First day of employment; null when unknown.',
    }),
    exitDate: t.field({
      type: 'Date',
      nullable: true,
      description: 'Last day of employment; null when there is none or it is unknown.',
      resolve: (employee) => employmentValue(employee, 'exitDate'),
    }),
    employmentType: t.string({
      nullable: true,
      description: "Kind of employment, in the provider's words; null when unknown.",
      resolve: (employee) => employmentValue(employee, 'employmentType'),
    }),
    grade: t.string({
      nullable: true,
      description: "Grade, in the provider's words; null when unknown.",
      resolve: (employee) => employmentValue(employee, 'grade'),
    }),
    band: t.string({
      nullable: true,
      description: "Band, in the provider's words; null when unknown.",
      resolve: (employee) => employmentValue(employee, 'band'),
    }),
    department: t.exposeString('department', { nullable: true, description: 'Department name; null when unknown.' }),
    location: t.exposeString('location', { nullable: true, description: 'Work location name; null when unknown.' }),
    manager: t.field({
      type: EmployeeRef,
      nullable: true,
      description: 'Direct manager; null for none, unknown, or not visible to the viewer.',
      resolve: (employee, _, { directory }) => directory.employees.managerOf(employee),
    }),
    reports: t.field({
      type: EmployeeConnection,
      description: 'Employees whose manager this is, by display name.',
      args: {
        first: t.arg.int({ defaultValue: 25, description: 'How many, 1 to 100.' }),
        after: t.arg.string({ description: 'Only what follows this cursor.' }),
      },
      resolve: (employee, args, { directory }) => {
        const reports = directory.employees.reportsOf(employee);
        const positionOf = employeePosition('DISPLAY_NAME');
        const page = pageOf(reports, positionOf, pageArgs(args, REPORTS));
        const sources = directorySources(directory, 'READ_EMPLOYEES');
        return new SourcedConnection(page, reports.length, cursorsOf(REPORTS.list, positionOf), sources);
      },
    }),
  }),
});
