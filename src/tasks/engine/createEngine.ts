import { randomUUID } from 'node:crypto';
import type { LinkStore } from '../../links/linkStore.ts';
import { meteredStore } from '../store/meteredStore.ts';
import type { TaskStore } from '../store/store.ts';
import type { Task, TaskItemState } from '../task.ts';
import type { WebhookStore } from '../store/outbox/outboxStore.ts';
import { batchesOf } from './batches.ts';
import type { EngineOptions, EngineStatus, OpenEngine } from './engine.ts';
import type { TaskEvents } from './events.ts';
import { followWritten, type Following } from './outboxReader.ts';
import type { JobQueue } from './queue.ts';
import { runBatch } from './batchProcessor.ts';
import { startSweep } from './reconciler.ts';
import { systemClock } from '../../lib/clock.ts';
import { watchTask, type Watcher } from './watch.ts';

/** What an engine stands on; the same engine works on any. */
export interface EngineParts {
  store: TaskStore;
  /** Not the engine's own: it lives in the same database, which the engine opens. */
  links: LinkStore;
  webhooks: WebhookStore;
  queue: JobQueue;
  events: TaskEvents;
  /** Whether other processes stand on the same store. */
  shared: boolean;
  /** As OpenEngine.status. */
  status(): Promise<EngineStatus>;
  /** Calls back once when the store is lost. */
  onLost(lost: (error: Error) => void): void;
  /** Closes the store and gives up what was claimed for it. */
  release(): Promise<void>;
}

/** What running visits get to finish before they are handed back. */
const GRACE_MS = 5000;
/** Retention is counted in days, so an hour more does not matter. */
const EXPIRY_MS = 3_600_000;
/** Not while the program starts. */
const FIRST_EXPIRY_MS = 60_000;

/** Whatever finished before then has been seen by every follower, at the latest when it read the outbox (outboxReader.ts). */
const LONG_HEARD_MS = 60_000;

/** An engine at work. What was stored and not enqueued, because the process died between the two, is enqueued first. */
export async function assembleEngine(parts: EngineParts, options: EngineOptions): Promise<OpenEngine> {
  const { queue, events, webhooks } = parts;
  const store = options.meter ? meteredStore(parts.store, options.meter) : parts.store;
  const { log, clock = systemClock } = options;
  const watchers = new Set<Watcher>();
  const followers = new Set<Following>();
  let closed: Error | null = null;
  let closing: Promise<void> | null = null;

  const expire = (): void => {
    if (closed) return;
    store.expire(clock.now()).then(
      (tasks) => tasks.forEach((task) => events.publish(task)),
      (error: unknown) => log.error({ err: error }, 'Expired tasks could not be dropped.'),
    );
  };
  const orRefused = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
    if (closed) throw closed;
    return ask();
  };

  /**
   * Whoever sees that something succeeded must find it when reading: followers lay it over reads, and hear of it first. Null
   * where there is nothing to wait for; a store that cannot be read now holds nobody up.
   */
  const heard = (task: Task | null): Promise<void> | null => {
    if (followers.size === 0 || task === null || task.counts.succeeded === 0) return null;
    if (task.finishedAt !== null && clock.now() - Date.parse(task.finishedAt) > LONG_HEARD_MS) return null;
    return Promise.allSettled([...followers].map((follower) => follower.catchUp())).then(() => {});
  };

  if (options.webhookReceivers) await webhooks.receivers(options.webhookReceivers);
  const sweep = await startSweep({ store, queue, shared: parts.shared, log });
  const firstExpiry = setTimeout(expire, FIRST_EXPIRY_MS).unref();
  const expiring = setInterval(expire, EXPIRY_MS).unref();
  if (options.work !== false) {
    const work = {
      store,
      log,
      ports: (tenant: string, integration: string) => options.ports(tenant, integration),
      publish: (task: Task) => events.publish(task),
      written: () => events.publishWritten(),
      now: () => clock.now(),
      random: Math.random,
      traces: options.traces,
    };
    queue.work((batch, hold) => runBatch(batch, work, hold));
  }

  const stop = (error: Error): void => {
    closed = error;
    clearTimeout(firstExpiry);
    clearInterval(expiring);
    for (const follower of followers) follower.stop();
    followers.clear();
  };
  parts.onLost((error) => {
    if (closed) return;
    stop(error);
    log.error({ err: error }, 'The task store is lost.');
    for (const watcher of watchers) watcher.end(error);
    void sweep.stop();
    void queue.close({ graceMs: 0, lost: true });
    options.onFailure?.(error);
  });

  return {
    links: parts.links,
    webhooks,
    status: () => parts.status(),
    backlog: () => orRefused(() => store.backlog()),
    start: (task) =>
      orRefused(async () => {
        if (task.items.length === 0) throw new RangeError('A task needs at least one item.');
        const id = randomUUID();
        const batches = batchesOf(task.items, (integration) => options.ports(task.tenant, integration));
        const result = await store.start({ ...task, id, batches }, clock.now());
        if (result.outcome !== 'started') return result;
        for (const other of result.overtaken) events.publish(other);
        const trace = options.traces?.here() ?? undefined;
        sweep.enqueue([...new Set(batches)].map((batch) => ({ taskId: id, batch, ...(trace && { trace }) })));
        return { outcome: 'started', task: result.task };
      }),
    replay: (tenant, client, key) => orRefused(() => store.claimed(tenant, client, key, clock.now())),
    get: (tenant, id) =>
      orRefused(async () => {
        const task = await store.task(tenant, id);
        await heard(task);
        return task;
      }),
    item: (tenant, taskId, position) => orRefused(() => store.item(tenant, taskId, position)),
    items: (tenant, taskId, { states, afterPosition, limit }) =>
      orRefused(async () => {
        const page = { states: states ?? null, afterPosition: afterPosition ?? -1, limit: limit + 1 };
        const [task, items] = await Promise.all([store.task(tenant, taskId), store.items(tenant, taskId, page)]);
        const total = task === null || task.state === 'EXPIRED' ? 0 : countOf(task, states);
        return { items: items.slice(0, limit), total, hasNext: items.length > limit };
      }),
    watch: (tenant, taskId, watch) =>
      orRefused(async () => {
        const read = () => store.task(tenant, taskId);
        const watcher = await watchTask({ ...watch, events, taskId, read, before: heard }, (ended) =>
          watchers.delete(ended),
        );
        if (watcher && closed) watcher.end(closed);
        if (watcher && !watcher.ended) watchers.add(watcher);
        return watcher;
      }),
    cancel: (tenant, id) =>
      orRefused(async () => {
        const result = await store.cancel(tenant, id, clock.now());
        if (result?.changed) events.publish(result.task);
        // Items of which nobody knows whether they took effect.
        if (result?.changed) events.publishWritten();
        return result?.task ?? null;
      }),
    list: (tenant, filter, page) => orRefused(() => store.list(tenant, filter, page)),
    follow: (since, hear) =>
      orRefused(async () => {
        const follower = await followWritten({ store, events, log }, since, hear);
        if (closed) follower.stop();
        else followers.add(follower);
        return () => {
          followers.delete(follower);
          follower.stop();
        };
      }),
    close: () =>
      (closing ??= (async () => {
        const lost = closed !== null;
        stop(closed ?? new Error('The task engine is closed.'));
        await sweep.stop();
        if (!lost) await queue.close({ graceMs: GRACE_MS });
        for (const watcher of watchers) watcher.end();
        await parts.release();
      })()),
  };
}

const COUNT_OF: Record<TaskItemState, Exclude<keyof Task['counts'], 'total'>> = {
  PENDING: 'pending',
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  OUTCOME_UNKNOWN: 'unknown',
  SKIPPED: 'skipped',
  CANCELLED: 'cancelled',
};

function countOf({ counts }: Task, states: readonly TaskItemState[] | undefined): number {
  if (states === undefined) return counts.total;
  return [...new Set(states)].reduce((sum, state) => sum + counts[COUNT_OF[state]], 0);
}
