import type { Problem } from '../../../src/domain/problem.ts';
import type { OpenItem, TaskStore } from '../../../src/tasks/store/store.ts';
import { isFinalItem } from '../../../src/tasks/stateMachine.ts';
import type { ItemWrite, Task, TaskItem } from '../../../src/tasks/task.ts';

/** One item of one task in memory, as far as a worker's visits go: hundreds of them in the time of one in a database. */
export interface OneItemStore extends Pick<TaskStore, 'open' | 'apply'> {
  readonly item: TaskItem;
}

/** An item that waits for its first visit. */
export function oneItemStore(taskId: string, integration: string, work: ItemWrite): OneItemStore {
  let item: OpenItem = {
    taskId,
    position: 0,
    index: 0,
    key: null,
    integration,
    work,
    conversion: null,
    warnings: [],
    state: 'PENDING',
    attempts: 0,
    providerTaskId: null,
    outcome: null,
    problem: null,
    tenant: 'default',
    version: 0,
    inFlight: false,
    blocked: false,
    cancelling: false,
    progress: { tries: 0, dueAt: null, acceptedAt: null, resubmitted: false, uncertain: false },
  };
  return {
    get item() {
      return item;
    },
    open: () => Promise.resolve(isFinalItem(item.state) ? [] : [item]),
    apply(_taskId, changes, now) {
      const [change] = changes;
      if (!change || change.version !== item.version || isFinalItem(item.state)) return Promise.resolve(null);
      item = { ...item, ...change, version: item.version + 1 };
      return Promise.resolve({ task: taskOf(item, now), changed: [0] });
    },
  };
}

function taskOf({ taskId, version, state }: OpenItem, now: number): Task {
  const at = new Date(now).toISOString();
  const problem: Problem | null = null;
  const counts = { total: 1, pending: 0, running: 1, succeeded: 0, failed: 0, skipped: 0, cancelled: 0, unknown: 0 };
  const ended = isFinalItem(state);
  return {
    id: taskId,
    tenant: 'default',
    client: null,
    kind: 'RATE_SKILLS',
    state: ended ? 'SUCCEEDED' : 'RUNNING',
    revision: version,
    createdAt: at,
    startedAt: at,
    finishedAt: ended ? at : null,
    expiresAt: at,
    counts,
    problem,
    parentId: null,
  };
}
