import { Lane, type LaneOptions } from './receiverQueue.ts';
import type { WebhookStore } from '../tasks/store/outbox/outboxStore.ts';

/** What nobody woke it for, e.g. a change on another replica, is noticed after so long. */
const POLL_MS = 500;

/** Pause between two looks however often it is woken: a write of a thousand items publishes hundreds of changes. */
const GAP_MS = 100;

/** What tries under way get to end when it closes. */
const GRACE_MS = 5_000;

export interface DelivererOptions extends Omit<LaneOptions, 'receiver' | 'post' | 'store'> {
  store: Pick<WebhookStore, 'claim' | 'delivered' | 'failed' | 'nextDue'>;
  /** By name. */
  receivers: ReadonlyMap<string, LaneOptions['post']>;
}

/** Tells receivers what the outbox holds. Any number of replicas may: the store gives each delivery to one. */
export class WebhookDeliverer {
  readonly #options: DelivererOptions;
  readonly #lanes: readonly Lane[];
  #timer: NodeJS.Timeout | null = null;
  #looking = false;
  #woken = false;
  #failing = false;
  #lastLook = Number.NEGATIVE_INFINITY;
  #closing: Promise<void> | null = null;

  /** Begins at once. */
  constructor({ receivers, ...options }: DelivererOptions) {
    this.#options = { ...options, receivers };
    this.#lanes = [...receivers].map(([receiver, post]) => new Lane({ ...options, receiver, post }));
    this.wake();
  }

  /** Says that a task may have changed, so that it looks now and not when half a second is over. Cheap, however often it is called. */
  wake(): void {
    if (this.#looking) this.#woken = true;
    else this.#lookIn(Math.min(GAP_MS, Math.max(0, this.#lastLook + GAP_MS - this.#options.now())));
  }

  /** Takes up nothing more; what is under way has five seconds to end. */
  close(): Promise<void> {
    this.#closing ??= Promise.all(this.#lanes.map((lane) => lane.close(GRACE_MS))).then(() => {});
    if (this.#timer) clearTimeout(this.#timer);
    return this.#closing;
  }

  #lookIn(milliseconds: number): void {
    if (this.#closing) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), milliseconds);
  }

  async #look(): Promise<void> {
    const { store, now, log } = this.#options;
    this.#looking = true;
    this.#lastLook = now();
    let pause = POLL_MS;
    try {
      const due = await store.nextDue();
      this.#failing = false;
      const wait = due === null ? POLL_MS : due - now();
      if (wait <= 0) for (const lane of this.#lanes) lane.fill();
      else pause = Math.min(POLL_MS, wait);
    } catch (error) {
      // Once for each time that the store is away, not twice a second.
      if (!this.#closing && !this.#failing) log.warn({ err: error }, 'Due webhooks could not be read; trying again.');
      this.#failing = true;
    }
    this.#looking = false;
    this.#lookIn(this.#woken ? GAP_MS : pause);
    this.#woken = false;
  }
}
