import type { Directory } from '../../directory/directory.ts';
import type { TaskEngine } from '../engine/engine.ts';
import { offered } from './targets.ts';
import { conversionWarnings } from './targetValue.ts';
import type { NewTaskItem, Task, TaskItemState } from '../task.ts';
import { taskIdOf } from '../taskId.ts';
import type { Complaints } from './userErrors.ts';
import { startOnce, type Plan, type WriteAnswer, type Writer } from './startTask.ts';

export interface RetryTaskInput {
  /** The task's global id. */
  taskId: string;
  /** Only its FAILED items; otherwise all. */
  onlyFailed: boolean;
  /** Also its OUTCOME_UNKNOWN items, at the risk of doing them twice. */
  includeUnknown: boolean;
  idempotencyKey?: string | null | undefined;
}

interface RetryDependencies {
  directory: Directory;
  engine: Pick<TaskEngine, 'start' | 'replay' | 'get' | 'items'>;
}

/** Does a finished task's items again, as a new task whose parent it is. */
export function retryTask(
  { idempotencyKey, ...input }: RetryTaskInput,
  writer: Writer,
  { directory, engine }: RetryDependencies,
): Promise<WriteAnswer> {
  return startOnce(
    { body: ['RETRY', input], idempotencyKey },
    writer,
    engine,
    async (complaints): Promise<Plan | null> => {
      const at = complaints.at('taskId');
      const id = taskIdOf(input.taskId);
      const task = id === null ? null : await engine.get(writer.tenant, id);
      if (!task) return at.add('NOT_FOUND', 'There is no such task.');
      const refusal = notRetryable(task);
      if (refusal !== null) return at.add('NOT_RETRYABLE', refusal);
      const items = await itemsAgain(engine, task, statesAgain(input));
      if (items.length === 0) return at.add('NOT_RETRYABLE', nothingAgain(task, input));
      checkPlaces(items, directory, at);
      return { kind: task.kind, items, parentId: task.id };
    },
  );
}

function notRetryable({ state }: Task): string | null {
  if (state === 'EXPIRED') return 'The task has expired, and its items are gone.';
  const runs = state === 'QUEUED' || state === 'RUNNING' || state === 'CANCELLING';
  return runs ? 'The task still runs.' : null;
}

function nothingAgain(
  { counts: { unknown } }: Task,
  { includeUnknown }: Pick<RetryTaskInput, 'includeUnknown'>,
): string {
  if (includeUnknown || unknown === 0) return 'The task has no items to do again.';
  return `The task has no items to do again but ${unknown} of unknown outcome, which \`includeUnknown\` asks for.`;
}

function statesAgain({
  onlyFailed,
  includeUnknown,
}: RetryTaskInput | Omit<RetryTaskInput, 'idempotencyKey'>): TaskItemState[] {
  const states: TaskItemState[] = onlyFailed ? ['FAILED'] : ['SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELLED'];
  return includeUnknown ? [...states, 'OUTCOME_UNKNOWN'] : states;
}

/** Items read at once: as many as an input has, each of which may be several items. */
const PAGE = 1000;

async function itemsAgain(
  engine: Pick<TaskEngine, 'items'>,
  { tenant, id }: Task,
  states: readonly TaskItemState[],
): Promise<NewTaskItem[]> {
  const found: NewTaskItem[] = [];
  for (let afterPosition = -1; ;) {
    const { items, hasNext } = await engine.items(tenant, id, { states, afterPosition, limit: PAGE });
    for (const { index, key, integration, work, conversion } of items) {
      found.push({ index, key, integration, work, conversion, warnings: conversionWarnings(conversion) });
    }
    afterPosition = items.at(-1)?.position ?? afterPosition;
    if (!hasNext || items.length === 0) return found;
  }
}

/** What was possible when the task was asked for may not be any more; said once for each integration and operation. */
function checkPlaces(items: readonly NewTaskItem[], directory: Directory, complaints: Complaints): void {
  const places = new Map(
    items.map(({ integration, work }) => [`${integration} ${work.operation}`, { integration, work }]),
  );
  for (const { integration: name, work } of places.values()) {
    const integration = directory.integration(name);
    if (!integration) complaints.add('UNSUPPORTED', `The integration ${name} of some items is no longer configured.`);
    else if (!offered(integration, work.operation)) {
      complaints.add('UNSUPPORTED', `${name} can no longer do what some items ask.`);
    }
  }
}
