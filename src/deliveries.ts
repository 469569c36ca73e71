import type { TenantConfig } from './config/tenancy.ts';
import type { Log } from './http/log.ts';
import type { OpenEngine } from './tasks/engine/engine.ts';
import { openWebhooks, type OpenWebhooks } from './tasks/webhooks/openWebhooks.ts';

export interface DeliveriesOptions {
  opening: Promise<OpenEngine>;
  /** False for a process that works on no tasks, which tells nobody. */
  works: boolean;
  log: Log;
}

/** Tells the receivers of all tenants of their tasks, whichever there are by the configuration of the moment. */
export class Deliveries {
  readonly #options: DeliveriesOptions;
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

  /** Before the engine is closed. */
  async close(): Promise<void> {
    await this.#last;
    await this.#open?.close();
  }

  async #tell(tenants: readonly TenantConfig[]): Promise<void> {
    const { opening, works, log } = this.#options;
    const engine = await opening;
    const told = JSON.stringify(tenants.map(({ name, webhooks }) => [name, webhooks]));
    if (!works || told === this.#told) return;
    await this.#open?.close();
    const settings = new Map(tenants.map(({ name, webhooks }) => [name, webhooks]));
    this.#open = await openWebhooks({ tenants: settings, store: engine.webhooks, engine, log });
    this.#told = told;
  }
}
