import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beat } from './heartbeat.ts';
import { isOwned, ownMark, readOwner, RELEASED } from './lockOwner.ts';

/** The directory belongs to this process until `release`. */
export interface DirectoryLock {
  release(): Promise<void>;
}

export interface LockOptions {
  /** Called when the lock is gone: another process has taken the directory, because this one stood still for long, or it was deleted. */
  lost?: () => void;
  /** Left out: real time. */
  sleep?: (milliseconds: number) => Promise<void>;
}

export class DirectoryLockedError extends Error {
  override readonly name = 'DirectoryLockedError';
}

const NAME = /^lock\.(\d+)$/;

/**
 * Takes a directory for this process; throws DirectoryLockedError when a live process has it. The embedded store has no
 * lock of its own, and two owners lose data silently.
 *
 * Each owner takes the next number, `lock.1`, `lock.2`, …; the highest stands. A file appears whole (link is atomic and
 * refuses an existing name) and the highest is never removed, so that of several takers of a dead owner's directory
 * exactly one gets the next number; replacing one file would let the second remove the first one's lock.
 *
 * An owner that the process table of this place tells about is judged by that, at once. Of one in another container or on
 * another host it says nothing: that one's lock is watched until it is touched or was not for ten seconds.
 */
export async function lockDirectory(directory: string, { lost, sleep }: LockOptions = {}): Promise<DirectoryLock> {
  // Tasks name people: nobody else's business.
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const mine = JSON.stringify(ownMark());
  for (;;) {
    const highest = await highestLock(directory);
    if (highest > 0) await refuseIfOwned(directory, highest, sleep);
    const own = highest + 1;
    if (!(await create(directory, own, mine))) continue;
    // Somebody may have gone further while our look was growing old; then ours means nothing.
    if ((await highestLock(directory)) > own) {
      await rm(pathOf(directory, own), { force: true });
      continue;
    }
    await removeBelow(directory, own);
    const stop = beat(pathOf(directory, own), () => lost?.());
    return {
      release: async () => {
        stop();
        await replace(directory, own, RELEASED);
      },
    };
  }
}

function pathOf(directory: string, number: number): string {
  return join(directory, `lock.${number}`);
}

async function numbers(directory: string): Promise<number[]> {
  return (await readdir(directory)).flatMap((name) => {
    const number = NAME.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

async function highestLock(directory: string): Promise<number> {
  return Math.max(0, ...(await numbers(directory)));
}

async function refuseIfOwned(directory: string, number: number, sleep: LockOptions['sleep']): Promise<void> {
  const path = pathOf(directory, number);
  const owner = await readOwner(path);
  // It may be released while it is watched.
  if (!owner || !(await isOwned(path, owner, sleep)) || !(await readOwner(path))) return;
  const where = owner.host === undefined ? '' : ` of ${owner.host}`;
  throw new DirectoryLockedError(
    `The directory ${directory} is in use by process ${owner.pid}${where}. Stop that process, or use another directory.`,
  );
}

/** False when the name is taken. */
async function create(directory: string, number: number, text: string): Promise<boolean> {
  const draft = join(directory, `draft.${randomUUID()}`);
  try {
    await writeFile(draft, text);
    await link(draft, pathOf(directory, number));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function replace(directory: string, number: number, text: string): Promise<void> {
  const draft = join(directory, `draft.${randomUUID()}`);
  try {
    await writeFile(draft, text);
    await rename(draft, pathOf(directory, number));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

async function removeBelow(directory: string, number: number): Promise<void> {
  for (const old of await numbers(directory)) {
    if (old < number) await rm(pathOf(directory, old), { force: true });
  }
}
