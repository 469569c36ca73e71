import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../task.ts';
import { change, DAY, NOW, rating, ratings, SECOND, StoreBench, type OpenStore } from './contractBench.ts';
import { cancelContract } from './contractCancel.ts';
import { listContract } from './contractList.ts';
import { orderContract } from './contractOrder.ts';
import { ownerContract } from './contractOwner.ts';
import { transitionContract } from './contractTransitions.ts';
import { writtenContract } from './contractWritten.ts';
import type { ItemChange, TaskToStore } from '../store.ts';

/**
 * What every task store must do; a store's own test calls it with how to open one. Stores opened by the same function may
 * share their data: tests tell theirs by the tenant.
 */
export function taskStoreContract(openStore: OpenStore): void {
  const bench = new StoreBench().use(openStore);

  describe('a stored task', () => {
    it('is there as it was accepted', async () => {
      const stored = bench.task([rating('s1', 1), rating('s2', 2)], { client: 'robot' });
      const { task: answered } = await bench.start(stored);
      expect(answered).toEqual({
        id: stored.id,
        tenant: bench.tenant,
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
      expect(await bench.store.task(bench.tenant, stored.id)).toEqual(answered);
      expect(await bench.store.item(bench.tenant, stored.id, 1)).toEqual({
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
      const { id } = bench.task([rating('s1', 1)]);
      await bench.start(bench.task([rating('s1', 1)], { id }));
      expect(await bench.store.task('other', id)).toBeNull();
      expect(await bench.store.item('other', id, 0)).toBeNull();
      expect(await bench.store.items('other', id, { states: null, afterPosition: -1, limit: 10 })).toEqual([]);
    });

    it('shows its items page by page, and by state', async () => {
      const stored = bench.task([rating('s1', 1), rating('s2', 2), rating('s3', 3)]);
      await bench.start(stored);
      await bench.finish(stored.id, 'FAILED', NOW, 1);
      const page = async (states: ItemChange['state'][] | null, afterPosition: number, limit: number) =>
        (await bench.store.items(bench.tenant, stored.id, { states, afterPosition, limit })).map(
          (item) => item.position,
        );
      expect(await page(null, -1, 2)).toEqual([0, 1]);
      expect(await page(null, 1, 2)).toEqual([2]);
      expect(await page(['PENDING'], -1, 9)).toEqual([0, 2]);
      expect(await page(['FAILED', 'SUCCEEDED'], -1, 9)).toEqual([1]);
    });
  });

  describe('a change', () => {
    it('is one revision for all its items, counts them, and starts and finishes the task', async () => {
      const stored = bench.task([rating('s1', 1), rating('s2', 2)], { batches: [0, 0] });
      await bench.start(stored);
      const ref = { taskId: stored.id, batch: 0 };
      const begun = await bench.store.apply(
        stored.id,
        (await bench.store.open(ref)).map((item) => change(item, { state: 'RUNNING', attempts: 1, inFlight: true })),
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
      const [first, second] = await bench.store.open(ref);
      if (!first || !second) throw new Error('Both items are unfinished.');
      const ended = await bench.store.apply(
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
      expect(await bench.store.item(bench.tenant, stored.id, 0)).toMatchObject({
        state: 'SUCCEEDED',
        attempts: 1,
        warnings: ['Rounded.'],
      });
      expect(await bench.store.item(bench.tenant, stored.id, 1)).toMatchObject({ state: 'FAILED', problem });
      expect(await bench.store.open(ref)).toEqual([]);
    });

    it('made from an older version, or of a final item, changes nothing', async () => {
      const stored = bench.task([rating('s1', 1)]);
      await bench.start(stored);
      const before = await bench.only(stored.id);
      await bench.store.apply(stored.id, [change(before, { state: 'RUNNING' })], NOW);
      expect(await bench.store.apply(stored.id, [change(before, { state: 'FAILED' })], NOW)).toBeNull();
      await bench.finish(stored.id, 'SUCCEEDED');
      expect(
        await bench.store.apply(stored.id, [change({ ...before, version: 2 }, { state: 'FAILED' })], NOW),
      ).toBeNull();
      expect(await bench.store.task(bench.tenant, stored.id)).toMatchObject({ state: 'SUCCEEDED', revision: 3 });
    });

    it('keeps what the worker remembers', async () => {
      const stored = bench.task([rating('s1', 1)]);
      await bench.start(stored);
      const progress = { tries: 3, dueAt: NOW + 5, acceptedAt: NOW, resubmitted: true, uncertain: true };
      const values = { state: 'RUNNING', inFlight: true, providerTaskId: 'p1', progress } as const;
      await bench.store.apply(stored.id, [change(await bench.only(stored.id), values)], NOW);
      expect(await bench.only(stored.id)).toMatchObject({
        ...values,
        version: 1,
        blocked: false,
        cancelling: false,
        tenant: bench.tenant,
      });
    });
  });

  describe('an idempotency key', () => {
    const key = (bodyHash: string) => ({ idempotency: { key: 'k', bodyHash } });

    it('answers the first task again for the same body, and refuses another body', async () => {
      const { task: first } = await bench.start(bench.task([rating('s1', 1)], key('a')));
      expect(await bench.store.start(bench.task([rating('s1', 1)], key('a')), NOW)).toEqual({
        outcome: 'replayed',
        task: first,
      });
      expect(await bench.store.start(bench.task([rating('s1', 2)], key('b')), NOW)).toEqual({ outcome: 'keyReused' });
      expect(await bench.unfinished([first.id])).toHaveLength(1);
    });

    it('belongs to one tenant and client', async () => {
      const outcome = async (more: Partial<TaskToStore>) =>
        (await bench.store.start(bench.task([rating('s1', 1)], { ...key('a'), ...more }), NOW)).outcome;
      expect(await outcome({})).toBe('started');
      expect(await outcome({ client: 'robot' })).toBe('started');
      expect(await outcome({ tenant: randomUUID() })).toBe('started');
      expect(await outcome({ client: 'robot' })).toBe('replayed');
    });

    it('is looked up without claiming it', async () => {
      const lookUp = (bodyHash: string, now = NOW, client: string | null = null) =>
        bench.store.claimed(bench.tenant, client, { key: 'k', bodyHash }, now);
      expect(await lookUp('a')).toBeNull();
      const { task: first } = await bench.start(bench.task([rating('s1', 1)], key('a')));
      expect(await lookUp('a')).toEqual({ outcome: 'replayed', task: first });
      expect(await lookUp('b')).toEqual({ outcome: 'keyReused' });
      expect(await lookUp('a', NOW, 'robot')).toBeNull();
      expect(await lookUp('a', NOW + DAY)).toBeNull();
    });

    it('lives 24 hours', async () => {
      await bench.start(bench.task([rating('s1', 1)], key('a')));
      const again = () => bench.task([rating('s1', 1)], key('b'));
      expect((await bench.store.start(again(), NOW + DAY - 1)).outcome).toBe('keyReused');
      expect((await bench.store.start(again(), NOW + DAY)).outcome).toBe('started');
    });

    it('makes one task of racing starts', async () => {
      const results = await Promise.all(
        Array.from({ length: 10 }, () => bench.store.start(bench.task([rating('s1', 1)], key('a')), NOW)),
      );
      const tasks = results.map((result) => (result.outcome === 'keyReused' ? null : result.task.id));
      expect(new Set(tasks).size).toBe(1);
      expect(results.filter((result) => result.outcome === 'started')).toHaveLength(1);
    });

    it('is won by one of two racing bodies', async () => {
      const race = (bodies: string[]) =>
        Promise.all(bodies.map((body) => bench.store.start(bench.task([rating('s1', 1)], key(body)), NOW)));
      const outcomes = (await race(['a', 'b'])).map(({ outcome }) => outcome);
      expect(outcomes.toSorted()).toEqual(['keyReused', 'started']);
      const winner = outcomes[0] === 'started' ? 'a' : 'b';
      expect((await race([winner, winner])).map(({ outcome }) => outcome)).toEqual(['replayed', 'replayed']);
    });

    it('is claimed by one of two racing starts of one body, and replayed by the other', async () => {
      const start = () => bench.store.start(bench.task([rating('s1', 1)], key('a')), NOW);
      const results = await Promise.all([start(), start()]);
      expect(results.map(({ outcome }) => outcome).toSorted()).toEqual(['replayed', 'started']);
      expect(await bench.store.list(bench.tenant, {}, { after: null, limit: 9 })).toMatchObject({ total: 1 });
    });
  });

  describe('the unfinished batches', () => {
    it('are listed in the order of acceptance', async () => {
      const first = bench.task([rating('s1', 1), rating('s2', 1), rating('s3', 1)], { batches: [0, 0, 1] });
      const second = bench.task([rating('s4', 1)]);
      await bench.start(first);
      await bench.start(second);
      await bench.finish(first.id, 'SUCCEEDED', NOW, 1);
      expect(await bench.unfinished([first.id, second.id])).toEqual([
        { taskId: first.id, batch: 0 },
        { taskId: second.id, batch: 0 },
      ]);
    });

    it('are listed in pages, each once, while others finish', async () => {
      const { task: first } = await bench.start(bench.task(ratings(12)));
      const { task: second } = await bench.start(bench.task([rating('s50', 1), rating('s51', 1)], { batches: [0, 0] }));
      const expected = [
        ...Array.from({ length: 12 }, (_, batch) => ({ taskId: first.id, batch })),
        { taskId: second.id, batch: 0 },
      ];
      expect(await bench.unfinished([first.id, second.id], 1)).toEqual(expected);
      expect(await bench.unfinished([first.id, second.id], 5)).toEqual(expected);
      let { batches, next } = await bench.store.unfinished({ after: null, limit: 1 });
      while (batches[0]?.taskId !== first.id && next !== null)
        ({ batches, next } = await bench.store.unfinished({ after: next, limit: 1 }));
      await bench.finish(first.id, 'SUCCEEDED', NOW, 0);
      await bench.finish(first.id, 'SUCCEEDED', NOW, 1);
      expect((await bench.store.unfinished({ after: next, limit: 1 })).batches).toEqual([
        { taskId: first.id, batch: 2 },
      ]);
    });
  });

  it('a finished task expires after seven days, its tombstone after thirty more, and an unfinished one never', async () => {
    const done = bench.task([rating('s1', 1)]);
    const open = bench.task([rating('s2', 1)]);
    await bench.start(done);
    await bench.start(open);
    await bench.finish(done.id, 'SUCCEEDED');
    const expired = async (now: number) =>
      (await bench.store.expire(now)).filter(({ tenant: of }) => of === bench.tenant);
    expect(await expired(NOW + 7 * DAY - 1)).toEqual([]);
    expect(await expired(NOW + 7 * DAY)).toMatchObject([
      { id: done.id, state: 'EXPIRED', revision: 3, counts: { total: 1, succeeded: 1 } },
    ]);
    expect(await bench.store.items(bench.tenant, done.id, { states: null, afterPosition: -1, limit: 9 })).toEqual([]);
    expect(await expired(NOW + 37 * DAY)).toEqual([]);
    expect(await bench.store.task(bench.tenant, done.id)).toBeNull();
    expect(await bench.store.task(bench.tenant, open.id)).toMatchObject({ state: 'QUEUED' });
  });

  it('a retried task is known by the one that it retries', async () => {
    const { task: parent } = await bench.start(bench.task([rating('s1', 1)]));
    const { task: child } = await bench.start(bench.task([rating('s1', 1)], { parentId: parent.id }));
    expect(child.parentId).toBe(parent.id);
    expect(await bench.store.task(bench.tenant, child.id)).toMatchObject({ parentId: parent.id });
  });

  orderContract(bench);
  ownerContract(bench);
  cancelContract(bench);
  listContract(bench);
  writtenContract(bench);
  transitionContract(bench);

  describe('with a retention of two days', () => {
    const short = new StoreBench().use(openStore, { retentionMs: 2 * DAY });

    it('a task expires two days after it is finished, however that came about', async () => {
      const done = await short.start(short.task([rating('s1', 1)]));
      await short.finish(done.task.id, 'SUCCEEDED', NOW + SECOND);
      const stopped = await short.start(short.task([rating('s2', 1)]));
      await short.store.cancel(short.tenant, stopped.task.id, NOW + SECOND);
      const overtaken = await short.start(short.task([rating('s3', 1)]));
      await short.start(short.task([rating('s3', 1)]), NOW + SECOND);
      for (const { task } of [done, stopped, overtaken]) {
        expect(task.expiresAt).toBe('2026-03-04T10:00:00.000Z');
        expect(await short.store.task(short.tenant, task.id)).toMatchObject({ expiresAt: '2026-03-04T10:00:01.000Z' });
      }
      const expired = async (now: number) =>
        (await short.store.expire(now)).filter(({ tenant }) => tenant === short.tenant).map(({ id }) => id);
      expect(await expired(NOW + 2 * DAY)).toEqual([]);
      expect(new Set(await expired(NOW + SECOND + 2 * DAY))).toEqual(
        new Set([done.task.id, stopped.task.id, overtaken.task.id]),
      );
    });
  });
}
