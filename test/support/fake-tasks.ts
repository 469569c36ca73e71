import type { WriteDependencies, Writer } from '../../src/tasks/writes.ts';
import type { IdempotencyKey, NewTask, StartResult, Task } from '../../src/tasks/task.ts';

export const WRITER: Writer = { tenant: 'default', client: 'tests' };

type Engine = WriteDependencies['engine'];

/** An engine that stores nothing but its idempotency keys, with the journal of what it was told. */
export class FakeTasks implements Engine {
  readonly started: NewTask[] = [];
  readonly calls: string[] = [];
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
    if (task.idempotency) {
      const { key, bodyHash } = task.idempotency;
      this.#keys.set(JSON.stringify([task.tenant, task.client, key]), { bodyHash, task: stored });
    }
    return Promise.resolve({ outcome: 'started', task: stored });
  };

  #claimed(tenant: string, client: string | null, { key, bodyHash }: IdempotencyKey) {
    const known = this.#keys.get(JSON.stringify([tenant, client, key]));
    if (!known) return null;
    return known.bodyHash === bodyHash
      ? ({ outcome: 'replayed', task: known.task } as const)
      : ({ outcome: 'keyReused' } as const);
  }
}

function taskOf({ tenant, client, kind, items }: NewTask, number: number): Task {
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
    parentId: null,
  };
}
