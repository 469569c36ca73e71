import { describe, expect, it } from 'vitest';
import type { WrittenEvent } from '../../task.ts';
import { change, DAY, NOW, rating, ratings, SECOND, type StoreBench } from './contractBench.ts';

type From = { after: string } | { since: number };

/** The feed of items that were written. */
export function writtenContract(bench: StoreBench): void {
  /** This test's events from there on, read to the end in pages, and where to go on. */
  const read = async (from: From, limit = 100): Promise<{ events: WrittenEvent[]; next: From }> => {
    const events: WrittenEvent[] = [];
    let next = from;
    for (;;) {
      const page = await bench.store.written(next, limit);
      if (page.events.length > limit) throw new Error('The page is too long.');
      events.push(...page.events.filter(({ tenant }) => tenant === bench.tenant));
      if (page.cursor !== null) next = { after: page.cursor };
      if (page.events.length < limit) return { events, next };
    }
  };
  const names = (events: WrittenEvent[]) => events.map(({ item }) => `${item.taskId} ${item.position}`);

  describe('the feed of written items', () => {
    it('shows an item as it is stored, and none that did not succeed', async () => {
      const { task } = await bench.start(bench.task(ratings(3)));
      await bench.finish(task.id, 'FAILED');
      await bench.finish(task.id, 'SUCCEEDED', NOW + SECOND, 1);
      await bench.finish(task.id, 'SKIPPED', NOW, 2);
      const item = await bench.store.item(bench.tenant, task.id, 1);
      expect((await read({ since: NOW })).events).toEqual([{ tenant: bench.tenant, at: NOW + SECOND, item }]);
    });

    it('shows an item of which nobody knows whether it took effect, also one that a cancel ended', async () => {
      const { task } = await bench.start(bench.task(ratings(3)));
      await bench.finish(task.id, 'OUTCOME_UNKNOWN');
      const { task: cancelled } = await bench.start(bench.task(ratings(2)));
      const [lost] = await bench.store.open({ taskId: cancelled.id, batch: 0 });
      const waiting = { state: 'RUNNING', inFlight: false, progress: { ...lost!.progress, uncertain: true } } as const;
      await bench.store.apply(cancelled.id, [change(lost!, waiting)], NOW);
      expect(names((await read({ since: NOW })).events)).toEqual([`${task.id} 0`]);
      await bench.store.cancel(bench.tenant, cancelled.id, NOW + SECOND);
      const { events } = await read({ since: NOW });
      expect(names(events)).toEqual([`${task.id} 0`, `${cancelled.id} 0`]);
      expect(events[1]).toMatchObject({ at: NOW + SECOND, item: { state: 'OUTCOME_UNKNOWN', outcome: null } });
    });

    it('is in the order of writing, in pages, nothing twice and nothing left out', async () => {
      const { task: first } = await bench.start(bench.task(ratings(12), { batches: Array<number>(12).fill(0) }));
      const { task: second } = await bench.start(bench.task([rating('x', 1)]));
      await bench.finish(second.id, 'SUCCEEDED');
      const items = await bench.store.open({ taskId: first.id, batch: 0 });
      const done = { state: 'SUCCEEDED', inFlight: false } as const;
      // A later one first; then the others as one step, in which they go by position.
      await bench.store.apply(first.id, [change(items[5]!, done)], NOW);
      const others = items.filter((_, index) => index !== 5).map((item) => change(item, done));
      await bench.store.apply(first.id, others.toReversed(), NOW);
      const expected = [
        `${second.id} 0`,
        `${first.id} 5`,
        ...[0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11].map((position) => `${first.id} ${position}`),
      ];
      for (const limit of [1, 4, 100]) expect(names((await read({ since: NOW }, limit)).events)).toEqual(expected);
    });

    it('goes on from a cursor, also where nothing was new', async () => {
      const { task } = await bench.start(bench.task(ratings(3)));
      await bench.finish(task.id, 'SUCCEEDED', NOW + DAY);
      const first = await read({ since: NOW + DAY });
      expect(names(first.events)).toEqual([`${task.id} 0`]);
      const nothing = await read(first.next);
      expect(nothing.events).toEqual([]);
      // Counted by the order of storing: the clock may have gone back.
      await bench.finish(task.id, 'SUCCEEDED', NOW, 1);
      await bench.finish(task.id, 'SUCCEEDED', NOW + DAY, 2);
      expect(names((await read(nothing.next)).events)).toEqual([`${task.id} 1`, `${task.id} 2`]);
    });

    it('begins at an instant', async () => {
      const { task } = await bench.start(bench.task(ratings(3)));
      for (const batch of [0, 1, 2]) await bench.finish(task.id, 'SUCCEEDED', NOW + batch, batch);
      expect(names((await read({ since: NOW + 1 })).events)).toEqual([`${task.id} 1`, `${task.id} 2`]);
      const late = await read({ since: NOW + 1000 * DAY });
      expect(late.events).toEqual([]);
      expect((await read(late.next)).events).toEqual([]);
    });

    it('keeps an item for a day, also one of a task that is finished', async () => {
      const { task } = await bench.start(bench.task([rating('s1', 1)]));
      await bench.finish(task.id, 'SUCCEEDED');
      await bench.store.expire(NOW + DAY - 1);
      expect(names((await read({ since: NOW })).events)).toEqual([`${task.id} 0`]);
    });
  });
}
