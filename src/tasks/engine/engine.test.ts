import { readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createDataDir, type DataDir } from '../../../test/support/dataDir.ts';
import type { Ports } from '../../domain/ports.ts';
import { PglitePool } from '../store/embedded/pglitePool.ts';
import { postgresStore } from '../store/postgres/store.ts';
import { engineContract } from './contract.ts';
import { newTask, port, quiet, started } from './contractBench.ts';
import { type EngineOptions, type OpenEngine } from './engine.ts';
import { openEmbeddedEngine } from './embedded.ts';

let directory: string;
let dataDir: DataDir;

beforeAll(async () => {
  dataDir = await createDataDir();
  directory = dataDir.path;
});

afterAll(() => dataDir.remove());

const open = (ports: Ports | null, more: Partial<EngineOptions> = {}): Promise<OpenEngine> =>
  openEmbeddedEngine({ dataDir: directory, ports: (_, name) => (name === 'hr' ? ports : null), log: quiet, ...more });

engineContract('the embedded engine', {
  open: (options) => openEmbeddedEngine({ dataDir: directory, ...options }),
  async store(task) {
    const pool = await PglitePool.open(join(directory, 'postgres'));
    await postgresStore(pool).start(task, Date.now());
    await pool.end();
  },
});

describe('the embedded engine', { timeout: 120_000 }, () => {
  it('owns its directory', async () => {
    const engine = await open(null);
    await expect(open(null)).rejects.toThrow(`${directory} is in use by process ${process.pid}`);
    await engine.close();
  });

  it('whose directory another process took is lost at once', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const onFailure = vi.fn<(error: Error) => void>();
    const engine = await open(null, { work: false, onFailure });
    const lock = (await readdir(directory)).find((name) => name.startsWith('lock.')) ?? '';
    await rename(join(directory, lock), join(directory, `${lock}0`));
    vi.advanceTimersByTime(2_000);
    vi.useRealTimers();
    await expect
      .poll(() => onFailure.mock.calls.map(([error]) => error.message))
      .toEqual([expect.stringContaining('another process took the directory')]);
    await engine.close();
    await writeFile(join(directory, `${lock}0`), 'released');
  });

  it('whose store is lost fails watchers and later calls clearly, says so once, and can be closed', async () => {
    const posts = vi.spyOn(Worker.prototype, 'postMessage');
    const onFailure = vi.fn<(error: Error) => void>();
    // Sends nothing, so that its first revision is the last.
    const silent = { ...port(() => Promise.resolve([])), run: () => new Promise<never>(() => {}) };
    const engine = await open({ rate: silent }, { onFailure });
    const { id } = await started(engine, newTask());
    // What is posted from here on is this engine's, not of one that another file left.
    posts.mockClear();
    const stream = await engine.watch('default', id, { afterRevision: 1 });
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
