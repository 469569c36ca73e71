import { employmentValue, type Employee } from '../../src/domain/entities.ts';
import { employeePosition } from '../../src/directory/employees/employeeView.ts';
import { EMPLOYEE_STATUSES } from '../../src/domain/records.ts';
import { pageOf } from '../../src/domain/paging.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { UnknownValue, type UnknownValueShape } from '../unknownValues.ts';
import { cursorsOf, pageArgs, PageInfo, SourcedConnection, type Edge } from '../connection.ts';
import { described } from '../described.ts';
import { directorySources, SourceStatus, type Source } from '../integration/integration.ts';
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
const EmployeeEdge = builder.objectRef<Edge<Employee>>('EmployeeEdge');
export const EmployeeConnection = builder.objectRef<SourcedConnection<Employee, Source>>('EmployeeConnection');

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

EmployeeEdge.implement({
  extensions: needs('employees:read'),
  description: 'An employee on a page.',
  fields: (t) => ({
    cursor: t.exposeString('cursor', { description: 'Opaque position, stable while the directory changes.' }),
    node: t.expose('node', { type: EmployeeRef, description: 'The employee.' }),
  }),
});

EmployeeConnection.implement({
  extensions: needs('employees:read'),
  description: 'Employees, paged.',
  fields: (t) => ({
    edges: t.expose('edges', { type: [EmployeeEdge], description: "The page's entries with their cursors." }),
    nodes: t.field({
      type: [EmployeeRef],
      description: "The page's employees.",
      resolve: ({ nodes }) => nodes as Employee[],
    }),
    pageInfo: t.expose('pageInfo', { type: PageInfo, description: 'Where the page stands.' }),
    totalCount: t.exposeInt('totalCount', {
      description:
        'Employees on all pages, counting what is known now. `matching` says why that may be more than there are people.',
    }),
    unknown: t.field({
      type: [UnknownValue],
      description: 'Values of the filter that name nothing known; they match nobody. Empty when all are known.',
      resolve: ({ unknown }) => unknown as UnknownValueShape[],
    }),
    sources: t.field({
      type: [SourceStatus],
      description: 'How each integration took part.',
      resolve: ({ sources }) => sources as Source[],
    }),
  }),
});
