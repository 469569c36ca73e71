import { describe, expect, it } from 'vitest';
import { deferredEngine } from './deferredEngine.ts';
import type { TaskEngine } from './engine/engine.ts';
import type { NewTask } from './task.ts';

const TASK: NewTask = { tenant: 't', client: null, kind: 'RATE_SKILLS', items: [], idempotency: null, parentId: null };

/** Every call with its arguments, as the engine behind got them; answers the call's name. */
function recorder() {
  const calls: unknown[][] = [];
  const engine = new Proxy(
    {},
    {
      get: (_, name) => {
        // A promise asks what it is given whether it is one.
        if (name === 'then') return undefined;
        return (...args: unknown[]) => {
          calls.push([name, ...args]);
          return Promise.resolve(name);
        };
      },
    },
  ) as TaskEngine;
  return { calls, engine };
}

describe('an engine that is still opening', () => {
  it('lets every call wait for it, and hands them on as they are', async () => {
    const { calls, engine } = recorder();
    const { promise, resolve } = withResolvers<TaskEngine>();
    const deferred = deferredEngine(promise);
    const key = { key: 'k', bodyHash: 'h' };
    const hear = () => {};
    const answers = Promise.all([
      deferred.start(TASK),
      deferred.replay('t', null, key),
      deferred.get('t', 'id'),
      deferred.item('t', 'id', 3),
      deferred.items('t', 'id', { limit: 5 }),
      deferred.watch('t', 'id', { afterRevision: 1 }),
      deferred.cancel('t', 'id'),
      deferred.list('t', { states: ['QUEUED'] }, { after: 'c', limit: 5 }),
      deferred.follow(7, hear),
      deferred.close(),
    ]);
    await Promise.resolve();
    expect(calls).toEqual([]);
    resolve(engine);
    expect(await answers).toEqual([
      'start',
      'replay',
      'get',
      'item',
      'items',
      'watch',
      'cancel',
      'list',
      'follow',
      'close',
    ]);
    expect(calls).toEqual([
      ['start', TASK],
      ['replay', 't', null, key],
      ['get', 't', 'id'],
      ['item', 't', 'id', 3],
      ['items', 't', 'id', { limit: 5 }],
      ['watch', 't', 'id', { afterRevision: 1 }],
      ['cancel', 't', 'id'],
      ['list', 't', { states: ['QUEUED'] }, { after: 'c', limit: 5 }],
      ['follow', 7, hear],
      ['close'],
    ]);
  });

  it('has every call fail with why it did not open', async () => {
    const deferred = deferredEngine(Promise.reject(new Error('locked')));
    await expect(deferred.start(TASK)).rejects.toThrow('locked');
    await expect(deferred.get('t', 'id')).rejects.toThrow('locked');
    await expect(deferred.close()).rejects.toThrow('locked');
  });
});

function withResolvers<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
