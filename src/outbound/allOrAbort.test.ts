import { expect, it } from 'vitest';
import { gate } from '../../test/support/fakes/fakeProvider.ts';
import type { Call } from '../domain/ports.ts';
import { together } from './allOrAbort.ts';

const CALL: Call = { purpose: 'request' };

it('runs the work on all at once, with the results in their order', async () => {
  const first = gate();
  const done = together(CALL, ['a', 'b'], async (item) => {
    if (item === 'a') await first.passed;
    else first.open();
    return item.toUpperCase();
  });
  expect(await done).toEqual(['A', 'B']);
  expect(await together(CALL, [], () => Promise.reject(new Error('not to be run')))).toEqual([]);
});

it('ends the others with the first failure, which is thrown', async () => {
  const failure = new Error('the first');
  const ended: unknown[] = [];
  const work = (item: string, { signal }: Call) =>
    item === 'b'
      ? Promise.reject(failure)
      : new Promise<never>((_, reject) => {
          signal?.addEventListener('abort', () => {
            ended.push(signal.reason);
            reject(signal.reason as Error);
          });
        });
  await expect(together(CALL, ['a', 'b', 'c'], work)).rejects.toBe(failure);
  expect(ended).toEqual([failure, failure]);
});

it('ends all with the call, and listens to it no longer than it lasts', async () => {
  const own = new AbortController();
  const listening = () => {
    let count = 0;
    const { signal } = own;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>) => ((count += 1), add(...given));
    signal.removeEventListener = (...given: Parameters<typeof remove>) => ((count -= 1), remove(...given));
    return () => count;
  };
  const count = listening();
  expect(await together({ ...CALL, signal: own.signal }, [1, 2], (item) => Promise.resolve(item))).toEqual([1, 2]);
  expect(count()).toBe(0);

  const gone = new Error('gone');
  const work = (_: number, { signal }: Call) =>
    new Promise<never>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error));
    });
  const waiting = together({ ...CALL, signal: own.signal }, [1, 2], work);
  own.abort(gone);
  await expect(waiting).rejects.toBe(gone);
});

it('gives a lone item the call itself', async () => {
  const calls = await together(CALL, ['a'], (_, call) => Promise.resolve(call));
  expect(calls[0]).toBe(CALL);
});
