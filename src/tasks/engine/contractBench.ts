import type { RatingWrite, WritePort, WriteResult } from '../../domain/ports.ts';
import type { RatingRow } from '../../domain/records.ts';
import type { TaskToStore } from '../store/store.ts';
import type { NewTask, NewTaskItem, Task } from '../task.ts';
import type { EngineOptions, OpenEngine, TaskEngine } from './engine.ts';

export type RatePort = WritePort<RatingWrite, RatingRow>;

/** How a suite opens engines over one store, which outlives them. */
export interface EngineHarness {
  open(options: EngineOptions): Promise<OpenEngine>;
  /** Stores a task without enqueuing it, as a process does that dies between the two; no engine is open meanwhile. */
  store(task: TaskToStore): Promise<void>;
}

export const done: WriteResult<RatingRow> = { state: 'done', row: null, remoteId: 'r', warnings: [] };
export const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A port for ratings, one a call unless told otherwise; `run` is what happens once the request has left. */
export function port(run: RatePort['run'], more: Partial<RatePort> = {}): RatePort {
  const sent: RatePort['run'] = async (items, call) => {
    await call.sending?.announce();
    call.sending?.leave();
    return run(items, call);
  };
  return { batchSize: 1, repeat: 'safe', run: sent, ...more };
}

let skills = 0;

/** A task that rates so many skills, none of which another task names. */
export function newTask(count = 1, more: Partial<NewTask> = {}): NewTask {
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
  return { tenant: 'default', client: null, kind: 'RATE_SKILLS', items, idempotency: null, parentId: null, ...more };
}

/** Starts a task and answers it as accepted. */
export async function started(engine: TaskEngine, task: NewTask): Promise<Task> {
  const result = await engine.start(task);
  if (result.outcome === 'keyReused') throw new Error('The key is reused.');
  return result.task;
}

/** What a watcher sees of a task until its end. */
export async function watched(engine: TaskEngine, id: string): Promise<Task[]> {
  const seen: Task[] = [];
  for await (const task of (await engine.watch('default', id, {})) ?? []) seen.push(task);
  return seen;
}

/** A task's last state, waited for. */
export async function ended(engine: TaskEngine, id: string): Promise<Task> {
  const last = (await watched(engine, id)).at(-1);
  if (!last) throw new Error('The watcher saw nothing.');
  return last;
}

/** Starts a task and waits for its end. */
export async function finished(engine: TaskEngine, task: NewTask): Promise<Task> {
  return ended(engine, (await started(engine, task)).id);
}

/** A promise and the way to resolve it. */
export function gate<Value = void>(): { opened: Promise<Value>; open(value: Value): void } {
  let open: (value: Value) => void = () => {};
  const opened = new Promise<Value>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
