import { cp, mkdir, mkdtemp, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDataDir, type DataDir } from '../../../test/support/dataDir.ts';
import { newTask, quiet, started } from './contractBench.ts';
import { type EngineOptions, type OpenEngine } from './engine.ts';
import { openEmbeddedEngine } from './embedded.ts';

const openIn = (dataDir: string, more: Partial<EngineOptions> = {}): Promise<OpenEngine> =>
  openEmbeddedEngine({ dataDir, ports: () => null, log: quiet, work: false, ...more });

/** The message with which the directory is refused. */
const refusal = (dataDir: string): Promise<string> =>
  openIn(dataDir).then(
    async (engine) => {
      await engine.close();
      return 'opened';
    },
    (error: Error) => `${error.name}: ${error.message}`,
  );

describe('a damaged embedded store', () => {
  let dataDir: DataDir;
  let store: string;
  beforeAll(async () => {
    dataDir = await createDataDir();
    store = join(dataDir.path, 'postgres');
  });
  afterAll(() => dataDir.remove());

  /** Takes a part away while the body runs. */
  const without = async (part: string, body: () => Promise<void>): Promise<void> => {
    const aside = join(dataDir.path, 'aside');
    await rename(join(store, part), aside);
    try {
      await body();
    } finally {
      await rm(join(store, part), { recursive: true, force: true });
      await rename(aside, join(store, part));
    }
  };
  const sentence = (cause: string, remedy = 'Restore the directory from a copy') =>
    `DataDirectoryError: The task store in ${store} cannot be opened: ${cause}. ${remedy}, or move the directory away to ` +
    'start with an empty store: the tasks in it are then unknown to the gateway.';

  it('without PG_VERSION is refused and left as it is', () =>
    without('PG_VERSION', async () => {
      expect(await refusal(dataDir.path)).toBe(sentence('the file PG_VERSION is missing'));
      expect(await readdir(store)).not.toContain('PG_VERSION');
    }));

  it.each([
    ['global/pg_control', 'could not open file "global/pg_control": No such file or directory'],
    ['base', 'database "postgres" does not exist: The database subdirectory "base/5" is missing'],
    ['pg_wal', 'required WAL directory "pg_wal" does not exist'],
    ['postgresql.conf', 'could not access the server configuration file "postgresql.conf": No such file or directory'],
  ])('without %s is refused with the cause', (part, cause) =>
    without(part, async () => expect(await refusal(dataDir.path)).toBe(sentence(cause))),
  );

  it('whose control file was copied half is refused with the cause', () =>
    without('global/pg_control', async () => {
      await cp(join(dataDir.path, 'aside'), join(store, 'global/pg_control'));
      await truncate(join(store, 'global/pg_control'), 100);
      expect(await refusal(dataDir.path)).toBe(sentence('could not read file "global/pg_control": read 100 of 296'));
    }));

  it('of another version is refused, and the remedy is the program that wrote it', () =>
    without('PG_VERSION', async () => {
      await writeFile(join(store, 'PG_VERSION'), '16\n');
      expect(await refusal(dataDir.path)).toMatch(
        /incompatible with server: .* PostgreSQL version 16, .*\. Start the version of the gateway that wrote it, or move/,
      );
    }));

  it('opens once it is whole again', async () => {
    expect(await refusal(dataDir.path)).toBe('opened');
  });
});

describe('a data directory', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'data-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('that is a file, or below one, is refused with the variable to change', async () => {
    await writeFile(join(folder, 'file'), '');
    for (const path of [join(folder, 'file'), join(folder, 'file', 'data')]) {
      expect(await refusal(path)).toMatch(
        /^DataDirectoryError: The data directory \S+ cannot be used: it, or a folder above it, is a file \(E\w+\)\. Set DATA_DIR to a directory that the gateway may write to\.$/,
      );
    }
    expect(await readdir(folder)).toEqual(['file']);
  });
});

describe('the files of an open embedded store', () => {
  let dataDir: DataDir;
  beforeEach(async () => {
    dataDir = await createDataDir();
  });
  afterEach(() => dataDir.remove());

  it('are deleted: no write is acknowledged any more, and the store is lost at once', async () => {
    const onFailure = vi.fn<(error: Error) => void>();
    const engine = await openIn(dataDir.path, { onFailure });
    await started(engine, newTask());
    await rm(join(dataDir.path, 'postgres'), { recursive: true });
    const writes = await Promise.allSettled([engine.start(newTask()), engine.start(newTask())]);
    expect(writes).toMatchObject(writes.map(() => ({ status: 'rejected', reason: { name: 'StoreClosedError' } })));
    await expect(engine.start(newTask())).rejects.toThrow(
      /^The task store is lost: \S+pg_control was deleted or replaced while the gateway used it\.$/,
    );
    expect(onFailure).toHaveBeenCalledTimes(1);
    await engine.close();
  });

  it('are replaced by a copy: the store is lost without anybody asking it', async () => {
    const copy = await createDataDir();
    const failed = new Promise<Error>((resolve) => {
      void openIn(dataDir.path, { onFailure: resolve }).then(async () => {
        await rename(join(dataDir.path, 'postgres'), join(dataDir.path, 'old'));
        await rename(join(copy.path, 'postgres'), join(dataDir.path, 'postgres'));
      });
    });
    expect((await failed).message).toMatch(/^The task store is lost: /);
    await copy.remove();
  });

  it('are made in a folder of their own first, and one that a killed process left is removed', async () => {
    await mkdir(join(dataDir.path, 'postgres-a1B2c3', 'base'), { recursive: true });
    await (await openIn(dataDir.path)).close();
    expect((await readdir(dataDir.path)).toSorted()).toEqual([expect.stringMatching(/^lock\.\d+$/), 'postgres']);
  });
});
