import { WRITES } from '../../src/domain/operations.ts';
import { setEmployeeStatus } from '../../src/tasks/commands/setEmployeeStatus.ts';
import { builder } from '../builder.ts';
import { EmployeeLookup } from '../lookups.ts';
import { TaskPayload } from './payload.ts';
import { SAME_IDEMPOTENCY_KEY, SAME_KEY, VALIDATE_ONLY, WHERE } from './startInput.ts';
import { writeExtensions } from './writeExtensions.ts';

const SetEmployeeStatusItem = builder.inputType('SetEmployeeStatusItem', {
  description: 'One change of status.',
  fields: (t) => ({
    key: t.string({ description: SAME_KEY }),
    employee: t.field({ type: EmployeeLookup, required: true, description: 'Who.' }),
    active: t.boolean({
      required: true,
      description: 'True activates, false deactivates: the two states every able provider can be told.',
    }),
    integration: t.string({ required: true, description: WHERE }),
  }),
});

const SetEmployeeStatusInput = builder.inputType('SetEmployeeStatusInput', {
  description: 'Statuses to set.',
  fields: (t) => ({
    items: t.field({
      type: [SetEmployeeStatusItem],
      required: true,
      description: '1 to 1000 changes, no employee twice for one integration.',
    }),
    idempotencyKey: t.string({ description: SAME_IDEMPOTENCY_KEY }),
    validateOnly: t.boolean({ required: true, defaultValue: false, description: VALIDATE_ONLY }),
  }),
});

builder.mutationField('setEmployeeStatus', (t) =>
  t.field({
    type: TaskPayload,
    extensions: writeExtensions(WRITES.setStatus),
    description: 'Activates or deactivates employees.',
    args: { input: t.arg({ type: SetEmployeeStatusInput, required: true, description: 'The changes.' }) },
    resolve: (_, { input }, { directory, tasks, viewer }) =>
      setEmployeeStatus(input, viewer, { directory, engine: tasks }),
  }),
);
