import type { WriteDependencies, Writer } from '../../../src/tasks/commands/startTask.ts';
import type { TaskEngine } from '../../../src/tasks/engine/engine.ts';
import type { IdempotencyKey, NewTask, StartResult, Task, TaskItem, TaskItemState } from '../../../src/tasks/task.ts';

export const WRITER: Writer = { tenant: 'default', client: 'tests' };

type Engine = WriteDependencies['engine'] & Pick<TaskEngine, 'get' | 'items' | 'cancel'>;

/** An engine that works on nothing, with the journal of what it was told. */
export class FakeTasks implements Engine {
  readonly started: NewTask[] = [];
  readonly calls: string[] = [];
  readonly #tasks = new Map<string, { task: Task; items: TaskItem[] }>();
  readonly #keys = new Map<string, { bodyHash: string; task: Task }>();
  /** Whether `replay` answers as if the key were free, as when two calls come at once. */
  blind = false;

  replay: Engine['replay'] = (tenant, client, idempotency) => {
    this.calls.push('replay');
    return Promise.resolve(this.blind ? null : this.#claimed(tenant, client, idempotency));
  };

  start = (task: NewTask): Promise<StartResult> => {
    this.calls.push('start');
    const claimed = task.idempotency && this.#claimed(task.tenant, task.client, task.idempotency);
    if (claimed) return Promise.resolve(claimed);
    this.started.push(task);
    const stored = taskOf(task, this.started.length);
    const items = task.items.map((item, position) => ({ ...item, ...NEW_ITEM, taskId: stored.id, position }));
    this.#tasks.set(stored.id, { task: stored, items });
    if (task.idempotency) {
      const { key, bodyHash } = task.idempotency;
      this.#keys.set(JSON.stringify([task.tenant, task.client, key]), { bodyHash, task: stored });
    }
    return Promise.resolve({ outcome: 'started', task: stored });
  };

  /** The task as if it had ended so, its items one by one. */
  end(id: string, state: Task['state'], itemStates: readonly TaskItemState[]): void {
    const known = this.#tasks.get(id);
    if (!known) throw new Error(`no task ${id}`);
    const unknown = itemStates.filter((itemState) => itemState === 'OUTCOME_UNKNOWN').length;
    const counts = { ...known.task.counts, unknown };
    Object.assign(known.task, { state, counts, revision: known.task.revision + 1 });
    itemStates.forEach((itemState, at) => Object.assign(known.items[at] ?? {}, { state: itemState, attempts: 1 }));
  }

  get: Engine['get'] = (tenant, id) => Promise.resolve(this.#of(tenant, id)?.task ?? null);

  /** Two a page, so that nobody takes the first for all. */
  items: Engine['items'] = (tenant, id, { states, afterPosition = -1, limit }) => {
    const all = (this.#of(tenant, id)?.items ?? []).filter(({ state }) => !states || states.includes(state));
    const left = all.filter(({ position }) => position > afterPosition);
    const size = Math.min(limit, 2);
    return Promise.resolve({ items: left.slice(0, size), total: all.length, hasNext: left.length > size });
  };

  cancel: Engine['cancel'] = (tenant, id) => {
    this.calls.push('cancel');
    const known = this.#of(tenant, id);
    if (known) this.end(id, 'CANCELLED', []);
    return Promise.resolve(known?.task ?? null);
  };

  #of(tenant: string, id: string): { task: Task; items: TaskItem[] } | null {
    const known = this.#tasks.get(id);
    return known?.task.tenant === tenant ? known : null;
  }

  #claimed(tenant: string, client: string | null, { key, bodyHash }: IdempotencyKey) {
    const known = this.#keys.get(JSON.stringify([tenant, client, key]));
    if (!known) return null;
    return known.bodyHash === bodyHash
      ? ({ outcome: 'replayed', task: known.task } as const)
      : ({ outcome: 'keyReused' } as const);
  }
}

const NEW_ITEM = { state: 'PENDING', attempts: 0, providerTaskId: null, outcome: null, problem: null } as const;

function taskOf({ tenant, client, kind, items, parentId }: NewTask, number: number): Task {
  const at = '2026-03-02T10:00:00.000Z';
  const counts = { pending: items.length, running: 0, succeeded: 0, failed: 0, unknown: 0, skipped: 0, cancelled: 0 };
  return {
    id: `task-${number}`,
    tenant,
    client,
    kind,
    state: 'QUEUED',
    revision: 1,
    createdAt: at,
    startedAt: null,
    finishedAt: null,
    expiresAt: at,
    counts: { total: items.length, ...counts },
    problem: null,
    parentId,
  };
}
