import type { Task } from '../task.ts';

/** News of tasks, published after they were stored. News may come late or not at all; the store is the truth. */
export interface TaskEvents {
  publish(task: Task): void;
  /** Resolves once nothing published from now on is missed; with the way to stop listening. */
  listen(taskId: string, hear: (task: Task) => void): Promise<() => void>;
}

/** News within this process. `size` counts the listeners. */
export function localEvents(): TaskEvents & { readonly size: number } {
  const listeners = new Map<string, Set<(task: Task) => void>>();
  return {
    get size() {
      return [...listeners.values()].reduce((sum, set) => sum + set.size, 0);
    },
    publish(task) {
      for (const hear of listeners.get(task.id) ?? []) hear(task);
    },
    listen(taskId, hear) {
      const set = listeners.get(taskId) ?? new Set();
      listeners.set(taskId, set.add(hear));
      return Promise.resolve(() => {
        set.delete(hear);
        if (set.size === 0 && listeners.get(taskId) === set) listeners.delete(taskId);
      });
    },
  };
}
