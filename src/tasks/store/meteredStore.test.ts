import { expect, it, vi } from 'vitest';
import type { Task } from '../task.ts';
import { meteredStore, type TaskMeter } from './meteredStore.ts';
import type { TaskStore } from './store.ts';

const task = (id: string, state: Task['state']) => ({ id, state }) as Task;

it('counts a task where it is started, and where its last item ends, once', async () => {
  const seen: string[] = [];
  const meter: TaskMeter = {
    started: ({ id }) => seen.push(`${id} started`),
    finished: ({ id, state }) => seen.push(`${id} ${state}`),
  };
  const start = vi
    .fn<TaskStore['start']>()
    .mockResolvedValueOnce({ outcome: 'started', task: task('b', 'QUEUED'), overtaken: [task('a', 'CANCELLED')] })
    .mockResolvedValueOnce({ outcome: 'replayed', task: task('b', 'QUEUED') });
  const apply = vi
    .fn<TaskStore['apply']>()
    .mockResolvedValueOnce({ task: task('b', 'RUNNING'), changed: [0] })
    .mockResolvedValueOnce({ task: task('b', 'SUCCEEDED'), changed: [1] })
    .mockResolvedValueOnce(null);
  const cancel = vi
    .fn<TaskStore['cancel']>()
    .mockResolvedValueOnce({ task: task('c', 'CANCELLED'), changed: true })
    .mockResolvedValueOnce({ task: task('c', 'CANCELLED'), changed: false });
  const store = meteredStore({ start, apply, cancel } as unknown as TaskStore, meter);
  for (let time = 0; time < 2; time += 1) await store.start({} as Parameters<TaskStore['start']>[0], 0);
  for (let time = 0; time < 3; time += 1) await store.apply('b', [], 0);
  for (let time = 0; time < 2; time += 1) await store.cancel('t', 'c', 0);
  expect(seen).toEqual(['b started', 'a CANCELLED', 'b SUCCEEDED', 'c CANCELLED']);
});
