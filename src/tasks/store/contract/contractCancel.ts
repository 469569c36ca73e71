import { describe, expect, it } from 'vitest';
import type { Task } from '../../task.ts';
import { change, NOW, rating, ratings, SECOND, SENT, waiting, type StoreBench } from './contractBench.ts';

const LATER = NOW + SECOND;

/** Stopping a task. */
export function cancelContract(bench: StoreBench): void {
  const cancel = async (id: string, now = LATER): Promise<{ task: Task; changed: boolean }> => {
    const result = await bench.store.cancel(bench.tenant, id, now);
    if (!result) throw new Error('The task is unknown.');
    return result;
  };
  const item = (id: string, position = 0) => bench.store.item(bench.tenant, id, position);

  describe('a cancelled task', () => {
    it('of which nothing has begun is CANCELLED at once, in one revision', async () => {
      const { task } = await bench.start(bench.task(ratings(3)));
      const result = await cancel(task.id);
      expect(result).toEqual({
        changed: true,
        task: {
          ...task,
          state: 'CANCELLED',
          revision: 2,
          finishedAt: '2026-03-02T10:00:01.000Z',
          expiresAt: '2026-03-09T10:00:01.000Z',
          counts: { ...task.counts, pending: 0, cancelled: 3 },
        },
      });
      expect(await bench.store.task(bench.tenant, task.id)).toEqual(result.task);
      expect(await item(task.id, 1)).toMatchObject({ state: 'CANCELLED', problem: null });
      expect(await bench.unfinished([task.id])).toEqual([]);
      expect(await bench.store.open({ taskId: task.id, batch: 1 })).toEqual([]);
    });

    it('is CANCELLING while an item is in flight, and CANCELLED when that has ended', async () => {
      const { task } = await bench.start(bench.task(ratings(2)));
      await bench.set(task.id, SENT);
      const first = await cancel(task.id);
      expect(first).toMatchObject({
        changed: true,
        task: { state: 'CANCELLING', revision: 3, finishedAt: null, counts: { pending: 0, running: 1, cancelled: 1 } },
      });
      expect(await bench.only(task.id)).toMatchObject({ cancelling: true, inFlight: true });
      expect(await cancel(task.id)).toEqual({ ...first, changed: false });
      const ended = await bench.finish(task.id, 'SUCCEEDED', LATER);
      expect(ended?.task).toMatchObject({
        state: 'CANCELLED',
        revision: 4,
        counts: { succeeded: 1, cancelled: 1 },
        finishedAt: '2026-03-02T10:00:01.000Z',
      });
    });

    it('ends as usual where everything was in flight', async () => {
      for (const [end, state] of [
        ['SUCCEEDED', 'SUCCEEDED'],
        ['FAILED', 'FAILED'],
        ['OUTCOME_UNKNOWN', 'FAILED'],
      ] as const) {
        const { task } = await bench.start(bench.task([rating('s1', 1)]));
        await bench.set(task.id, SENT);
        expect(await cancel(task.id)).toMatchObject({ changed: true, task: { state: 'CANCELLING', revision: 3 } });
        expect((await bench.finish(task.id, end))?.task).toMatchObject({ state });
      }
    });

    it('is CANCELLED where the worker gave up what it would have tried again', async () => {
      const { task } = await bench.start(bench.task(ratings(2)));
      await bench.set(task.id, SENT);
      await bench.set(task.id, SENT, { batch: 1 });
      await cancel(task.id);
      await bench.finish(task.id, 'SUCCEEDED');
      expect((await bench.finish(task.id, 'CANCELLED', LATER, 1))?.task).toMatchObject({ state: 'CANCELLED' });
    });

    it('leaves no item waiting to be tried again: it keeps its problem, and is unknown where its last try is', async () => {
      const { task } = await bench.start(bench.task(ratings(3)));
      await bench.set(task.id, waiting());
      await bench.set(task.id, waiting({ uncertain: true }), { batch: 1 });
      expect((await cancel(task.id)).task).toMatchObject({
        state: 'CANCELLED',
        counts: { pending: 0, running: 0, cancelled: 2, unknown: 1 },
      });
      expect(await item(task.id, 0)).toMatchObject({ state: 'CANCELLED', problem: { code: 'TIMEOUT' } });
      expect(await item(task.id, 1)).toMatchObject({ state: 'OUTCOME_UNKNOWN', problem: { code: 'TIMEOUT' } });
    });

    it('is CANCELLED also where all that was stopped is unknown', async () => {
      const { task } = await bench.start(bench.task([rating('s1', 1)]));
      await bench.set(task.id, waiting({ uncertain: true }));
      expect((await cancel(task.id)).task).toMatchObject({ state: 'CANCELLED', counts: { unknown: 1 } });
    });

    it('keeps what is finished', async () => {
      const { task } = await bench.start(bench.task(ratings(3)));
      await bench.finish(task.id, 'SUCCEEDED');
      await bench.finish(task.id, 'FAILED', NOW, 1);
      expect((await cancel(task.id)).task).toMatchObject({
        state: 'CANCELLED',
        counts: { succeeded: 1, failed: 1, cancelled: 1 },
      });
      expect(await item(task.id, 0)).toMatchObject({ state: 'SUCCEEDED' });
    });

    it('that is finished stays as it is', async () => {
      const { task } = await bench.start(bench.task([rating('s1', 1)]));
      const ended = await bench.finish(task.id, 'SUCCEEDED');
      expect(await cancel(task.id)).toEqual({ task: ended?.task, changed: false });
      const stopped = await bench.start(bench.task([rating('s1', 1)]));
      const first = await cancel(stopped.task.id);
      expect(await cancel(stopped.task.id, LATER + SECOND)).toEqual({ ...first, changed: false });
    });

    it('is unknown to another tenant, and goes on', async () => {
      const { task } = await bench.start(bench.task([rating('s1', 1)]));
      expect(await bench.store.cancel('other', task.id, LATER)).toBeNull();
      expect(await bench.store.cancel(bench.tenant, 'nobody', LATER)).toBeNull();
      expect(await bench.store.task(bench.tenant, task.id)).toEqual(task);
      expect(await bench.only(task.id)).toMatchObject({ cancelling: false });
    });

    it('lets later writes of the same thing pass', async () => {
      const { task } = await bench.start(bench.task([rating('s1', 1)]));
      const { task: tag } = await bench.start(bench.task([rating('s1', null)]));
      expect(await bench.only(tag.id)).toMatchObject({ blocked: true });
      await cancel(task.id);
      expect(await bench.only(tag.id)).toMatchObject({ blocked: false });
    });

    it('in flight, is not overtaken: a later rating waits for it', async () => {
      const { task } = await bench.start(bench.task(ratings(1)));
      await bench.set(task.id, SENT);
      await cancel(task.id);
      const late = await bench.start(bench.task([rating('s0', 2)]));
      expect(late.overtaken).toEqual([]);
      expect(await bench.only(late.task.id)).toMatchObject({ blocked: true });
    });
  });

  describe('a worker that has read an item before its task is cancelled', () => {
    it('cannot begin it any more', async () => {
      const { task } = await bench.start(bench.task([rating('s1', 1)]));
      const before = await bench.only(task.id);
      const cancelled = await cancel(task.id);
      expect(await bench.store.apply(task.id, [change(before, SENT)], LATER)).toBeNull();
      expect(await bench.store.task(bench.tenant, task.id)).toEqual(cancelled.task);
    });

    it('stores the answer of what it has sent', async () => {
      const { task } = await bench.start(bench.task([rating('s1', 1)]));
      await bench.set(task.id, SENT);
      const sent = await bench.only(task.id);
      await cancel(task.id);
      const stored = await bench.store.apply(task.id, [change(sent, { state: 'SUCCEEDED', inFlight: false })], LATER);
      expect(stored).toMatchObject({ changed: [0], task: { state: 'SUCCEEDED' } });
    });

    it.each([
      [false, 'CANCELLED'],
      [true, 'OUTCOME_UNKNOWN'],
    ] as const)(
      'does not send it again: put back to be tried again, uncertain %s, it ends %s',
      async (uncertain, end) => {
        const { task } = await bench.start(bench.task([rating('s1', 1)]));
        await bench.set(task.id, SENT);
        const sent = await bench.only(task.id);
        await cancel(task.id);
        const stored = await bench.store.apply(task.id, [change(sent, waiting({ uncertain }))], LATER);
        expect(stored).toMatchObject({
          changed: [0],
          task: { state: 'CANCELLED', finishedAt: '2026-03-02T10:00:01.000Z' },
        });
        expect(await item(task.id)).toMatchObject({ state: end, attempts: 1, problem: { code: 'TIMEOUT' } });
        expect(await bench.unfinished([task.id])).toEqual([]);
      },
    );

    it('races it to one end', async () => {
      for (let round = 0; round < 20; round += 1) {
        const { task } = await bench.start(bench.task([rating(`r${round}`, 1)]));
        const before = await bench.only(task.id);
        const [begun, cancelled] = await Promise.all([
          bench.store.apply(task.id, [change(before, SENT)], LATER),
          cancel(task.id),
        ]);
        expect(cancelled.task.state).toBe(begun ? 'CANCELLING' : 'CANCELLED');
      }
    });
  });
}
