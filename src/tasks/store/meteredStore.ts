import type { Task } from '../task.ts';
import type { TaskStore } from './store.ts';
import { isFinalTask } from '../stateMachine.ts';

/** Who counts tasks. */
export interface TaskMeter {
  /** A task was stored; a replayed one was before. */
  started(task: Task): void;
  /** The task's last item ended: once a task, on the replica that ended it. */
  finished(task: Task): void;
}

/** The same store, each change of which is counted once it is stored. */
export function meteredStore(store: TaskStore, meter: TaskMeter): TaskStore {
  const changed = (task: Task) => {
    if (isFinalTask(task.state)) meter.finished(task);
  };
  return {
    ...store,
    async start(task, now) {
      const result = await store.start(task, now);
      if (result.outcome !== 'started') return result;
      meter.started(result.task);
      for (const other of result.overtaken) changed(other);
      return result;
    },
    async apply(taskId, changes, now) {
      const applied = await store.apply(taskId, changes, now);
      if (applied) changed(applied.task);
      return applied;
    },
    async cancel(tenant, id, now) {
      const result = await store.cancel(tenant, id, now);
      if (result?.changed) changed(result.task);
      return result;
    },
  };
}
