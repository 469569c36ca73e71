import { Counter, Gauge, type Registry } from '@prometheus-io/client';
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
  /** Asked at each scrape: whether the store takes writes. */
  takesWrites: () => Promise<boolean> = () => Promise.resolve(false);

  #asked: Promise<Backlog | null> | null = null;

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
    const open: Gauge = new Gauge({
      name: 'gateway_queue_open_batches',
      help: 'Batches of items that are not finished, in the whole store; left out while the store is away.',
      registers,
      collect: async () => show(open, await this.#forScrape(), (backlog) => backlog.open),
    });
    const age: Gauge = new Gauge({
      name: 'gateway_queue_oldest_age_seconds',
      help: 'Age of the task that the longest waiting of them belongs to; 0 where nothing waits.',
      registers,
      collect: async () => show(age, await this.#forScrape(), ageOf),
    });
    const up: Gauge = new Gauge({
      name: 'gateway_store_up',
      help: 'Whether the task store takes writes: 1, or 0 while it is opened, away, full or refuses them for another reason.',
      registers,
      collect: async () => {
        up.set((await forScrape(this.takesWrites())) ? 1 : 0);
      },
    });
  }

  /** Each metric waits for its own values only, and all of a scrape ask at the same moment: once. */
  #forScrape(): Promise<Backlog | null> {
    return (this.#asked ??= forScrape(this.backlog()).finally(() => (this.#asked = null)));
  }

  started({ tenant, kind }: Task): void {
    this.#started.inc({ tenant, kind });
  }

  finished({ tenant, kind, state, counts }: Task): void {
    this.#finished.inc({ tenant, kind, state });
    for (const each of ITEM_STATES) if (counts[each] > 0) this.#items.inc({ tenant, kind, state: each }, counts[each]);
  }
}

/** A gauge without a value is left out of the text; `reset` would say 0. */
function show(gauge: Gauge, backlog: Backlog | null, value: (backlog: Backlog) => number): void {
  if (backlog) gauge.set(value(backlog));
  else gauge.remove();
}

function ageOf({ oldestAt }: Backlog): number {
  return oldestAt === null ? 0 : Math.max(0, Date.now() - oldestAt) / 1000;
}
