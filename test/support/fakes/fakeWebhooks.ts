import type { Task } from '../../../src/tasks/task.ts';
import type { Delivery, WebhookStore } from '../../../src/tasks/store/outbox/outboxStore.ts';

type Entry = Delivery & { order: number };

/** The outbox in memory, with the tasks that it is about: `change` is what a task store does when a task changes. */
export class FakeWebhooks implements WebhookStore {
  readonly tasks = new Map<string, Task>();
  readonly #entries = new Map<string, Entry>();
  #receivers: readonly string[] = [];
  #order = 0;
  /** Claims answered so far, empty ones too. */
  claims = 0;

  /** Stores a task and notes it for every receiver. */
  change(task: Task, now = Date.now()): void {
    this.tasks.set(task.id, task);
    for (const receiver of this.#receivers) {
      const { id: taskId, tenant, revision } = task;
      const known = this.#entries.get(`${receiver} ${taskId}`);
      if (known?.state === 'PENDING') known.revision = revision;
      else this.#put({ ...FRESH, receiver, tenant, taskId, revision, dueAt: now, since: now });
    }
  }

  get deliveries(): Delivery[] {
    return [...this.#entries.values()].map(shown);
  }

  /** As a task engine answers. */
  get = (tenant: string, id: string): Promise<Task | null> => {
    const task = this.tasks.get(id);
    return Promise.resolve(task?.tenant === tenant ? task : null);
  };

  receivers(names: readonly string[]): Promise<void> {
    this.#receivers = names;
    for (const [key, { receiver }] of this.#entries) if (!names.includes(receiver)) this.#entries.delete(key);
    return Promise.resolve();
  }

  claim(now: number, leaseMs: number, limit: number, receiver?: string): Promise<Delivery[]> {
    this.claims += 1;
    const due = [...this.#entries.values()]
      .filter((entry) => entry.state === 'PENDING' && entry.dueAt <= now)
      .filter((entry) => receiver === undefined || entry.receiver === receiver)
      .toSorted((a, b) => a.dueAt - b.dueAt)
      .slice(0, limit);
    for (const entry of due) entry.dueAt = now + leaseMs;
    return Promise.resolve(due.map(shown));
  }

  delivered(receiver: string, taskId: string, revision: number, now: number): Promise<void> {
    const entry = this.#entries.get(`${receiver} ${taskId}`);
    if (entry && entry.revision > revision) this.#put({ ...entry, ...FRESH, dueAt: now });
    else this.#entries.delete(`${receiver} ${taskId}`);
    return Promise.resolve();
  }

  failed(
    receiver: string,
    taskId: string,
    { revision, dueAt, problem, status }: Parameters<WebhookStore['failed']>[2],
    now: number,
  ): Promise<void> {
    const entry = this.#entries.get(`${receiver} ${taskId}`);
    if (!entry) return Promise.resolve();
    const tried = { ...entry, triedAt: now, problem, status, attempts: entry.attempts + 1 };
    if (dueAt !== null) this.#put({ ...tried, dueAt });
    else if (entry.revision > revision) this.#put({ ...tried, attempts: 0, dueAt: now });
    else this.#put({ ...tried, state: 'DEAD' });
    return Promise.resolve();
  }

  nextDue(): Promise<number | null> {
    const due = [...this.#entries.values()].filter(({ state }) => state === 'PENDING').map(({ dueAt }) => dueAt);
    return Promise.resolve(due.length === 0 ? null : Math.min(...due));
  }

  list(
    tenant: string,
    states: readonly Delivery['state'][] | null,
    { after, limit }: { after: string | null; limit: number },
  ): ReturnType<WebhookStore['list']> {
    const all = [...this.#entries.values()]
      .filter((entry) => entry.tenant === tenant && (states === null || states.includes(entry.state)))
      .toSorted((a, b) => b.order - a.order);
    const page = all.filter(({ order }) => after === null || order < Number(after)).slice(0, limit);
    return Promise.resolve({
      deliveries: page.map((entry) => ({ delivery: shown(entry), cursor: String(entry.order) })),
      total: all.length,
    });
  }

  redeliver(tenant: string, receiver: string, taskId: string, now: number): Promise<Delivery | null> {
    const entry = this.#entries.get(`${receiver} ${taskId}`);
    if (entry?.tenant !== tenant) return Promise.resolve(null);
    this.#put({ ...entry, state: 'PENDING', attempts: 0, dueAt: now });
    return Promise.resolve(shown(this.#entries.get(`${receiver} ${taskId}`) as Entry));
  }

  #put(entry: Omit<Entry, 'order'> & { order?: number }): void {
    const key = `${entry.receiver} ${entry.taskId}`;
    this.#entries.set(key, { ...entry, order: this.#entries.get(key)?.order ?? (this.#order += 1) });
  }
}

const FRESH = {
  state: 'PENDING',
  attempts: 0,
  triedAt: null,
  problem: null,
  status: null,
} as const;

function shown(entry: Entry): Delivery {
  const { order: _order, ...delivery } = entry;
  return delivery;
}

/** A task of one item. */
export function taskToTell(values: Partial<Task> = {}): Task {
  return {
    id: 'task-1',
    tenant: 'default',
    client: 'tests',
    kind: 'RATE_SKILLS',
    state: 'RUNNING',
    revision: 1,
    createdAt: '2026-03-02T10:00:00.000Z',
    startedAt: '2026-03-02T10:00:01.000Z',
    finishedAt: null,
    expiresAt: '2026-03-09T10:00:00.000Z',
    counts: { total: 1, pending: 0, running: 1, succeeded: 0, failed: 0, unknown: 0, skipped: 0, cancelled: 0 },
    problem: null,
    parentId: null,
    ...values,
  };
}
