import type { TaskEngine } from '../engine/engine.ts';
import { taskIdOf } from '../taskId.ts';
import { Complaints } from './userErrors.ts';
import type { WriteAnswer, Writer } from './startTask.ts';

/** Stops a task, named by its global id; answers it as it then is. A finished one stays as it is. */
export async function cancelTask(
  { taskId }: { taskId: string },
  { tenant }: Writer,
  engine: Pick<TaskEngine, 'cancel'>,
): Promise<WriteAnswer> {
  const id = taskIdOf(taskId);
  const task = id === null ? null : await engine.cancel(tenant, id);
  const complaints = new Complaints(['input', 'taskId']);
  if (!task) complaints.add('NOT_FOUND', 'There is no such task.');
  return { task, userErrors: complaints.all, replayed: false };
}
