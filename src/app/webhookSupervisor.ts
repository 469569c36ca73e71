import type { TenantConfig } from '../config/tenancy.ts';
import type { Log } from '../lib/log.ts';
import type { OpenEngine } from '../tasks/engine/engine.ts';
import { openWebhooks, type OpenWebhooks } from '../webhooks/openWebhooks.ts';

export interface DeliveriesOptions {
  opening: Promise<OpenEngine>;
  /** False for a process that works on no tasks, which tells nobody. */
  works: boolean;
  log: Log;
}

/** After a change that the store did not take. */
const AGAIN_MS = 5_000;

/** Tells the receivers of all tenants of their tasks, whichever there are by the configuration of the moment. */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  #again: NodeJS.Timeout | undefined;
  /** What is tried again unless something newer has come; null before, and once it is closed. */
  #latest: object | null = null;
  #told = '';
  #open: OpenWebhooks | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(options: DeliveriesOptions) {
    this.#options = options;
  }

  /** Tells these from now on; what the former are being told goes to its end. Rejects when the store does not open. */
  tell(tenants: readonly TenantConfig[]): Promise<void> {
    const turn = this.#last.then(() => this.#tell(tenants));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /**
   * As `tell` at a reload, whose tenants and clients are in force by then: a store that is away does not undo them. The former
   * are told until it takes the new ones, for which it is asked each five seconds.
   */
  async change(tenants: readonly TenantConfig[]): Promise<void> {
    clearTimeout(this.#again);
    const change = {};
    this.#latest = change;
    try {
      await this.tell(tenants);
    } catch (error) {
      if (this.#latest !== change) return;
      this.#options.log.warn({ err: error }, 'the receivers of webhooks cannot be changed now: trying again');
      this.#again = setTimeout(() => void this.change(tenants), AGAIN_MS).unref();
    }
  }

  /** Before the engine is closed. */
  async close(): Promise<void> {
    clearTimeout(this.#again);
    this.#latest = null;
    await this.#last;
    await this.#open?.close();
  }

  async #tell(tenants: readonly TenantConfig[]): Promise<void> {
    const { opening, works, log } = this.#options;
    const engine = await opening;
    const told = JSON.stringify(tenants.map(({ name, webhooks }) => [name, webhooks]));
    if (!works || told === this.#told) return;
    const settings = new Map(tenants.map(({ name, webhooks }) => [name, webhooks]));
    const former = this.#open;
    // The store is asked before the former are closed: where it is away, somebody goes on telling.
    this.#open = await openWebhooks({ tenants: settings, store: engine.webhooks, engine, log });
    this.#told = told;
    await former?.close();
  }
}
