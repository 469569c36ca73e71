/** The simulated tasks of assignments and of skills in bulk (kombo.md#tasks). */
import type { Effect } from '../../../src/simulator/simulator.ts';
import { Random } from '../../../src/simulator/random.ts';
import { komboId } from './ids.ts';
import { rawError, Refusal } from './refusal.ts';
import type { Switches } from './switches.ts';

/** Results are kept for 24 h (kombo.md#tasks). */
const RETENTION_MS = 24 * 3_600_000;

export type TaskKind = 'assignment' | 'skills';

interface Task {
  id: string;
  /** Each kind has a route of its own, which knows no other. */
  kind: TaskKind;
  createdAt: number;
  dueAt: number;
  fails: boolean;
  /** Does the work and answers the payload; throws Refusal. */
  work: (now: number, report: (effect: Effect) => void) => unknown;
  outcome: object | null;
}

export class Tasks {
  readonly #switches: Switches;
  readonly #tasks = new Map<string, Task>();
  /** Those that have not ended, the next due first. */
  readonly #pending: Task[] = [];
  readonly #random = new Random('kombo tasks that fail');

  constructor(switches: Switches) {
    this.#switches = switches;
  }

  /** Takes work on and answers the task's id. */
  submit(kind: TaskKind, now: number, work: Task['work']): string {
    const id = `task_${komboId(`task ${this.#tasks.size + 1}`)}`;
    const dueAt = now + this.#switches.taskMilliseconds;
    const task = { id, kind, createdAt: now, dueAt, fails: this.#failsNext(), work, outcome: null };
    this.#tasks.set(id, task);
    const place = this.#pending.findLastIndex((other) => other.dueAt <= dueAt) + 1;
    this.#pending.splice(place, 0, task);
    return id;
  }

  #failsNext(): boolean {
    if (this.#switches.failingTasks > 0) {
      this.#switches.failingTasks -= 1;
      return true;
    }
    return this.#switches.failingTaskShare > 0 && this.#random.chance(this.#switches.failingTaskShare);
  }

  /** Ends the tasks that are due, at the time they were due; what they changed is reported with the call under way. */
  settle(now: number, report: (effect: Effect) => void): void {
    for (let task = this.#pending[0]; task && task.dueAt <= now; task = this.#pending[0]) {
      this.#pending.shift();
      task.outcome = this.#end(task, report);
    }
  }

  #end(task: Task, report: (effect: Effect) => void): object {
    const failed = (code: string | null, message: string) => ({ status: 'FAILED', error: rawError(code, message) });
    if (task.fails) return failed(this.#switches.taskFailureCode, 'The task was made to fail.');
    try {
      return { status: 'COMPLETED', data: task.work(task.dueAt, report) };
    } catch (error) {
      if (error instanceof Refusal) return failed(error.code, error.message);
      throw error;
    }
  }

  /**
   * A task as its GET shows it; 404 under the code of invalid input for one that is unknown or forgotten
   * (kombo.md#tasks).
   */
  show(kind: TaskKind, id: string, now: number): object {
    const task = this.#tasks.get(id);
    if (task?.kind !== kind || now - task.createdAt > RETENTION_MS) {
      throw new Refusal(404, 'PLATFORM.INPUT_INVALID', 'There is no such task.');
    }
    return {
      task_id: task.id,
      created_at: new Date(task.createdAt).toISOString(),
      ...(task.outcome ?? { status: 'PENDING' }),
      completed_at: task.outcome === null ? null : new Date(task.dueAt).toISOString(),
    };
  }
}
