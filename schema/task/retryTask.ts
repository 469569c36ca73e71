import { retryTask } from '../../src/tasks/commands/retryTask.ts';
import { needsOneOf } from '../access.ts';
import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { TaskPayload } from './payload.ts';
import { SAME_IDEMPOTENCY_KEY } from './startInput.ts';

const RetryTaskInput = builder.inputType('RetryTaskInput', {
  description: 'A task to do again.',
  fields: (t) => ({
    taskId: t.id({ required: true, description: 'The finished task.' }),
    onlyFailed: t.boolean({
      required: true,
      defaultValue: true,
      description: 'Only its FAILED items; otherwise all.',
    }),
    includeUnknown: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Also its OUTCOME_UNKNOWN items, at the risk of doing them twice.',
    }),
    idempotencyKey: t.string({ description: SAME_IDEMPOTENCY_KEY }),
  }),
});

builder.mutationField('retryTask', (t) =>
  t.field({
    type: TaskPayload,
    // And at run time the one of the task's kind.
    extensions: { ...needsOneOf('ratings:write', 'employees:write', 'skills:write'), ...costs({ asks: CALL }) },
    description: "Does a finished task's items again, as a new task whose `parent` it is.",
    args: { input: t.arg({ type: RetryTaskInput, required: true, description: 'Which.' }) },
    resolve: (_, { input }, { directory, tasks, viewer }) => retryTask(input, viewer, { directory, engine: tasks }),
  }),
);
