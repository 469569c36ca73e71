import { describe, expect, it } from 'vitest';
import { SkillChanges, type NotedChange, type SkillChange } from './skillChanges.ts';
import type { TaskItem } from './task.ts';

const ADA = () => [
  { integration: 'hr', remoteId: 'h1' },
  { integration: 'projects', remoteId: 'p1' },
];

const noted = (values: Partial<NotedChange> = {}): NotedChange => ({
  integration: 'hr',
  employeeIds: new Set(['h1']),
  taskId: 'a',
  at: '2026-03-02T10:00:00.000Z',
  ...values,
});

const written = (operation: string, at: number) => ({
  at,
  item: { integration: 'hr', taskId: 'a', work: { operation, write: { employeeId: 'h1' } } } as TaskItem,
});

/** What waits to be read. */
async function waiting(changes: SkillChanges, stream: AsyncIterableIterator<SkillChange>): Promise<SkillChange[]> {
  changes.noted(noted({ taskId: 'last' }));
  const read: SkillChange[] = [];
  for await (const change of stream) {
    if (change.taskId === 'last') break;
    read.push(change);
  }
  return read;
}

describe('SkillChanges', () => {
  it('tells of any record of the employee, and of nobody else', async () => {
    const changes = new SkillChanges();
    const stream = changes.watch(ADA, new AbortController().signal);
    changes.noted(noted());
    changes.noted(noted({ employeeIds: new Set(['h2']), taskId: 'other' }));
    changes.noted(noted({ integration: 'projects', taskId: 'other' }));
    changes.noted(noted({ integration: 'projects', employeeIds: new Set(['p9', 'p1']), taskId: null }));
    expect(await waiting(changes, stream)).toEqual([
      { integration: 'hr', taskId: 'a', at: '2026-03-02T10:00:00.000Z' },
      { integration: 'projects', taskId: null, at: '2026-03-02T10:00:00.000Z' },
    ]);
    expect(changes.size).toBe(0);
  });

  it('asks whose records they are when something has changed', async () => {
    const changes = new SkillChanges();
    let records = ADA().slice(0, 1);
    const stream = changes.watch(() => records, new AbortController().signal);
    const inProjects = noted({ integration: 'projects', employeeIds: new Set(['p1']) });
    changes.noted(inProjects);
    records = ADA();
    changes.noted({ ...inProjects, taskId: 'b' });
    expect((await waiting(changes, stream)).map(({ taskId }) => taskId)).toEqual(['b']);
  });

  it.each(['rate', 'assign', 'remove'])('takes written items that change ratings: %s', async (operation) => {
    const changes = new SkillChanges(() => 1_000);
    const stream = changes.watch(ADA, new AbortController().signal);
    changes.written(written(operation, 999));
    changes.written(written(operation, 1_000));
    changes.written(written('setStatus', 2_000));
    expect(await waiting(changes, stream)).toEqual([
      { integration: 'hr', taskId: 'a', at: '1970-01-01T00:00:01.000Z' },
    ]);
  });

  it('merges changes of one integration by one task for a slow reader', async () => {
    const changes = new SkillChanges();
    const stream = changes.watch(ADA, new AbortController().signal);
    for (let second = 0; second < 10; second += 1) changes.noted(noted({ at: `2026-03-02T10:00:0${second}.000Z` }));
    changes.noted(noted({ taskId: 'b' }));
    expect(await waiting(changes, stream)).toEqual([
      { integration: 'hr', taskId: 'a', at: '2026-03-02T10:00:09.000Z' },
      { integration: 'hr', taskId: 'b', at: '2026-03-02T10:00:00.000Z' },
    ]);
  });

  it('keeps a hundred changes at most, among them one of each integration', async () => {
    const changes = new SkillChanges();
    const stream = changes.watch(ADA, new AbortController().signal);
    changes.noted(noted({ integration: 'projects', employeeIds: new Set(['p1']) }));
    for (let task = 0; task < 5_000; task += 1) changes.noted(noted({ taskId: `t${task}` }));
    const read = await waiting(changes, stream);
    expect(read).toHaveLength(99);
    expect(read[0]?.integration).toBe('projects');
    expect(read.at(-1)?.taskId).toBe('t4999');
  });

  it('ends with its signal and by return, and then nothing listens', async () => {
    const changes = new SkillChanges();
    const abort = new AbortController();
    const stream = changes.watch(ADA, abort.signal);
    const next = stream.next();
    abort.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    const other = changes.watch(ADA, new AbortController().signal);
    const pending = other.next();
    await other.return?.();
    expect(await pending).toEqual({ done: true, value: undefined });
    expect((await changes.watch(ADA, abort.signal).next()).done).toBe(true);
    expect(changes.size).toBe(0);
  });
});
