import type { TenantConfig } from '../config/tenancy.ts';
import { sleep } from '../lib/sleep.ts';
import type { TaskEngine } from '../tasks/engine/engine.ts';
import { openTenant, type Tenant, type TenantOptions } from './tenant.ts';

/** What new tenants get to read their providers before requests are theirs. */
const READING_MS = 10_000;
/** What requests get that are under way with a tenant that is replaced; the longest usual deadline. */
const RETIRE_MS = 30_000;
/** What writes get beyond that: the longest that one may take at any provider. */
const WRITES_MS = 200_000;
const DAY_MS = 24 * 60 * 60_000;

export interface TenantsOptions extends Pick<
  TenantOptions,
  'cache' | 'serves' | 'redis' | 'links' | 'limits' | 'tracing' | 'log'
> {
  tasks: Pick<TaskEngine, 'follow'>;
  /** What differs from tenant to tenant. */
  own: (name: string) => Pick<TenantOptions, 'onCall' | 'onDrift' | 'counts'>;
  /** Told of each tenant that takes requests from now on; answers how to forget it. */
  onOpen?: ((tenant: Tenant) => () => void) | undefined;
  /** Milliseconds; only tests replace it. */
  retireMs?: number | undefined;
}

interface Opened {
  tenant: Tenant;
  /** Everything it was opened with: another text is another tenant. */
  settings: string;
  /** Resolves when what people decided and what was written lately is known; rejects when the store does not open. */
  known: Promise<unknown>;
  /** Resolves when the first walks have ended. */
  walked: Promise<void>;
  forget: () => void;
  unfollow: () => void;
}

/** The tenants of a gateway by name, which a new configuration replaces while requests are answered. */
export class Tenants {
  readonly #options: TenantsOptions;
  readonly #retiring = new Map<Opened, NodeJS.Timeout>();
  #open: ReadonlyMap<string, Opened> = new Map();
  #closing: Promise<void> | null = null;

  constructor(options: TenantsOptions) {
    this.#options = options;
  }

  /** Null for a tenant that there is not (any more). */
  get(name: string): Tenant | null {
    return this.#open.get(name)?.tenant ?? null;
  }

  get all(): readonly Tenant[] {
    return [...this.#open.values()].map(({ tenant }) => tenant);
  }

  /** Opens the first tenants, which answer at once with what they have; rejects when the store does not open. */
  start(configs: readonly TenantConfig[]): { known: Promise<unknown>; walked: Promise<unknown> } {
    const opened = configs.map((config) => this.#opened(config));
    this.#take(new Map(opened.map((each) => [each.tenant.name, each])));
    return {
      known: Promise.all(opened.map(({ known }) => known)),
      walked: Promise.all(opened.map(({ walked }) => walked)),
    };
  }

  /**
   * Opens what is new or different beside what is there, waits until it has been read, ten seconds at most, and then takes it
   * all at once, together with what `exchange` exchanges. What stays the same is left alone.
   */
  async replace(
    configs: readonly TenantConfig[],
    exchange: () => void,
  ): Promise<{ opened: string[]; closed: string[] }> {
    const next = new Map<string, Opened>();
    const fresh: Opened[] = [];
    for (const config of configs) {
      const before = this.#open.get(config.name);
      const kept = before?.settings === settingsOf(config) ? before : null;
      const each = kept ?? this.#opened(config);
      if (!kept) fresh.push(each);
      next.set(config.name, each);
    }
    try {
      const reading = Promise.all(fresh.map(({ known, walked }) => Promise.all([known, walked])));
      await Promise.race([reading, sleep(READING_MS)]);
      if (this.#closing) throw new Error('the gateway stops');
      exchange();
    } catch (error) {
      await Promise.all(fresh.map((each) => close(each)));
      throw error;
    }
    const former = this.#take(next);
    for (const each of former) this.#retire(each);
    const nameOf = ({ tenant }: Opened) => tenant.name;
    return { opened: fresh.map(nameOf), closed: former.map(nameOf) };
  }

  /** All of them read no more by themselves; requests under way still go through. */
  async stop(): Promise<void> {
    await Promise.all(this.all.map((tenant) => tenant.stop()));
  }

  /** Closes them, those that are replaced as well. */
  close(): Promise<void> {
    for (const timer of this.#retiring.values()) clearTimeout(timer);
    this.#closing ??= Promise.all([...this.#open.values(), ...this.#retiring.keys()].map((each) => close(each))).then(
      () => {},
    );
    return this.#closing;
  }

  #opened(config: TenantConfig): Opened {
    const { tasks, own, onOpen: _, retireMs: __, ...shared } = this.#options;
    const { name, integrations, consensusPolicy } = config;
    const tenant = openTenant({ ...shared, ...own(name), name, integrations, consensusPolicy });
    let unfollow: (() => void) | null = null;
    let isClosed = false;
    // What providers were told within the last day may still be missing from their reads.
    const following = shared.serves
      ? tasks
          .follow(Date.now() - DAY_MS, (event) => {
            if (event.tenant === name) tenant.written(event);
          })
          .then((end) => {
            unfollow = end;
            if (isClosed) end();
          })
      : null;
    const known = Promise.all([tenant.loadLinks(), following]);
    known.catch(() => {});
    return {
      tenant,
      settings: settingsOf(config),
      known,
      walked: tenant.start(),
      forget: () => {},
      unfollow: () => {
        isClosed = true;
        unfollow?.();
      },
    };
  }

  /** Requests are theirs from now on; answers those that are no more. */
  #take(next: ReadonlyMap<string, Opened>): Opened[] {
    const before = this.#open;
    this.#open = next;
    const former = [...before.values()].filter((each) => next.get(each.tenant.name) !== each);
    for (const each of former) each.forget();
    for (const each of next.values()) {
      if (before.get(each.tenant.name) !== each) each.forget = this.#options.onOpen?.(each.tenant) ?? each.forget;
    }
    return former;
  }

  #retire(former: Opened): void {
    const { log, retireMs = RETIRE_MS } = this.#options;
    void former.tenant.stop();
    const end = () => {
      close(former, WRITES_MS)
        .catch((error: unknown) => log.warn({ err: error, tenant: former.tenant.name }, 'a former tenant closed badly'))
        .finally(() => this.#retiring.delete(former));
    };
    this.#retiring.set(former, setTimeout(end, retireMs));
  }
}

async function close({ tenant, unfollow }: Opened, graceMs?: number): Promise<void> {
  unfollow();
  await tenant.close(graceMs);
}

/** Webhooks are told by the gateway, not by the tenant. */
function settingsOf({ integrations, consensusPolicy }: TenantConfig): string {
  return JSON.stringify([
    consensusPolicy,
    integrations.map(({ card, name, settings, limits }) => [card.name, name, settings, limits]),
  ]);
}
