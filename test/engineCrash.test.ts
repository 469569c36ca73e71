import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ports } from '../src/domain/ports.ts';
import type { Task } from '../src/tasks/task.ts';
import { type TaskEngine } from '../src/tasks/engine/engine.ts';
import { openEmbeddedEngine } from '../src/tasks/engine/embedded.ts';

const TASKS = 100;
/** The provider answers so many calls; the kill comes when so many were sent, so that some are done, some under way, some not begun. */
const ANSWERED = 60;
const HALFWAY = 80;
const CHILD = join(import.meta.dirname, 'support', 'crashChild.ts');

let directory: string;
let child: ChildProcess | null = null;
let engine: TaskEngine | null = null;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crash-'));
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await engine?.close();
  await rm(directory, { recursive: true, force: true });
});

const journal = (): string => join(directory, 'journal');

async function sent(): Promise<string[]> {
  return (await readFile(journal(), 'utf8').catch(() => '')).split('\n').filter(Boolean);
}

/** Starts the tasks in another process and kills that while it works; answers the tasks it acknowledged. */
async function killedInTheMiddle(repeat: string): Promise<string[]> {
  const doomed = spawn(
    process.execPath,
    ['--import', 'tsx', CHILD, join(directory, 'data'), journal(), repeat, ...[TASKS, ANSWERED, HALFWAY].map(String)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  child = doomed;
  const ids: string[] = [];
  const awaited = new Set(['started', 'halfway']);
  for await (const line of createInterface({ input: doomed.stdout })) {
    if (!awaited.delete(line)) ids.push(line);
    if (awaited.size === 0) break;
  }
  doomed.kill('SIGKILL');
  await once(doomed, 'exit');
  return ids;
}

async function reopen(repeat: 'safe' | 'never'): Promise<TaskEngine> {
  const again: string[] = [];
  const ports: Ports = {
    rate: {
      batchSize: 1,
      repeat,
      run: (items) => {
        again.push(...items.map((item) => item.skillId));
        return Promise.resolve(items.map(() => ({ state: 'done', row: null, remoteId: null, warnings: [] })));
      },
    },
  };
  resent = again;
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  return openEmbeddedEngine({ dataDir: join(directory, 'data'), ports: () => ports, log });
}

let resent: string[] = [];

async function ended(open: TaskEngine, id: string): Promise<Task['state'] | undefined> {
  let last: Task | undefined;
  for await (const task of (await open.watch('default', id, {})) ?? []) last = task;
  return last?.state;
}

describe('after kill -9 in the middle of a hundred tasks', { timeout: 180_000 }, () => {
  it('every task ends SUCCEEDED and every write is there, where repeating is safe', async () => {
    const ids = await killedInTheMiddle('safe');
    const before = await sent();
    engine = await reopen('safe');
    const open = engine;
    const states = await Promise.all(ids.map((id) => ended(open, id)));
    expect(ids).toHaveLength(TASKS);
    expect(states).toEqual(ids.map(() => 'SUCCEEDED'));
    expect(new Set([...before, ...resent]).size).toBe(TASKS);
    expect(resent.length).toBeGreaterThanOrEqual(TASKS - ANSWERED);
  });

  it('no item is sent twice, and one that was under way ends as unknown, where repeating is never allowed', async () => {
    const ids = await killedInTheMiddle('never');
    const before = await sent();
    engine = await reopen('never');
    const open = engine;
    const items = await Promise.all(
      ids.map(async (id) => {
        await ended(open, id);
        return open.item('default', id, 0);
      }),
    );
    const all = [...before, ...resent];
    expect(new Set(all).size).toBe(all.length);
    const unknown = items.filter((item) => item?.state === 'OUTCOME_UNKNOWN');
    const succeeded = items.filter((item) => item?.state === 'SUCCEEDED');
    expect(unknown.length + succeeded.length).toBe(TASKS);
    expect(unknown.length).toBeGreaterThanOrEqual(HALFWAY - ANSWERED);
    // What succeeded was sent: nothing is lost, and nothing that was not sent is called done.
    const names = new Set(all);
    const skills = succeeded.map((item) => (item?.work.operation === 'rate' ? item.work.write.skillId : ''));
    expect(skills.filter((skill) => !names.has(skill))).toEqual([]);
  });
});
