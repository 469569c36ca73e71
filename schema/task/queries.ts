import type { Task } from '../../src/tasks/task.ts';
import { taskIdOf } from '../../src/tasks/taskId.ts';
import { builder } from '../builder.ts';
import { requestError } from '../errors.ts';
import { TaskRef } from './task.ts';

builder.queryField('task', (t) =>
  t.field({
    type: TaskRef,
    nullable: true,
    description:
      "One task; null when it is unknown or not the viewer's. An expired task is still answered, in state EXPIRED.",
    args: { id: t.arg.id({ required: true, description: "The task's id." }) },
    resolve: (_, { id }, { tasks, viewer }) => {
      const taskId = taskIdOf(id);
      return taskId === null ? null : tasks.get(viewer.tenant, taskId);
    },
  }),
);

builder.subscriptionField('taskUpdated', (t) =>
  t.field({
    type: TaskRef,
    description:
      'The task now, then every later revision, without a gap and none twice; completes after its final state. A slow reader may find intermediate revisions merged. An unknown id is refused with NOT_FOUND, which also ends the stream of a task that the store has lost.',
    args: {
      id: t.arg.id({ required: true, description: "The task's id." }),
      afterRevision: t.arg.int({
        description:
          'The last revision seen: only later ones are sent, and none at all when it was the final one. A store that has lost its last writes may know an earlier one alone, which is sent then.',
      }),
    },
    subscribe: async (_, { id, afterRevision }, { tasks, viewer, signal }) => {
      const taskId = taskIdOf(id);
      const resume = typeof afterRevision === 'number' ? { afterRevision } : {};
      const gone = () => requestError('NOT_FOUND', 'There is no such task.', 'id');
      const updates = taskId === null ? null : await tasks.watch(viewer.tenant, taskId, { ...resume, signal, gone });
      if (updates === null) throw gone();
      return updates;
    },
    resolve: (task: Task) => task,
  }),
);
