import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NewTaskItem, Task } from '../task.ts';
import type { ItemChange, OpenItem, TaskStore, TaskToStore } from './store.ts';

const NOW = Date.parse('2026-03-02T10:00:00.000Z');
const DAY = 86_400_000;
const SECOND = 1000;

function rating(skillId: string, value: number | null): NewTaskItem {
  return {
    index: 0,
    key: null,
    integration: 'hr',
    work: {
      operation: value === null ? 'assign' : 'rate',
      write: { employeeId: 'e1', skillId, value: value === null ? null : { kind: 'number', value }, scale: null },
    },
    conversion: null,
    warnings: [],
  };
}

/** Changes an item as the worker does: everything else stays. */
function change(item: OpenItem, values: Partial<ItemChange>): ItemChange {
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

/** What every task store must do; a store's own test calls it with how to open one. */
export function taskStoreContract(openStore: () => Promise<{ store: TaskStore; close: () => Promise<void> }>): void {
  let store: TaskStore;
  let close: () => Promise<void>;
  let tenant: string;

  beforeAll(async () => {
    ({ store, close } = await openStore());
  });
  afterAll(() => close());
  beforeEach(() => {
    tenant = randomUUID();
  });

  const task = (items: NewTaskItem[], more: Partial<TaskToStore> = {}): TaskToStore => ({
    id: randomUUID(),
    tenant,
    client: null,
    kind: 'RATE_SKILLS',
    items,
    batches: items.map((_, index) => index),
    idempotency: null,
    ...more,
  });
  const start = async (stored: TaskToStore, now = NOW): Promise<{ task: Task; overtaken: Task[] }> => {
    const result = await store.start(stored, now);
    if (result.outcome !== 'started') throw new Error(`The task is ${result.outcome}.`);
    return result;
  };
  const only = async (id: string, batch = 0): Promise<OpenItem> => {
    const [item] = await store.open({ taskId: id, batch });
    if (!item) throw new Error('The batch has no unfinished item.');
    return item;
  };
  const finish = async (id: string, state: ItemChange['state'], now = NOW, batch = 0) =>
    store.apply(id, [change(await only(id, batch), { state, inFlight: false })], now);

  describe('a stored task', () => {
    it('is there as it was accepted', async () => {
      const stored = task([rating('s1', 1), rating('s2', 2)], { client: 'robot' });
      const { task: answered } = await start(stored);
      expect(answered).toEqual({
        id: stored.id,
        tenant,
        client: 'robot',
        kind: 'RATE_SKILLS',
        state: 'QUEUED',
        revision: 1,
        createdAt: '2026-03-02T10:00:00.000Z',
        startedAt: null,
        finishedAt: null,
        expiresAt: '2026-03-09T10:00:00.000Z',
        counts: { total: 2, pending: 2, running: 0, succeeded: 0, failed: 0, unknown: 0, skipped: 0, cancelled: 0 },
        problem: null,
        parentId: null,
      } satisfies Task);
      expect(await store.task(tenant, stored.id)).toEqual(answered);
      expect(await store.item(tenant, stored.id, 1)).toEqual({
        ...rating('s2', 2),
        taskId: stored.id,
        position: 1,
        state: 'PENDING',
        attempts: 0,
        providerTaskId: null,
        outcome: null,
        problem: null,
      });
    });

    it('is unknown to another tenant', async () => {
      const { id } = task([rating('s1', 1)]);
      await start(task([rating('s1', 1)], { id }));
      expect(await store.task('other', id)).toBeNull();
      expect(await store.item('other', id, 0)).toBeNull();
      expect(await store.items('other', id, { states: null, afterPosition: -1, limit: 10 })).toEqual([]);
    });

    it('shows its items page by page, and by state', async () => {
      const stored = task([rating('s1', 1), rating('s2', 2), rating('s3', 3)]);
      await start(stored);
      await finish(stored.id, 'FAILED', NOW, 1);
      const page = async (states: ItemChange['state'][] | null, afterPosition: number, limit: number) =>
        (await store.items(tenant, stored.id, { states, afterPosition, limit })).map((item) => item.position);
      expect(await page(null, -1, 2)).toEqual([0, 1]);
      expect(await page(null, 1, 2)).toEqual([2]);
      expect(await page(['PENDING'], -1, 9)).toEqual([0, 2]);
      expect(await page(['FAILED', 'SUCCEEDED'], -1, 9)).toEqual([1]);
    });
  });

  describe('a change', () => {
    it('is one revision for all its items, counts them, and starts and finishes the task', async () => {
      const stored = task([rating('s1', 1), rating('s2', 2)], { batches: [0, 0] });
      await start(stored);
      const ref = { taskId: stored.id, batch: 0 };
      const begun = await store.apply(
        stored.id,
        (await store.open(ref)).map((item) => change(item, { state: 'RUNNING', attempts: 1, inFlight: true })),
        NOW + SECOND,
      );
      expect(begun).toMatchObject({
        changed: [0, 1],
        task: {
          state: 'RUNNING',
          revision: 2,
          startedAt: '2026-03-02T10:00:01.000Z',
          counts: { pending: 0, running: 2 },
        },
      });
      const problem = {
        code: 'REJECTED',
        message: 'No.',
        retryable: false,
        retryAfterSeconds: null,
        providerCode: 'x',
        requestId: null,
      } as const;
      const [first, second] = await store.open(ref);
      if (!first || !second) throw new Error('Both items are unfinished.');
      const ended = await store.apply(
        stored.id,
        [
          change(first, { state: 'SUCCEEDED', inFlight: false, warnings: ['Rounded.'] }),
          change(second, { state: 'FAILED', inFlight: false, problem }),
        ],
        NOW + 2 * SECOND,
      );
      expect(ended?.task).toMatchObject({
        state: 'PARTIALLY_SUCCEEDED',
        revision: 3,
        finishedAt: '2026-03-02T10:00:02.000Z',
        expiresAt: '2026-03-09T10:00:02.000Z',
        counts: { total: 2, pending: 0, running: 0, succeeded: 1, failed: 1 },
      });
      expect(await store.item(tenant, stored.id, 0)).toMatchObject({
        state: 'SUCCEEDED',
        attempts: 1,
        warnings: ['Rounded.'],
      });
      expect(await store.item(tenant, stored.id, 1)).toMatchObject({ state: 'FAILED', problem });
      expect(await store.open(ref)).toEqual([]);
    });

    it('made from an older version, or of a final item, changes nothing', async () => {
      const stored = task([rating('s1', 1)]);
      await start(stored);
      const before = await only(stored.id);
      await store.apply(stored.id, [change(before, { state: 'RUNNING' })], NOW);
      expect(await store.apply(stored.id, [change(before, { state: 'FAILED' })], NOW)).toBeNull();
      await finish(stored.id, 'SUCCEEDED');
      expect(await store.apply(stored.id, [change({ ...before, version: 2 }, { state: 'FAILED' })], NOW)).toBeNull();
      expect(await store.task(tenant, stored.id)).toMatchObject({ state: 'SUCCEEDED', revision: 3 });
    });

    it('keeps what the worker remembers', async () => {
      const stored = task([rating('s1', 1)]);
      await start(stored);
      const progress = { tries: 3, dueAt: NOW + 5, acceptedAt: NOW, resubmitted: true };
      const values = { state: 'RUNNING', inFlight: true, providerTaskId: 'p1', progress } as const;
      await store.apply(stored.id, [change(await only(stored.id), values)], NOW);
      expect(await only(stored.id)).toMatchObject({ ...values, version: 1, blocked: false, tenant });
    });
  });

  describe('an idempotency key', () => {
    const key = (bodyHash: string) => ({ idempotency: { key: 'k', bodyHash } });

    it('answers the first task again for the same body, and refuses another body', async () => {
      const { task: first } = await start(task([rating('s1', 1)], key('a')));
      expect(await store.start(task([rating('s1', 1)], key('a')), NOW)).toEqual({ outcome: 'replayed', task: first });
      expect(await store.start(task([rating('s1', 2)], key('b')), NOW)).toEqual({ outcome: 'keyReused' });
      expect((await store.unfinished()).filter(({ taskId }) => taskId === first.id)).toHaveLength(1);
    });

    it('belongs to one tenant and client', async () => {
      const outcome = async (more: Partial<TaskToStore>) =>
        (await store.start(task([rating('s1', 1)], { ...key('a'), ...more }), NOW)).outcome;
      expect(await outcome({})).toBe('started');
      expect(await outcome({ client: 'robot' })).toBe('started');
      expect(await outcome({ tenant: randomUUID() })).toBe('started');
      expect(await outcome({ client: 'robot' })).toBe('replayed');
    });

    it('is looked up without claiming it', async () => {
      const lookUp = (bodyHash: string, now = NOW, client: string | null = null) =>
        store.claimed(tenant, client, { key: 'k', bodyHash }, now);
      expect(await lookUp('a')).toBeNull();
      const { task: first } = await start(task([rating('s1', 1)], key('a')));
      expect(await lookUp('a')).toEqual({ outcome: 'replayed', task: first });
      expect(await lookUp('b')).toEqual({ outcome: 'keyReused' });
      expect(await lookUp('a', NOW, 'robot')).toBeNull();
      expect(await lookUp('a', NOW + DAY)).toBeNull();
    });

    it('lives 24 hours', async () => {
      await start(task([rating('s1', 1)], key('a')));
      const again = () => task([rating('s1', 1)], key('b'));
      expect((await store.start(again(), NOW + DAY - 1)).outcome).toBe('keyReused');
      expect((await store.start(again(), NOW + DAY)).outcome).toBe('started');
    });

    it('makes one task of racing starts', async () => {
      const results = await Promise.all(
        Array.from({ length: 10 }, () => store.start(task([rating('s1', 1)], key('a')), NOW)),
      );
      const tasks = results.map((result) => (result.outcome === 'keyReused' ? null : result.task.id));
      expect(new Set(tasks).size).toBe(1);
      expect(results.filter((result) => result.outcome === 'started')).toHaveLength(1);
    });
  });

  describe('of two items for the same employee and skill', () => {
    it('the later rating cancels the earlier that is not under way', async () => {
      const early = task([rating('s1', 1), rating('s2', 1)]);
      await start(early);
      const late = await start(task([rating('s1', 2)]));
      expect(late.overtaken).toMatchObject([
        { id: early.id, revision: 2, state: 'QUEUED', counts: { pending: 1, cancelled: 1 } },
      ]);
      expect(await store.item(tenant, early.id, 0)).toMatchObject({
        state: 'CANCELLED',
        problem: { code: 'SUPERSEDED' },
      });
      expect(await only(late.task.id)).toMatchObject({ blocked: false });
    });

    it('one that waits to be tried again is cancelled too, and its task is finished by it', async () => {
      const early = task([rating('s1', 1)]);
      await start(early);
      await store.apply(early.id, [change(await only(early.id), { state: 'RUNNING', attempts: 1 })], NOW);
      const { overtaken } = await start(task([rating('s1', 2)]), NOW + SECOND);
      expect(overtaken).toMatchObject([
        {
          id: early.id,
          state: 'CANCELLED',
          finishedAt: '2026-03-02T10:00:01.000Z',
          expiresAt: '2026-03-09T10:00:01.000Z',
        },
      ]);
      expect(await store.open({ taskId: early.id, batch: 0 })).toEqual([]);
    });

    it('the later waits for one that is under way', async () => {
      const early = task([rating('s1', 1)]);
      await start(early);
      await store.apply(early.id, [change(await only(early.id), { state: 'RUNNING', inFlight: true })], NOW);
      const late = await start(task([rating('s1', 2)]));
      expect(late.overtaken).toEqual([]);
      expect(await only(late.task.id)).toMatchObject({ blocked: true });
      await finish(early.id, 'SUCCEEDED');
      expect(await only(late.task.id)).toMatchObject({ blocked: false });
    });

    it('a later bare tag cancels nothing and waits', async () => {
      const early = task([rating('s1', 1)]);
      await start(early);
      const late = await start(task([rating('s1', null)]));
      expect(late.overtaken).toEqual([]);
      expect(await only(early.id)).toMatchObject({ blocked: false });
      expect(await only(late.task.id)).toMatchObject({ blocked: true });
    });

    it('another tenant’s is another’s', async () => {
      await start(task([rating('s1', 1)]));
      const { overtaken } = await start(task([rating('s1', 2)], { tenant: randomUUID() }));
      expect(overtaken).toEqual([]);
    });

    it('a replayed start cancels nothing', async () => {
      const idempotency = { key: 'k', bodyHash: 'a' };
      await start(task([rating('s1', 1)], { idempotency }));
      const { task: second } = await start(task([rating('s1', 2)]));
      await store.start(task([rating('s1', 1)], { idempotency }), NOW);
      expect(await store.task(tenant, second.id)).toEqual(second);
    });
  });

  it('the unfinished batches are listed in the order of acceptance', async () => {
    const first = task([rating('s1', 1), rating('s2', 1), rating('s3', 1)], { batches: [0, 0, 1] });
    const second = task([rating('s4', 1)]);
    await start(first);
    await start(second);
    await finish(first.id, 'SUCCEEDED', NOW, 1);
    const mine = (await store.unfinished()).filter(({ taskId }) => taskId === first.id || taskId === second.id);
    expect(mine).toEqual([
      { taskId: first.id, batch: 0 },
      { taskId: second.id, batch: 0 },
    ]);
  });

  it('a finished task expires after seven days, its tombstone after thirty more, and an unfinished one never', async () => {
    const done = task([rating('s1', 1)]);
    const open = task([rating('s2', 1)]);
    await start(done);
    await start(open);
    await finish(done.id, 'SUCCEEDED');
    const expired = async (now: number) => (await store.expire(now)).filter(({ tenant: of }) => of === tenant);
    expect(await expired(NOW + 7 * DAY - 1)).toEqual([]);
    expect(await expired(NOW + 7 * DAY)).toMatchObject([
      { id: done.id, state: 'EXPIRED', revision: 3, counts: { total: 1, succeeded: 1 } },
    ]);
    expect(await store.items(tenant, done.id, { states: null, afterPosition: -1, limit: 9 })).toEqual([]);
    expect(await expired(NOW + 37 * DAY)).toEqual([]);
    expect(await store.task(tenant, done.id)).toBeNull();
    expect(await store.task(tenant, open.id)).toMatchObject({ state: 'QUEUED' });
  });
}
