import type { Task } from '../../src/tasks/task.ts';
import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { badCursor, Connection, cursorsOf, pageArgs } from '../connection.ts';
import { connectionType } from '../connectionType.ts';
import { conditionsOf, NO_NULLS } from '../conditions.ts';
import { TaskKindEnum, TaskRef, TaskStateEnum } from './task.ts';

const TaskFilter = builder.inputType('TaskFilter', {
  description: `Conditions on tasks; all given ones must hold, and a list is met by any of its values. ${NO_NULLS}`,
  fields: (t) => ({
    kinds: t.field({ type: [TaskKindEnum], description: 'Kind of task.' }),
    states: t.field({ type: [TaskStateEnum], description: 'State of the task.' }),
    integrations: t.stringList({
      description:
        'Has an item for one of these, by `Integration.name`; also of integrations that are configured no more.',
    }),
    createdSince: t.field({ type: 'DateTime', description: 'Created at or after this instant.' }),
  }),
});

const { connection: TaskConnection } = connectionType<Connection<Task>>('Task', TaskRef, 'tasks:read', {
  connection: 'Tasks, paged.',
  edge: 'A task on a page.',
  cursor: 'Opaque position, stable while tasks are added.',
  node: 'The task.',
  nodes: "The page's tasks.",
  totalCount: 'Tasks on all pages.',
});

const RULES = { list: 'tasks', usual: 25, most: 100 };

builder.queryField('tasks', (t) =>
  t.field({
    type: TaskConnection,
    extensions: costs({ asks: CALL }),
    // What is refused here leaves the other fields of the request standing.
    nullable: true,
    description: "Tasks of the viewer's tenant, newest first.",
    args: {
      first: t.arg.int({ defaultValue: 25, description: 'How many, 1 to 100.' }),
      after: t.arg.string({ description: 'Only what follows this cursor.' }),
      filter: t.arg({ type: TaskFilter, description: 'Only tasks that meet all of these conditions.' }),
    },
    resolve: async (_, { filter, ...args }, { tasks, viewer }) => {
      const { first, after } = pageArgs(args, RULES);
      // What stores give as cursors counts the tasks in the order of acceptance.
      if (after && !/^\d{1,18}$/.test(after.id)) throw badCursor('after');
      const limit = first ?? RULES.usual;
      const { createdSince, ...others } = conditionsOf(filter);
      const conditions = {
        ...others,
        createdSince: createdSince === undefined ? undefined : Date.parse(createdSince),
      };
      // One more than asked tells whether another page follows.
      const found = await tasks.list(viewer.tenant, conditions, { after: after?.id ?? null, limit: limit + 1 });
      const page = found.tasks.slice(0, limit);
      const cursors = new Map(page.map(({ task, cursor }) => [task, cursor]));
      return new Connection<Task>(
        { items: [...cursors.keys()], hasNext: found.tasks.length > limit, hasPrevious: after !== null },
        found.total,
        cursorsOf(RULES.list, (task) => ({ key: null, id: cursors.get(task) ?? '' })),
      );
    },
  }),
);
