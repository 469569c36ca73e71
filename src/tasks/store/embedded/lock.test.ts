import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DirectoryLockedError, lockDirectory } from './lock.ts';
import { markOf, ownPlace } from './processAge.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lock-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('a directory lock', () => {
  it('is refused while a live process holds it, and the error names process and directory', async () => {
    await lockDirectory(directory);
    const refusal = lockDirectory(directory);
    await expect(refusal).rejects.toBeInstanceOf(DirectoryLockedError);
    await expect(refusal).rejects.toThrow(`${directory} is in use by process ${process.pid}`);
  });

  it('is free again after its release', async () => {
    const lock = await lockDirectory(directory);
    await lock.release();
    await lockDirectory(directory);
    expect(await readdir(directory)).toEqual(['lock.2']);
  });

  it('of a dead process is taken over', async () => {
    await writeFile(join(directory, 'lock.7'), JSON.stringify({ pid: await deadProcess(), startTime: '1' }));
    await lockDirectory(directory);
    expect(await readdir(directory)).toEqual(['lock.8']);
  });

  it.runIf(process.platform === 'linux')('of a process whose id another one has now is taken over', async () => {
    const started = Number(markOf(process.pid)?.startTime);
    const former = JSON.stringify({ pid: process.pid, startTime: String(started - 1) });
    await writeFile(join(directory, 'lock.1'), former);
    await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toBeInstanceOf(DirectoryLockedError);
  });

  it.runIf(process.platform === 'linux')('of a zombie is taken over', async () => {
    // The shell's child has exited and the shell, replaced by sleep, never collects it.
    const parent = spawn('sh', ['-c', 'sh -c "exit 0" & echo $!; exec sleep 30']);
    const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(printed.toString());
    const mark = markOf(pid);
    await expect.poll(() => markOf(pid), { timeout: 10_000 }).toBeNull();
    await writeFile(join(directory, 'lock.1'), JSON.stringify(mark ?? { pid, startTime: null }));
    await lockDirectory(directory);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  });

  it('goes to exactly one of many openers at once, of a new directory and of a dead one’s', async () => {
    const dead = await deadProcess();
    for (let round = 0; round < 20; round += 1) {
      const place = join(directory, String(round));
      if (round % 2 === 1) {
        await (await lockDirectory(place)).release();
        await writeFile(join(place, 'lock.1'), JSON.stringify({ pid: dead, startTime: '1' }));
      }
      const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(place)));
      expect(attempts.filter((attempt) => attempt.status === 'fulfilled')).toHaveLength(1);
    }
  });

  describe.each([
    ['in another container', { pidNamespace: 'pid:[1]' }],
    ['on another host', { host: 'elsewhere' }],
  ])('of an owner %s', (_, elsewhere) => {
    const path = () => join(directory, 'lock.1');
    // By the process table of this place both are wrong: this process lives, the other never was.
    const owner = (pid: number) =>
      writeFile(path(), JSON.stringify({ ...markOf(pid), pid, startTime: null, ...ownPlace(), ...elsewhere }));

    it('is refused while that one gives signs of life', async () => {
      await owner(await deadProcess());
      const later = new Date(Date.now() + 2_000);
      const refusal = lockDirectory(directory, { sleep: () => utimes(path(), later, later) });
      await expect(refusal).rejects.toBeInstanceOf(DirectoryLockedError);
      expect(await readdir(directory)).toEqual(['lock.1']);
    });

    it('is taken over when that one gives none for ten seconds', async () => {
      await owner(process.pid);
      const sleep = vi.fn<() => Promise<void>>(() => Promise.resolve());
      await lockDirectory(directory, { sleep });
      expect(sleep).toHaveBeenCalledTimes(10);
      expect(await readdir(directory)).toEqual(['lock.2']);
    });

    it('is taken over when that one releases it meanwhile', async () => {
      await owner(process.pid);
      await lockDirectory(directory, { sleep: () => writeFile(path(), 'released') });
      expect(await readdir(directory)).toEqual(['lock.2']);
    });
  });

  it('tells its owner when another took the directory', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const lost = vi.fn<() => void>();
    await lockDirectory(directory, { lost });
    await rm(join(directory, 'lock.1'));
    vi.advanceTimersByTime(2_000);
    vi.useRealTimers();
    await expect.poll(() => lost.mock.calls.length).toBe(1);
  });
});
