import type { Task } from '../../task.ts';
import { toTask } from './rows.ts';

/** The channel on which the store announces each change of a task, in the step that makes it. */
export function taskChannel(prefix: string, taskId: string): string {
  return `${prefix}task:${taskId}`;
}

/** The channel on which the store says that items were written. Messages say nothing: read the store. */
export function writtenChannel(prefix: string): string {
  return `${prefix}written`;
}

/** The task that a message on its channel shows. */
export function parseTaskMessage(text: string): Task {
  return toTask(text);
}
