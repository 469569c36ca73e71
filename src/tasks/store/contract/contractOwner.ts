import { describe, expect, it } from 'vitest';
import { change, NOW, rating, SENT, type StoreBench } from './contractBench.ts';

/** What two workers that have one item in their hands may do: one that was paused, and one that took over. */
export function ownerContract(bench: StoreBench): void {
  describe('an item that two workers have read', () => {
    const started = async () => {
      const stored = bench.task([rating('s1', 1)]);
      await bench.start(stored);
      return { id: stored.id, read: await bench.only(stored.id) };
    };

    it('is marked by one of them, however they race', async () => {
      const { id, read } = await started();
      const marks = await Promise.all([1, 2, 3].map(() => bench.store.apply(id, [change(read, SENT)], NOW)));
      expect(marks.filter((mark) => mark !== null)).toMatchObject([{ changed: [0], task: { revision: 2 } }]);
    });

    it('takes no answer of the one whose marker another replaced', async () => {
      const { id, read } = await started();
      await bench.store.apply(id, [change(read, SENT)], NOW);
      const paused = await bench.only(id);
      await bench.store.apply(id, [change(paused, { ...SENT, attempts: 2 })], NOW);
      for (const state of ['SUCCEEDED', 'FAILED', 'RUNNING'] as const) {
        expect(await bench.store.apply(id, [change(paused, { state, inFlight: false })], NOW)).toBeNull();
      }
      expect(await bench.only(id)).toMatchObject({ state: 'RUNNING', inFlight: true, attempts: 2 });
    });

    it('is marked by the other once the first has taken its marker back', async () => {
      const { id, read } = await started();
      await bench.store.apply(id, [change(read, SENT)], NOW);
      const unsent = { state: 'PENDING', inFlight: false, attempts: 0 } as const;
      const back = await bench.store.apply(id, [change(await bench.only(id), unsent)], NOW);
      expect(back?.task).toMatchObject({ state: 'RUNNING', counts: { pending: 1, running: 0 } });
      expect(await bench.store.apply(id, [change(read, SENT)], NOW)).toBeNull();
      const again = await bench.only(id);
      expect(again).toMatchObject({ state: 'PENDING', inFlight: false, attempts: 0 });
      expect(await bench.store.apply(id, [change(again, SENT)], NOW)).not.toBeNull();
    });

    it('and that a later write overtook before it was marked can be marked by neither', async () => {
      const { id, read } = await started();
      const { task: late } = await bench.start(bench.task([rating('s1', 2)]));
      expect(await bench.store.apply(id, [change(read, SENT)], NOW)).toBeNull();
      expect(await bench.store.item(bench.tenant, id, 0)).toMatchObject({ state: 'CANCELLED', attempts: 0 });
      expect(await bench.only(late.id)).toMatchObject({ blocked: false });
    });
  });
}
