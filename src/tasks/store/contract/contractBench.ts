import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { ItemWrite, NewTaskItem, Task } from '../../task.ts';
import type { BatchRef, ItemChange, ItemProgress, OpenItem, TaskStore, TaskToStore } from '../store.ts';

export const NOW = Date.parse('2026-03-02T10:00:00.000Z');
export const DAY = 86_400_000;
export const SECOND = 1000;

export type OpenStore = (options: {
  retentionMs?: number;
}) => Promise<{ store: TaskStore; close: () => Promise<void> }>;

/** An item with this work, everything else plain. */
export function itemOf(work: ItemWrite, integration = 'hr'): NewTaskItem {
  return { index: 0, key: null, integration, work, conversion: null, warnings: [] };
}

/** A rating of the skill; a bare tag where it is null. */
export function rating(skillId: string, value: number | null): NewTaskItem {
  return itemOf({
    operation: value === null ? 'assign' : 'rate',
    write: { employeeId: 'e1', skillId, value: value === null ? null : { kind: 'number', value }, scale: null },
  });
}

/** As many ratings, each of a skill of its own. */
export function ratings(count: number): NewTaskItem[] {
  return Array.from({ length: count }, (_, index) => rating(`s${index}`, 1));
}

/** Changes an item as the worker does: everything else stays. */
export function change(item: OpenItem, values: Partial<ItemChange>): ItemChange {
  const { position, version, state, inFlight, attempts, providerTaskId, outcome, problem, warnings, progress } = item;
  return {
    position,
    version,
    state,
    inFlight,
    attempts,
    providerTaskId,
    outcome,
    problem,
    warnings,
    progress,
    ...values,
  };
}

export const SENT = { state: 'RUNNING', inFlight: true, attempts: 1 } as const;

/** An item that failed and is to be tried again. */
export function waiting(progress: Partial<ItemProgress> = {}) {
  const problem = {
    code: 'TIMEOUT',
    message: 'No answer.',
    retryable: true,
    retryAfterSeconds: null,
    providerCode: null,
    requestId: null,
  } as const;
  const remembered = { tries: 1, dueAt: NOW + SECOND, acceptedAt: null, resubmitted: false, uncertain: false };
  return {
    state: 'RUNNING',
    inFlight: false,
    attempts: 1,
    problem,
    progress: { ...remembered, ...progress },
  } as const;
}

/** A store for the tests of one suite, a tenant for each test, and short ways to do what most of them do. */
export class StoreBench {
  #opened: { store: TaskStore; close: () => Promise<void> } | null = null;
  tenant = '';

  get store(): TaskStore {
    if (!this.#opened) throw new Error('The store is open in tests only.');
    return this.#opened.store;
  }

  /** Opens the store before the suite's tests and closes it after them. */
  use(openStore: OpenStore, options: { retentionMs?: number } = {}): this {
    beforeAll(async () => {
      this.#opened = await openStore(options);
    });
    afterAll(() => this.#opened?.close());
    beforeEach(() => {
      this.tenant = randomUUID();
    });
    return this;
  }

  task(items: NewTaskItem[], more: Partial<TaskToStore> = {}): TaskToStore {
    return {
      id: randomUUID(),
      tenant: this.tenant,
      client: null,
      kind: 'RATE_SKILLS',
      items,
      batches: items.map((_, index) => index),
      idempotency: null,
      parentId: null,
      ...more,
    };
  }

  async start(stored: TaskToStore, now = NOW): Promise<{ task: Task; overtaken: Task[] }> {
    const result = await this.store.start(stored, now);
    if (result.outcome !== 'started') throw new Error(`The task is ${result.outcome}.`);
    return result;
  }

  /** The first unfinished item of a batch. */
  async only(id: string, batch = 0): Promise<OpenItem> {
    const [item] = await this.store.open({ taskId: id, batch });
    if (!item) throw new Error('The batch has no unfinished item.');
    return item;
  }

  /** Changes the item of a batch. */
  async set(id: string, values: Partial<ItemChange>, { batch = 0, now = NOW } = {}) {
    return this.store.apply(id, [change(await this.only(id, batch), values)], now);
  }

  finish(id: string, state: ItemChange['state'], now = NOW, batch = 0) {
    return this.set(id, { state, inFlight: false }, { now, batch });
  }

  /** All unfinished batches of these tasks, read in pages. */
  async unfinished(ids: readonly string[], limit = 100): Promise<BatchRef[]> {
    const found: BatchRef[] = [];
    let after: string | null = null;
    do {
      const page = await this.store.unfinished({ after, limit });
      if (page.batches.length > limit) throw new Error('The page is too long.');
      found.push(...page.batches);
      after = page.next;
    } while (after !== null);
    return found.filter(({ taskId }) => ids.includes(taskId));
  }
}
