import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Ports } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import type { Task, WrittenEvent } from '../task.ts';
import {
  done,
  ended,
  finished,
  gate,
  newTask,
  port,
  quiet,
  started,
  watched,
  type EngineHarness,
  type RatePort,
} from './contractBench.ts';
import type { OpenEngine } from './engine.ts';
import type { AskedItems, TaskTraces } from './traces.ts';

/** What every engine must do, whatever it stands on; an engine's own test calls it with how to open one. */
export function engineContract(name: string, harness: EngineHarness): void {
  const open = (ports: Ports | null, work = true): Promise<OpenEngine> =>
    harness.open({ ports: (_, integration) => (integration === 'hr' ? ports : null), log: quiet, work });

  describe(`${name} at work`, { timeout: 60_000 }, () => {
    let engine: OpenEngine;
    let ports: Ports;
    /** What this test has the engine complain of. */
    let complaints: string[] = [];
    const log = { ...quiet, error: (_: object, message: string) => void complaints.push(message) };

    beforeAll(async () => {
      ports = {};
      engine = await harness.open({ ports: (_, integration) => (integration === 'hr' ? ports : null), log });
    }, 60_000);
    beforeEach(() => {
      complaints = [];
    });
    afterAll(() => engine.close());

    it('takes a task from QUEUED to SUCCEEDED, and a watcher sees rising revisions to the end', async () => {
      ports = { rate: port(() => Promise.resolve([done])) };
      const task = await started(engine, newTask());
      expect(task).toMatchObject({ state: 'QUEUED', revision: 1 });
      const seen = await watched(engine, task.id);
      const revisions = seen.map(({ revision }) => revision);
      expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
      expect(seen.at(-1)).toMatchObject({ state: 'SUCCEEDED', revision: 3, counts: { total: 1, succeeded: 1 } });
      expect(await engine.get('default', task.id)).toEqual(seen.at(-1));
      expect(await engine.status()).toMatchObject({ store: 'open' });
    });

    it('tells followers of what was written, before and after they came, once and in order', async () => {
      ports = { rate: port(() => Promise.resolve([done])) };
      const since = Date.now();
      const ids = [(await finished(engine, newTask())).id, (await finished(engine, newTask())).id];
      const heard: WrittenEvent[] = [];
      const three = gate();
      const stop = await engine.follow(since, (event) => {
        if (ids.includes(event.item.taskId)) heard.push(event);
        if (heard.length === 3) three.open();
      });
      expect(heard.map(({ item }) => item.taskId)).toEqual(ids);
      const next = await started(engine, newTask());
      ids.push(next.id);
      await three.opened;
      expect(heard.map(({ item }) => item.taskId)).toEqual(ids);
      expect(heard.at(-1)).toMatchObject({ tenant: 'default', item: { state: 'SUCCEEDED', position: 0 } });
      stop();
    });

    it('sends items in as few calls as the port takes', async () => {
      const sizes: number[] = [];
      const run: RatePort['run'] = (items) => {
        sizes.push(items.length);
        return Promise.resolve(items.map(() => done));
      };
      ports = { rate: port(run, { batchSize: 50 }) };
      expect(await finished(engine, newTask(120))).toMatchObject({ state: 'SUCCEEDED', counts: { succeeded: 120 } });
      expect(sizes.toSorted((a, b) => a - b)).toEqual([20, 50, 50]);
    });

    it('runs single items side by side', async () => {
      let most = 0;
      const waiting: (() => void)[] = [];
      const run: RatePort['run'] = () =>
        new Promise((resolve) => {
          waiting.push(() => resolve([done]));
          most = Math.max(most, waiting.length);
          if (waiting.length === 20) for (const go of waiting.splice(0)) go();
        });
      ports = { rate: port(run) };
      await finished(engine, newTask(20));
      expect(most).toBe(20);
    });

    it('tries again by a delayed job', async () => {
      let calls = 0;
      const run: RatePort['run'] = () => {
        calls += 1;
        return calls === 1 ? Promise.reject(new ProviderError('UNAVAILABLE', 'Down.')) : Promise.resolve([done]);
      };
      ports = { rate: port(run) };
      expect((await finished(engine, newTask())).state).toBe('SUCCEEDED');
      expect(calls).toBe(2);
      expect(complaints).toEqual([]);
    });

    it('follows what a provider accepted by a delayed job', async () => {
      const follow = vi.fn<NonNullable<RatePort['follow']>>(() => Promise.resolve(done));
      const run = vi.fn<RatePort['run']>(() => Promise.resolve([{ state: 'accepted', providerTaskId: 'p1' }]));
      ports = { rate: port(run, { follow }) };
      const task = await finished(engine, newTask());
      expect(task.state).toBe('SUCCEEDED');
      expect(await engine.item('default', task.id, 0)).toMatchObject({ providerTaskId: 'p1', state: 'SUCCEEDED' });
      expect([run.mock.calls.length, follow.mock.calls.map(([id]) => id)]).toEqual([1, ['p1']]);
      expect(complaints).toEqual([]);
    });

    it('makes one task of racing starts with the same key', async () => {
      const run = vi.fn<RatePort['run']>(() => Promise.resolve([done]));
      ports = { rate: port(run) };
      const task = newTask(1, { idempotency: { key: 'k', bodyHash: 'a' } });
      const results = await Promise.all(Array.from({ length: 5 }, () => engine.start(task)));
      const outcomes = results.map(({ outcome }) => outcome).toSorted();
      expect(outcomes).toEqual(['replayed', 'replayed', 'replayed', 'replayed', 'started']);
      const ids = new Set(results.map((result) => (result.outcome === 'keyReused' ? '' : result.task.id)));
      expect(ids.size).toBe(1);
      for (const id of ids) await watched(engine, id);
      expect(run).toHaveBeenCalledTimes(1);
      expect((await engine.start({ ...task, idempotency: { key: 'k', bodyHash: 'b' } })).outcome).toBe('keyReused');
      expect((await engine.replay('default', null, { key: 'k', bodyHash: 'a' }))?.outcome).toBe('replayed');
      expect(await engine.replay('default', null, { key: 'other', bodyHash: 'a' })).toBeNull();
    });

    it('pages through items, with totals by state', async () => {
      const run: RatePort['run'] = ([item]) =>
        Promise.resolve(
          item && Number(item.skillId.slice(1)) % 2 === 0
            ? [done]
            : [{ state: 'failed', error: new ProviderError('REJECTED', 'No.') }],
        );
      ports = { rate: port(run) };
      const { id } = await finished(engine, newTask(6));
      const page = await engine.items('default', id, { limit: 4 });
      const positions = page.items.map(({ position }) => position);
      expect({ ...page, items: positions }).toEqual({ items: [0, 1, 2, 3], total: 6, hasNext: true });
      const rest = await engine.items('default', id, { limit: 4, afterPosition: 3 });
      const others = rest.items.map(({ position }) => position);
      expect({ ...rest, items: others }).toEqual({ items: [4, 5], total: 6, hasNext: false });
      const failed = await engine.items('default', id, { limit: 9, states: ['FAILED'] });
      expect(failed).toMatchObject({ total: 3, hasNext: false });
    });

    it('lists tasks, newest first', async () => {
      ports = { rate: port(() => Promise.resolve([done])) };
      const tenant = 'lists';
      const ids: string[] = [];
      for (let count = 0; count < 3; count += 1) ids.unshift((await started(engine, newTask(1, { tenant }))).id);
      for (const id of ids) for await (const task of (await engine.watch(tenant, id, {})) ?? []) void task;
      const first = await engine.list(tenant, {}, { after: null, limit: 2 });
      const rest = await engine.list(tenant, {}, { after: first.tasks.at(-1)?.cursor ?? null, limit: 2 });
      expect([first.total, rest.total]).toEqual([3, 3]);
      expect([...first.tasks, ...rest.tasks].map(({ task }) => task.id)).toEqual(ids);
    });

    it('does not try again what fails after its task was asked to stop', async () => {
      const [begun, answer] = [gate(), gate()];
      const run = vi.fn<RatePort['run']>(async () => {
        begun.open();
        await answer.opened;
        throw new ProviderError('UNAVAILABLE', 'Down.');
      });
      ports = { rate: port(run) };
      const { id } = await started(engine, newTask());
      await begun.opened;
      expect(await engine.cancel('default', id)).toMatchObject({ state: 'CANCELLING' });
      answer.open();
      expect(await ended(engine, id)).toMatchObject({ state: 'CANCELLED', counts: { cancelled: 1 } });
      expect(await engine.item('default', id, 0)).toMatchObject({
        state: 'CANCELLED',
        problem: { code: 'UNAVAILABLE' },
      });
      expect(run).toHaveBeenCalledTimes(1);
      // Once more is no matter.
      expect(await engine.cancel('default', id)).toMatchObject({ state: 'CANCELLED' });
    });

    it('knows nothing of other tenants’ tasks', async () => {
      ports = { rate: port(() => Promise.resolve([done])) };
      const { id } = await finished(engine, newTask());
      expect(await engine.get('other', id)).toBeNull();
      expect(await engine.cancel('other', id)).toBeNull();
      expect(await engine.watch('other', id, {})).toBeNull();
      expect(await engine.watch('default', 'unknown', {})).toBeNull();
      expect(await engine.items('other', id, { limit: 9 })).toEqual({ items: [], total: 0, hasNext: false });
    });

    it('refuses a task without items', async () => {
      await expect(engine.start(newTask(0))).rejects.toBeInstanceOf(RangeError);
    });
  });

  describe(`${name} after another was closed`, { timeout: 120_000 }, () => {
    let engine: OpenEngine | null = null;
    afterEach(async () => {
      await engine?.close();
      engine = null;
    }, 60_000);

    it('goes on with what ran and was handed back', async () => {
      let calls = 0;
      const hangs = gate();
      // One listens to the abort, the other does not.
      const hanging: RatePort['run'] = (_items, { signal }) =>
        new Promise((_resolve, reject) => {
          calls += 1;
          if (calls === 2) hangs.open();
          else signal?.addEventListener('abort', () => reject(signal.reason as Error));
        });
      engine = await open({ rate: port(hanging) });
      const { id } = await started(engine, newTask(2));
      await hangs.opened;
      const stream = await engine.watch('default', id, { afterRevision: 3 });
      const heard = vi.fn<(event: WrittenEvent) => void>();
      await engine.follow(Date.now(), heard);
      await engine.close();
      expect(await stream?.next()).toEqual({ done: true, value: undefined });
      await expect(engine.get('default', id)).rejects.toThrow('closed');
      engine = await open({ rate: port(() => Promise.resolve([done])) });
      expect(await ended(engine, id)).toMatchObject({ state: 'SUCCEEDED' });
      const { items } = await engine.items('default', id, { limit: 2 });
      expect(items).toMatchObject([{ attempts: 2 }, { attempts: 2 }]);
      expect(heard).not.toHaveBeenCalled();
    });

    it('enqueues what was stored and not enqueued', async () => {
      const id = `orphan-${Date.now()}`;
      await harness.store({ ...newTask(), id, batches: [0] });
      engine = await open({ rate: port(() => Promise.resolve([done])) });
      expect(await ended(engine, id)).toMatchObject({ state: 'SUCCEEDED' });
    });

    it('works in the trace in which a task was asked for, each try, and in none where that is not known', async () => {
      const asked: [place: string | null, AskedItems][] = [];
      const here = vi.fn<TaskTraces['here']>().mockReturnValueOnce('there').mockReturnValueOnce(null);
      const visit: TaskTraces['visit'] = (place, items, ask) => {
        asked.push([place, items]);
        return ask();
      };
      const answers = new Map<string, number>();
      // Each once in vain.
      const run: RatePort['run'] = ([item]) => {
        const skill = item?.skillId ?? '';
        answers.set(skill, (answers.get(skill) ?? 0) + 1);
        return answers.get(skill) === 1
          ? Promise.reject(new ProviderError('UNAVAILABLE', 'Down.'))
          : Promise.resolve([done]);
      };
      const ports = () => ({ rate: port(run) });
      const openTraced = (work: boolean) => harness.open({ ports, log: quiet, work, traces: { here, visit } });
      engine = await openTraced(false);
      const ids = [(await started(engine, newTask())).id, (await started(engine, newTask())).id, `lost-${Date.now()}`];
      await engine.close();
      await harness.store({ ...newTask(), id: ids[2] ?? '', batches: [0] });
      engine = await openTraced(true);
      for (const id of ids) expect(await ended(engine, id)).toMatchObject({ state: 'SUCCEEDED' });
      const placesOf = (id: string) => asked.flatMap(([place, { taskId }]) => (taskId === id ? [place] : []));
      expect(ids.map(placesOf)).toEqual([
        ['there', 'there'],
        [null, null],
        [null, null],
      ]);
      expect(asked).toContainEqual(['there', { taskId: ids[0], integration: 'hr', operation: 'rate', items: 1 }]);
    });

    it('does the work that one which only served has left, but not what was cancelled there', async () => {
      const sent: string[] = [];
      const run: RatePort['run'] = (items) => {
        sent.push(...items.map(({ skillId }) => skillId));
        return Promise.resolve(items.map(() => done));
      };
      engine = await open({ rate: port(run) }, false);
      const [cancelled, kept] = [newTask(2), newTask()];
      const { id } = await started(engine, cancelled);
      const seen = watched(engine, id);
      const wanted = await started(engine, kept);
      expect(await engine.cancel('default', id)).toMatchObject({ state: 'CANCELLED', counts: { cancelled: 2 } });
      expect((await seen).at(-1)).toMatchObject({ state: 'CANCELLED' } satisfies Partial<Task>);
      await engine.close();
      expect(sent).toEqual([]);
      engine = await open({ rate: port(run) });
      expect(await ended(engine, wanted.id)).toMatchObject({ state: 'SUCCEEDED' });
      expect(sent).toEqual(kept.items.map(({ work }) => (work.operation === 'rate' ? work.write.skillId : '')));
    });
  });
}
