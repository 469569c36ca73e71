import type { Ports } from '../../domain/ports.ts';
import type { NewTaskItem } from '../task.ts';

/**
 * The batch of each item: items for the same port of the same integration go together, in input order, as many as one call
 * of the port takes. Where there is no such port an item goes alone, to fail by itself.
 */
export function batchesOf(items: readonly NewTaskItem[], portsOf: (integration: string) => Ports | null): number[] {
  const open = new Map<string, { batch: number; left: number }>();
  let batches = 0;
  return items.map(({ integration, work }) => {
    const lane = JSON.stringify([integration, work.operation]);
    let group = open.get(lane);
    if (!group || group.left === 0) {
      group = { batch: batches, left: Math.max(1, portsOf(integration)?.[work.operation]?.batchSize ?? 1) };
      batches += 1;
      open.set(lane, group);
    }
    group.left -= 1;
    return group.batch;
  });
}
