import type { TaskEngine } from './engine/engine.ts';

/** An engine that is still opening: every call waits for it. Opening takes seconds the first time, and queries need not wait. */
export function deferredEngine(opening: Promise<TaskEngine>): TaskEngine {
  return {
    start: async (task) => (await opening).start(task),
    replay: async (tenant, client, idempotency) => (await opening).replay(tenant, client, idempotency),
    get: async (tenant, id) => (await opening).get(tenant, id),
    item: async (tenant, taskId, position) => (await opening).item(tenant, taskId, position),
    items: async (tenant, taskId, page) => (await opening).items(tenant, taskId, page),
    watch: async (tenant, id, options) => (await opening).watch(tenant, id, options),
    cancel: async (tenant, id) => (await opening).cancel(tenant, id),
    list: async (tenant, filter, page) => (await opening).list(tenant, filter, page),
    follow: async (since, hear) => (await opening).follow(since, hear),
    close: async () => (await opening).close(),
  };
}
