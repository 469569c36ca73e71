import type { Log } from '../../lib/log.ts';
import type { Ports } from '../../domain/ports.ts';
import type { LinkStore } from '../../links/linkStore.ts';
import type { Clock } from '../../lib/clock.ts';
import type { TaskMeter } from '../store/meteredStore.ts';
import type { Backlog, Claim } from '../store/store.ts';
import type {
  IdempotencyKey,
  NewTask,
  StartResult,
  Task,
  TaskFilter,
  TaskItem,
  TaskItemState,
  WrittenEvent,
} from '../task.ts';
import type { WebhookStore } from '../store/outbox/outboxStore.ts';
import type { TaskTraces } from './traces.ts';

export interface ItemsPage {
  states?: readonly TaskItemState[];
  /** Only items after this position. */
  afterPosition?: number;
  limit: number;
}

/** Starts tasks, answers for them and works on them. Every method rejects once the engine is closed or its store is gone. */
export interface TaskEngine {
  /** Stored, together with its idempotency key, before it resolves; enqueued after. Throws RangeError on a task without items. */
  start(task: NewTask): Promise<StartResult>;
  /** What an idempotency key stands for, without claiming it; null when it is free. */
  replay(tenant: string, client: string | null, idempotency: IdempotencyKey): Promise<Claim | null>;
  /** Null when unknown, or of another tenant; likewise below. */
  get(tenant: string, id: string): Promise<Task | null>;
  item(tenant: string, taskId: string, position: number): Promise<TaskItem | null>;
  /** In the order of their positions; `total` counts all items in these states. */
  items(
    tenant: string,
    taskId: string,
    page: ItemsPage,
  ): Promise<{ items: TaskItem[]; total: number; hasNext: boolean }>;
  /**
   * The current state, then newer ones with rising revisions, the terminal one, then the end; revisions up to
   * `afterRevision` are left out, unless the store knows no more than an earlier one. A slow reader gets intermediate states
   * merged. Ends on abort, too, and throws when the store is lost, and `gone()` when it has the task no more.
   */
  watch(
    tenant: string,
    id: string,
    options: { afterRevision?: number; signal?: AbortSignal; gone?: () => Error },
  ): Promise<AsyncIterableIterator<Task> | null>;
  /** As TaskStore.cancel; work that is under way goes to its end. Null when unknown, or of another tenant. */
  cancel(tenant: string, id: string): Promise<Task | null>;
  /** As TaskStore.list. */
  list(
    tenant: string,
    filter: TaskFilter,
    page: { after: string | null; limit: number },
  ): Promise<{ tasks: { task: Task; cursor: string }[]; total: number }>;
  /**
   * Calls back with every item that SUCCEEDED, or ended OUTCOME_UNKNOWN, since `since` (milliseconds), oldest first, and from then on with each new one,
   * on whatever replica it was written, each once. Resolves when those until now have been heard; with the way to stop.
   */
  follow(since: number, hear: (event: WrittenEvent) => void): Promise<() => void>;
  /** Takes no more jobs, hands back what does not finish within five seconds, closes the store, releases the directory. */
  close(): Promise<void>;
}

/** What readiness needs to know. */
export interface EngineStatus {
  /** Away: calls fail now, and work goes on once it is back. Refusing: it answers and takes no writes; a danger says why. */
  store: 'open' | 'away' | 'refusing';
  /** What keeps the store from taking writes, and settings with which it may lose tasks, each in a sentence. */
  dangers: string[];
}

/** An engine with what else its database holds. */
export interface OpenEngine extends TaskEngine {
  links: LinkStore;
  webhooks: WebhookStore;
  /** Asks the store by a write, at most once a second. */
  status(): Promise<EngineStatus>;
  /** As TaskStore.backlog. */
  backlog(): Promise<Backlog>;
}

/** What every engine is given, whatever it stands on. */
export interface EngineOptions {
  /** The ports of a tenant's integration; null when there is none of this name (any more). */
  ports(tenant: string, integration: string): Ports | null;
  /** Called once when the store is lost for good; from then on every call rejects. */
  onFailure?(error: Error): void;
  log: Log;
  clock?: Pick<Clock, 'now'>;
  /** False: serve only. */
  work?: boolean;
  /** How long the items of a finished task are kept; seven days where absent. */
  retentionMs?: number;
  /** Receivers of webhooks for which changes are noted from the start; absent: as they were. */
  webhookReceivers?: readonly string[];
  /** Hears of tasks that are started and finished here. */
  meter?: TaskMeter | undefined;
  /** Joins work to the traces of those who asked for it; absent: nothing is traced and nothing kept of traces. */
  traces?: TaskTraces | undefined;
}
