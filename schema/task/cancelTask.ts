import { cancelTask } from '../../src/tasks/commands/cancelTask.ts';
import { needsOneOf } from '../access.ts';
import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { TaskPayload } from './payload.ts';

const CancelTaskInput = builder.inputType('CancelTaskInput', {
  description: 'A task to stop.',
  fields: (t) => ({
    taskId: t.id({ required: true, description: 'The task.' }),
  }),
});

builder.mutationField('cancelTask', (t) =>
  t.field({
    type: TaskPayload,
    // And at run time the one of the task's kind.
    extensions: { ...needsOneOf('ratings:write', 'employees:write', 'skills:write'), ...costs({ asks: CALL }) },
    description:
      'Stops a task: items not started become CANCELLED, those in flight finish. A finished task stays as it is. May be repeated.',
    args: { input: t.arg({ type: CancelTaskInput, required: true, description: 'Which.' }) },
    resolve: (_, { input }, { tasks, viewer }) => cancelTask(input, viewer, tasks),
  }),
);
