import { WRITES } from '../../src/domain/operations.ts';
import { MAX_CUSTOM_FIELDS, upsertEmployees } from '../../src/tasks/commands/upsertEmployees.ts';
import { builder } from '../builder.ts';
import { EmployeeLookup } from '../lookups.ts';
import { TaskPayload } from './payload.ts';
import { SAME_IDEMPOTENCY_KEY, SAME_KEY, VALIDATE_ONLY, WHERE } from './startInput.ts';
import { writeExtensions } from './writeExtensions.ts';

const CustomFieldInput = builder.inputType('CustomFieldInput', {
  description: "A custom field of the integration's tenant.",
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name there, not blank.' }),
    value: t.string({ required: true, description: 'The value, not blank.' }),
  }),
});

const UpsertEmployeeItem = builder.inputType('UpsertEmployeeItem', {
  description: 'One employee. A field the integration does not store is refused with UNSUPPORTED.',
  fields: (t) => ({
    key: t.string({ description: SAME_KEY }),
    integration: t.string({ required: true, description: WHERE }),
    workEmail: t.field({
      type: 'EmailAddress',
      required: true,
      description: "Work e-mail: a key, and how the provider's answer is told apart.",
    }),
    employeeNumber: t.string({ description: 'Employee number or external id: the stronger key.' }),
    givenName: t.string({ description: 'Given name.' }),
    familyName: t.string({ description: 'Family name.' }),
    jobTitle: t.string({ description: 'Job title.' }),
    jobCode: t.string({ description: 'Code that assigns a job profile.' }),
    department: t.string({ description: 'Department name.' }),
    location: t.string({ description: 'Work location name.' }),
    manager: t.field({
      type: EmployeeLookup,
      description: 'The manager, who must have a work e-mail or a record there.',
    }),
    startDate: t.field({ type: 'Date', description: 'First day of employment.' }),
    exitDate: t.field({
      type: 'Date',
      description: 'Last day of employment. The status is set by `setEmployeeStatus`.',
    }),
    employmentType: t.string({ description: 'Kind of employment, in the words of the integration.' }),
    grade: t.string({ description: 'Grade, in the words of the integration.' }),
    band: t.string({ description: 'Band, in the words of the integration.' }),
    customFields: t.field({
      type: [CustomFieldInput],
      description: `Custom fields to set, at most ${MAX_CUSTOM_FIELDS}, none twice; the record's others keep their values.`,
    }),
  }),
});

const UpsertEmployeesInput = builder.inputType('UpsertEmployeesInput', {
  description: 'Employees to create or update.',
  fields: (t) => ({
    items: t.field({
      type: [UpsertEmployeeItem],
      required: true,
      description: '1 to 1000 employees, no key or e-mail twice for one integration.',
    }),
    idempotencyKey: t.string({ description: SAME_IDEMPOTENCY_KEY }),
    validateOnly: t.boolean({ required: true, defaultValue: false, description: VALIDATE_ONLY }),
  }),
});

builder.mutationField('upsertEmployees', (t) =>
  t.field({
    type: TaskPayload,
    extensions: writeExtensions(WRITES.upsertEmployees),
    description:
      'Creates employees or updates those with the same key. A field left out keeps its value: a provider that takes whole records is sent the known ones again. What no read has shown of a record cannot be sent again, and `TaskItem.warnings` names it.',
    args: { input: t.arg({ type: UpsertEmployeesInput, required: true, description: 'The employees.' }) },
    resolve: (_, { input }, { directory, tasks, viewer }) =>
      upsertEmployees(input, viewer, { directory, engine: tasks }),
  }),
);
