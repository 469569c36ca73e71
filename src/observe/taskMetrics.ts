import { Counter, Gauge, type Registry } from 'prom-client';
import type { Task, TaskCounts } from '../tasks/task.ts';
import { forScrape } from './forScrape.ts';
import type { TaskMeter } from '../tasks/store/meteredStore.ts';
import type { Backlog } from '../tasks/store/store.ts';

const ITEM_STATES = ['succeeded', 'failed', 'unknown', 'skipped', 'cancelled'] as const satisfies (keyof TaskCounts)[];

/** Counts tasks where they are started and finished, and shows what waits for a worker. */
export class TaskMetrics implements TaskMeter {
  readonly #started: Counter<'tenant' | 'kind'>;
  readonly #finished: Counter<'tenant' | 'kind' | 'state'>;
  readonly #items: Counter<'tenant' | 'kind' | 'state'>;
  /** Asked at each scrape; null while the store is away, when nothing is shown. */
  backlog: () => Promise<Backlog | null> = () => Promise.resolve(null);

  constructor(registry: Registry) {
    const registers = [registry];
    this.#started = new Counter({
      name: 'gateway_tasks_started_total',
      help: 'Tasks that were accepted here.',
      labelNames: ['tenant', 'kind'],
      registers,
    });
    this.#finished = new Counter({
      name: 'gateway_tasks_finished_total',
      help: 'Tasks whose last item ended here, by their final state.',
      labelNames: ['tenant', 'kind', 'state'],
      registers,
    });
    this.#items = new Counter({
      name: 'gateway_task_items_total',
      help: 'Items of those tasks, by the state they ended in; counted with the end of their task.',
      labelNames: ['tenant', 'kind', 'state'],
      registers,
    });
    const open = new Gauge({
      name: 'gateway_queue_open_batches',
      help: 'Batches of items that are not finished, in the whole store.',
      registers,
      collect: async () => {
        const backlog = await forScrape(this.backlog());
        open.reset();
        age.reset();
        if (!backlog) return;
        open.set(backlog.open);
        age.set(backlog.oldestAt === null ? 0 : Math.max(0, Date.now() - backlog.oldestAt) / 1000);
      },
    });
    const age = new Gauge({
      name: 'gateway_queue_oldest_age_seconds',
      help: 'Age of the task that the longest waiting of them belongs to; 0 where nothing waits.',
      registers,
    });
  }

  started({ tenant, kind }: Task): void {
    this.#started.inc({ tenant, kind });
  }

  finished({ tenant, kind, state, counts }: Task): void {
    this.#finished.inc({ tenant, kind, state });
    for (const each of ITEM_STATES) if (counts[each] > 0) this.#items.inc({ tenant, kind, state: each }, counts[each]);
  }
}
