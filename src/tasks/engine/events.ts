import type { Task } from '../task.ts';

/** What a listener is told. */
export interface TaskListener {
  news(task: Task): void;
  /** News may have been missed, e.g. while a connection was lost: read the store again. */
  gap(): void;
}

/** News of tasks, published after they were stored. News may come late or not at all; the store is the truth. */
export interface TaskEvents {
  /** A store that publishes by itself, in the step that changes a task, leaves nothing to do here. */
  publish(task: Task): void;
  /** Resolves once nothing published from now on is missed; with the way to stop listening. */
  listen(taskId: string, listener: TaskListener): Promise<() => void>;
  /** Says that items were written, not which: they are read from the store. As `publish`, nothing to do on some stores. */
  publishWritten(): void;
  /** Calls back when there may be newly written items, on whatever replica, and after a gap. */
  listenWritten(hear: () => void): Promise<() => void>;
}

/** News within this process. `size` counts the listeners. */
export function localEvents(): TaskEvents & { readonly size: number } {
  const listeners = new Map<string, Set<TaskListener>>();
  const writtenListeners = new Set<() => void>();
  return {
    get size() {
      return [...listeners.values()].reduce((sum, set) => sum + set.size, 0);
    },
    publish(task) {
      for (const { news } of listeners.get(task.id) ?? []) news(task);
    },
    listen(taskId, listener) {
      const set = listeners.get(taskId) ?? new Set();
      listeners.set(taskId, set.add(listener));
      return Promise.resolve(() => {
        set.delete(listener);
        if (set.size === 0 && listeners.get(taskId) === set) listeners.delete(taskId);
      });
    },
    publishWritten() {
      for (const hear of writtenListeners) hear();
    },
    listenWritten(hear) {
      writtenListeners.add(hear);
      return Promise.resolve(() => {
        writtenListeners.delete(hear);
      });
    },
  };
}
