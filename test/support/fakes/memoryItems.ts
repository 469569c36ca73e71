import type { OpenItem, TaskStore } from '../../../src/tasks/store/store.ts';
import { isFinalItem } from '../../../src/tasks/stateMachine.ts';
import type { ItemWrite, Task, TaskItemState } from '../../../src/tasks/task.ts';

/** The items of one task in memory, as far as the work on batches needs a store: what takes time there is a provider. */
export interface MemoryItems extends TaskStore {
  /** Items that are not final. */
  readonly left: number;
  /** How many items are in which state. */
  states(): Partial<Record<TaskItemState, number>>;
}

/** A store of one task whose `batches[i]` is the batch of item i. */
export function memoryItems(works: readonly ItemWrite[], batches: readonly number[]): MemoryItems {
  const items = works.map((work, position): OpenItem => ({
    index: position,
    key: null,
    integration: 'one',
    work,
    conversion: null,
    warnings: [],
    taskId: 'task',
    position,
    state: 'PENDING',
    attempts: 0,
    providerTaskId: null,
    outcome: null,
    problem: null,
    tenant: 'default',
    version: 1,
    inFlight: false,
    blocked: false,
    cancelling: false,
    progress: { tries: 0, dueAt: null, acceptedAt: null, resubmitted: false, uncertain: false },
  }));
  let left = items.length;
  const store: Pick<MemoryItems, 'open' | 'apply' | 'left' | 'states'> = {
    open({ batch }) {
      const open = items.filter(({ position, state }) => batches[position] === batch && !isFinalItem(state));
      return Promise.resolve(open.map((item) => ({ ...item })));
    },
    apply(_, changes) {
      const changed: number[] = [];
      for (const change of changes) {
        const item = items[change.position];
        if (item?.version !== change.version || isFinalItem(item.state)) continue;
        Object.assign(item, change, { version: item.version + 1 });
        if (isFinalItem(item.state)) left -= 1;
        changed.push(change.position);
      }
      return Promise.resolve({ task: {} as Task, changed });
    },
    get left() {
      return left;
    },
    states() {
      const counts: Partial<Record<TaskItemState, number>> = {};
      for (const { state } of items) counts[state] = (counts[state] ?? 0) + 1;
      return counts;
    },
  };
  return store as MemoryItems;
}
