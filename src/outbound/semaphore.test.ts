import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Semaphore } from './semaphore.ts';

/** Lets everything that is already settled run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('Semaphore', () => {
  it('never grants more places than it has, and grants them in the order of asking', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async (size, gaveUp) => {
          const semaphore = new Semaphore(size);
          const granted: number[] = [];
          const releases: (() => void)[] = [];
          const rejected: number[] = [];
          const controllers = gaveUp.map((_, index) => {
            const controller = new AbortController();
            semaphore.acquire(controller.signal).then(
              (release) => {
                granted.push(index);
                releases.push(release);
              },
              () => rejected.push(index),
            );
            return controller;
          });
          await settle();
          expect(granted).toEqual(gaveUp.map((_, index) => index).slice(0, size));
          for (const [index, controller] of controllers.entries()) if (gaveUp[index]) controller.abort();
          await settle();
          const abandoned = gaveUp.flatMap((gone, index) => (gone && index >= size ? [index] : []));
          expect(rejected).toEqual(abandoned);
          let released = 0;
          while (released < releases.length) {
            expect(releases.length - released).toBeLessThanOrEqual(size);
            releases[released]?.();
            released += 1;
            await settle();
          }
          expect(granted).toEqual(gaveUp.map((_, index) => index).filter((index) => !abandoned.includes(index)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('frees one place however often it is released', async () => {
    const semaphore = new Semaphore(1);
    const release = await semaphore.acquire();
    release();
    release();
    await semaphore.acquire();
    let second = false;
    void semaphore.acquire().then(() => (second = true));
    await settle();
    expect(second).toBe(false);
  });

  it('rejects a caller that has given up with the reason, before and while it waits', async () => {
    const semaphore = new Semaphore(1);
    const reason = new Error('deadline');
    expect(() => semaphore.acquire(AbortSignal.abort(reason))).toThrow(reason);
    const release = await semaphore.acquire();
    const controller = new AbortController();
    const waiting = semaphore.acquire(controller.signal);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    release();
    await expect(semaphore.acquire()).resolves.toBeTypeOf('function');
  });
});
