/** What is still to be told to a receiver of webhooks: that a task has changed. Revisions are merged as for a slow watcher. */
export interface Delivery {
  /** The receiver's name. */
  receiver: string;
  tenant: string;
  taskId: string;
  /** The task's newest revision that the receiver has not confirmed. */
  revision: number;
  /** DEAD: given up, until somebody asks for it again or the task changes. */
  state: 'PENDING' | 'DEAD';
  /** Tries since the last success or request to try again. */
  attempts: number;
  /** Not before; milliseconds since the epoch, as below. */
  dueAt: number;
  /** When it came up first. */
  since: number;
  /** When it was tried last; null before. */
  triedAt: number | null;
  /** Why the last try failed, in a sentence without the receiver's text; null before. */
  problem: string | null;
  /** The HTTP status of the last try; null where there was no answer. */
  status: number | null;
}

/** What became of a failed try: when to come again, or null to give up. */
export interface FailedTry {
  revision: number;
  dueAt: number | null;
  problem: string;
  status: number | null;
}

/**
 * The outbox of webhooks, in the same store as the tasks: a delivery comes up in the very step that changes a task, for each
 * receiver of its tenant that is named in `receivers`, so that none is lost. One delivery a (receiver, task). `now` is milliseconds.
 */
export interface WebhookStore {
  /** From now on each change of a task is noted for those of these receivers (`receiverKey`) that are of its tenant; deliveries of others are dropped. */
  receivers(names: readonly string[]): Promise<void>;
  /**
   * Up to `limit` PENDING deliveries that are due, the longest due first, hidden from every other caller until
   * `now + leaseMs`: of several replicas one has it, and when that one dies it comes up again. With `receiver` only that
   * one's: a receiver that answers slowly, with thousands due, must not be all that a page shows.
   */
  claim(now: number, leaseMs: number, limit: number, receiver?: string): Promise<Delivery[]>;
  /** The receiver has confirmed this revision: gone, or due at once where the task has a newer one. */
  delivered(receiver: string, taskId: string, revision: number, now: number): Promise<void>;
  /** The try failed. Where the task has changed meanwhile, a delivery that would die is due again instead, its attempts from 0. */
  failed(receiver: string, taskId: string, failure: FailedTry, now: number): Promise<void>;
  /** When the next PENDING delivery is due (or its lease ends); null when there is none. */
  nextDue(): Promise<number | null>;
  /** Deliveries of a tenant, the latest first to have come up, after a cursor of an earlier answer; `total` counts all in these states. */
  list(
    tenant: string,
    states: readonly Delivery['state'][] | null,
    page: { after: string | null; limit: number },
  ): Promise<{ deliveries: { delivery: Delivery; cursor: string }[]; total: number }>;
  /** Makes a delivery due now with attempts from 0; null when there is none of this tenant (any more). */
  redeliver(tenant: string, receiver: string, taskId: string, now: number): Promise<Delivery | null>;
}
