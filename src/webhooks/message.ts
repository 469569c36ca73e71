import { createHash } from 'node:crypto';
import { encodeId } from '../domain/ids.ts';
import type { Task } from '../tasks/task.ts';
import type { Delivery } from '../tasks/store/outbox/outboxStore.ts';

/** The same for every try to tell this receiver of this revision, and nothing else: receivers drop what they know by it. */
export function messageId(receiver: string, task: Pick<Task, 'id' | 'revision'>): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([receiver, task.id, task.revision]))
    .digest('hex');
  return `msg_${digest.slice(0, 32)}`;
}

/** What a receiver is told: how far the task is, and no item, for those name people. It asks the graph for more. */
export function messageBody(task: Task, { since }: Pick<Delivery, 'since'>): string {
  return JSON.stringify({
    type: 'task.updated',
    // Of a change before the last nobody keeps the time; `since` is when the first untold one was made.
    timestamp: task.finishedAt ?? new Date(since).toISOString(),
    data: {
      task: {
        id: encodeId('Task', task.id),
        kind: task.kind,
        state: task.state,
        revision: task.revision,
        createdAt: task.createdAt,
        startedAt: task.startedAt,
        finishedAt: task.finishedAt,
        counts: task.counts,
        parent: task.parentId === null ? null : encodeId('Task', task.parentId),
      },
      tenant: task.tenant,
    },
  });
}
