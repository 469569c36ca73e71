import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Ports, RatingWrite, WritePort, WriteResult } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import type { RatingRow } from '../../domain/records.ts';
import { PglitePool } from '../store/pglitePool.ts';
import { postgresStore } from '../store/postgresStore.ts';
import type { NewTask, NewTaskItem, Task, TaskItem } from '../task.ts';
import { openEmbeddedEngine, type EngineOptions, type TaskEngine } from './engine.ts';

type Port = WritePort<RatingWrite, RatingRow>;

const done: WriteResult<RatingRow> = { state: 'done', row: null, remoteId: 'r', warnings: [] };
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

function port(run: Port['run'], more: Partial<Port> = {}): Port {
  return { batchSize: 1, repeat: 'safe', run, ...more };
}

let skills = 0;

function newTask(count = 1, more: Partial<NewTask> = {}): NewTask {
  const items = Array.from({ length: count }, (_, index): NewTaskItem => {
    skills += 1;
    const write = {
      employeeId: 'e1',
      skillId: `s${skills}`,
      value: { kind: 'number', value: 1 },
      scale: null,
    } as const;
    return { index, key: null, integration: 'hr', work: { operation: 'rate', write }, conversion: null, warnings: [] };
  });
  return { tenant: 'default', client: null, kind: 'RATE_SKILLS', items, idempotency: null, ...more };
}

async function started(engine: TaskEngine, task: NewTask): Promise<Task> {
  const result = await engine.start(task);
  if (result.outcome === 'keyReused') throw new Error('The key is reused.');
  return result.task;
}

async function watched(engine: TaskEngine, id: string): Promise<Task[]> {
  const seen: Task[] = [];
  for await (const task of (await engine.watch('default', id, {})) ?? []) seen.push(task);
  return seen;
}

async function finished(engine: TaskEngine, task: NewTask): Promise<Task> {
  const last = (await watched(engine, (await started(engine, task)).id)).at(-1);
  if (!last) throw new Error('The watcher saw nothing.');
  return last;
}

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'engine-'));
});

afterAll(() => rm(directory, { recursive: true, force: true }));

const open = (ports: Ports | null, more: Partial<EngineOptions> = {}): Promise<TaskEngine> =>
  openEmbeddedEngine({ dataDir: directory, ports: (name) => (name === 'hr' ? ports : null), log: quiet, ...more });

describe('the embedded engine', () => {
  let engine: TaskEngine;
  let ports: Ports;
  let hearWritten: NonNullable<EngineOptions['onWritten']> = () => {};

  beforeAll(async () => {
    ports = {};
    engine = await openEmbeddedEngine({
      dataDir: directory,
      ports: (name) => (name === 'hr' ? ports : null),
      onWritten: (event) => hearWritten(event),
      log: quiet,
    });
  });
  afterAll(() => engine.close());

  it('takes a task from QUEUED to SUCCEEDED, and a watcher sees rising revisions to the end', async () => {
    ports = { rate: port(() => Promise.resolve([done])) };
    const written = new Promise<{ task: Task | null; item: TaskItem }>((resolve) => {
      hearWritten = ({ tenant, taskId, item }) => {
        void engine.get(tenant, taskId).then((stored) => resolve({ task: stored, item }));
      };
    });
    const task = await started(engine, newTask());
    expect(task).toMatchObject({ state: 'QUEUED', revision: 1 });
    const seen = await watched(engine, task.id);
    const revisions = seen.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
    expect(seen.at(-1)).toMatchObject({ state: 'SUCCEEDED', revision: 3, counts: { total: 1, succeeded: 1 } });
    expect(await engine.get('default', task.id)).toEqual(seen.at(-1));
    expect(await written).toMatchObject({ task: { state: 'SUCCEEDED' }, item: { state: 'SUCCEEDED' } });
  });

  it('sends items in as few calls as the port takes', async () => {
    const sizes: number[] = [];
    const run: Port['run'] = (items) => {
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
    const run: Port['run'] = () =>
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
    const run: Port['run'] = () => {
      calls += 1;
      return calls === 1 ? Promise.reject(new ProviderError('UNAVAILABLE', 'Down.')) : Promise.resolve([done]);
    };
    ports = { rate: port(run) };
    expect((await finished(engine, newTask())).state).toBe('SUCCEEDED');
    expect(calls).toBe(2);
  });

  it('follows what a provider accepted by a delayed job', async () => {
    const follow = vi.fn<NonNullable<Port['follow']>>(() => Promise.resolve(done));
    const run = vi.fn<Port['run']>(() => Promise.resolve([{ state: 'accepted', providerTaskId: 'p1' }]));
    ports = { rate: port(run, { follow }) };
    const task = await finished(engine, newTask());
    expect(task.state).toBe('SUCCEEDED');
    expect(await engine.item('default', task.id, 0)).toMatchObject({ providerTaskId: 'p1', state: 'SUCCEEDED' });
    expect([run.mock.calls.length, follow.mock.calls.map(([id]) => id)]).toEqual([1, ['p1']]);
  });

  it('makes one task of racing starts with the same key', async () => {
    const run = vi.fn<Port['run']>(() => Promise.resolve([done]));
    ports = { rate: port(run) };
    const task = newTask(1, { idempotency: { key: 'k', bodyHash: 'a' } });
    const results = await Promise.all(Array.from({ length: 5 }, () => engine.start(task)));
    expect(results.map(({ outcome }) => outcome).toSorted()).toEqual([
      'replayed',
      'replayed',
      'replayed',
      'replayed',
      'started',
    ]);
    const ids = new Set(results.map((result) => (result.outcome === 'keyReused' ? '' : result.task.id)));
    expect(ids.size).toBe(1);
    for (const id of ids) await watched(engine, id);
    expect(run).toHaveBeenCalledTimes(1);
    expect((await engine.start({ ...task, idempotency: { key: 'k', bodyHash: 'b' } })).outcome).toBe('keyReused');
    expect((await engine.replay('default', null, { key: 'k', bodyHash: 'a' }))?.outcome).toBe('replayed');
    expect(await engine.replay('default', null, { key: 'other', bodyHash: 'a' })).toBeNull();
  });

  it('pages through items, with totals by state', async () => {
    const run: Port['run'] = ([item]) =>
      Promise.resolve(
        item && Number(item.skillId.slice(1)) % 2 === 0
          ? [done]
          : [{ state: 'failed', error: new ProviderError('REJECTED', 'No.') }],
      );
    ports = { rate: port(run) };
    const { id } = await finished(engine, newTask(6));
    const page = await engine.items('default', id, { limit: 4 });
    expect({ ...page, items: page.items.map(({ position }) => position) }).toEqual({
      items: [0, 1, 2, 3],
      total: 6,
      hasNext: true,
    });
    const rest = await engine.items('default', id, { limit: 4, afterPosition: 3 });
    expect({ ...rest, items: rest.items.map(({ position }) => position) }).toEqual({
      items: [4, 5],
      total: 6,
      hasNext: false,
    });
    expect(await engine.items('default', id, { limit: 9, states: ['FAILED'] })).toMatchObject({
      total: 3,
      hasNext: false,
    });
  });

  it('knows nothing of other tenants’ tasks', async () => {
    ports = { rate: port(() => Promise.resolve([done])) };
    const { id } = await finished(engine, newTask());
    expect(await engine.get('other', id)).toBeNull();
    expect(await engine.watch('other', id, {})).toBeNull();
    expect(await engine.watch('default', 'unknown', {})).toBeNull();
    expect(await engine.items('other', id, { limit: 9 })).toEqual({ items: [], total: 0, hasNext: false });
  });

  it('refuses a task without items', async () => {
    await expect(engine.start(newTask(0))).rejects.toBeInstanceOf(RangeError);
  });

  it('owns its directory', async () => {
    await expect(open(null)).rejects.toThrow(`${directory} is in use by process ${process.pid}`);
  });
});

describe('an engine that was closed', { timeout: 120_000 }, () => {
  let engine: TaskEngine | null = null;
  afterEach(async () => {
    await engine?.close();
    engine = null;
  });

  it('hands back what runs, and the next one goes on with it', async () => {
    let calls = 0;
    let hang: () => void = () => {};
    const hangs = new Promise<void>((resolve) => {
      hang = resolve;
    });
    // One listens to the abort, the other does not.
    const hanging: Port['run'] = (_items, { signal }) =>
      new Promise((_resolve, reject) => {
        calls += 1;
        if (calls === 2) hang();
        else signal?.addEventListener('abort', () => reject(signal.reason as Error));
      });
    engine = await open({ rate: port(hanging) });
    const { id } = await started(engine, newTask(2));
    await hangs;
    const stream = await engine.watch('default', id, { afterRevision: 3 });
    await engine.close();
    expect(await stream?.next()).toEqual({ done: true, value: undefined });
    await expect(engine.get('default', id)).rejects.toThrow('closed');
    engine = await open({ rate: port(() => Promise.resolve([done])) });
    expect((await watched(engine, id)).at(-1)).toMatchObject({ state: 'SUCCEEDED' });
    const { items } = await engine.items('default', id, { limit: 2 });
    expect(items).toMatchObject([{ attempts: 2 }, { attempts: 2 }]);
  });

  it('is followed by one that enqueues what was stored and not enqueued', async () => {
    const pool = await PglitePool.open(join(directory, 'postgres'));
    await postgresStore(pool).start({ ...newTask(), id: 'orphan', batches: [0] }, Date.now());
    await pool.end();
    engine = await open({ rate: port(() => Promise.resolve([done])) });
    expect((await watched(engine, 'orphan')).at(-1)).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('and only served leaves the work to the next one', async () => {
    const run = vi.fn<Port['run']>(() => Promise.resolve([done]));
    engine = await open({ rate: port(run) }, { work: false });
    const { id } = await started(engine, newTask());
    await engine.close();
    expect(run).not.toHaveBeenCalled();
    engine = await open({ rate: port(run) });
    expect((await watched(engine, id)).at(-1)).toMatchObject({ state: 'SUCCEEDED' });
  });
});

describe('an engine whose store is lost', { timeout: 120_000 }, () => {
  it('fails watchers and later calls clearly, says so once, and can be closed', async () => {
    const posts = vi.spyOn(Worker.prototype, 'postMessage');
    const onFailure = vi.fn<(error: Error) => void>();
    const engine = await open({ rate: port(() => new Promise(() => {})) }, { onFailure });
    const { id } = await started(engine, newTask());
    const stream = await engine.watch('default', id, { afterRevision: 2 });
    const waiting = Promise.allSettled([stream?.next()]);
    const thread: unknown = posts.mock.contexts[0];
    if (!(thread instanceof Worker)) throw new Error('The engine posts to a thread.');
    await thread.terminate();
    expect(await waiting).toMatchObject([{ reason: { name: 'StoreClosedError' } }]);
    await expect(engine.start(newTask())).rejects.toThrow('The task store is lost');
    expect(onFailure).toHaveBeenCalledTimes(1);
    await engine.close();
    const next = await open(null, { work: false });
    expect(await next.get('default', id)).toMatchObject({ id });
    await next.close();
  });
});
