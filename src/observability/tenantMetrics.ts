import { Counter, Gauge, type Registry } from '@prometheus-io/client';
import { newCounts, type CacheCounts, type CountsOf } from '../cache/cacheCounts.ts';
import type { Directory } from '../directory/directory.ts';
import type { BreakerState } from '../outbound/policy/circuitBreaker.ts';
import type { WebhookStore } from '../tasks/store/outbox/outboxStore.ts';
import { forScrape } from './forScrape.ts';

const BREAKER_STATES: readonly BreakerState[] = ['CLOSED', 'OPEN', 'HALF_OPEN'];
const CACHE_OUTCOMES = ['hit', 'stale', 'shared', 'miss'] as const satisfies (keyof CacheCounts)[];
const DELIVERY_STATES = ['PENDING', 'DEAD'] as const;

/** A tenant at work, looked at with each scrape. */
export interface WatchedTenant {
  directory: Pick<Directory, 'integrations' | 'employees' | 'skills'>;
  /** Null while the store is away. */
  webhooks: () => Promise<Pick<WebhookStore, 'list'> | null>;
}

/** Counts reads of copies, and shows what each tenant holds: integrations, directory, deliveries. */
export class TenantMetrics {
  readonly #tenants = new Map<string, WatchedTenant>();
  /** By tenant, integration and kind; they outlive a tenant that is opened anew, as counters have to. */
  readonly #counts = new Map<string, { labels: CountLabels; counts: CacheCounts }>();

  constructor(registry: Registry) {
    const reads = new Counter({
      name: 'gateway_cache_reads_total',
      help: 'Entities that were looked for among the copies: hit, stale (answered, and read anew), shared (a copy of another replica) or miss (the provider was asked).',
      labelNames: ['tenant', 'integration', 'kind', 'outcome'],
      registers: [registry],
      collect: () => {
        reads.reset();
        for (const { labels, counts } of this.#counts.values()) {
          for (const outcome of CACHE_OUTCOMES) reads.inc({ ...labels, outcome }, counts[outcome]);
        }
      },
    });
    this.#gauge(
      registry,
      'gateway_breaker_state',
      'Which state the breaker of an integration is in: 1 for that one.',
      ['tenant', 'integration', 'state'],
      (tenant, { directory }) =>
        directory.integrations.flatMap(({ name, breaker }) =>
          BREAKER_STATES.map((state) => [{ tenant, integration: name, state }, breaker.state === state ? 1 : 0]),
        ),
    );
    this.#gauge(
      registry,
      'gateway_directory_size',
      'People and skills in the directory.',
      ['tenant', 'kind'],
      (tenant, { directory }) => [
        [{ tenant, kind: 'employees' }, directory.employees.all.length],
        [{ tenant, kind: 'skills' }, directory.skills.all.length],
      ],
    );
    this.#gauge(
      registry,
      'gateway_directory_age_seconds',
      'Time since an integration was last walked as a whole (full) or asked for changes (delta).',
      ['tenant', 'integration', 'read'],
      (tenant, { directory }) =>
        directory.integrations.flatMap(({ name, sync: { lastFullAt, lastDeltaAt } }) =>
          (
            [
              ['full', lastFullAt],
              ['delta', lastDeltaAt],
            ] as const
          ).flatMap(([read, at]) =>
            at === null ? [] : [[{ tenant, integration: name, read }, Math.max(0, Date.now() - Date.parse(at)) / 1000]],
          ),
        ),
    );
    this.#gauge(
      registry,
      'gateway_webhook_deliveries',
      'Webhook deliveries to be made (PENDING) or given up (DEAD).',
      ['tenant', 'state'],
      async (tenant, { webhooks }) => {
        const page = { after: null, limit: 1 };
        const totals = async (): Promise<Value<'tenant' | 'state'>[]> => {
          const store = await webhooks();
          if (!store) return [];
          return Promise.all(
            DELIVERY_STATES.map(async (state) => {
              const { total } = await store.list(tenant, [state], page);
              return [{ tenant, state }, total];
            }),
          );
        };
        return (await forScrape(totals())) ?? [];
      },
    );
  }

  /** Shows a tenant from now on, until the answered function is called. One that is opened anew takes the old one's place. */
  watch(name: string, tenant: WatchedTenant): () => void {
    this.#tenants.set(name, tenant);
    return () => {
      if (this.#tenants.get(name) === tenant) this.#tenants.delete(name);
    };
  }

  /** Where a tenant's reads of copies are counted. */
  countsOf(tenant: string): CountsOf {
    return (integration, kind) => {
      const labels = { tenant, integration, kind };
      const key = JSON.stringify(labels);
      const known = this.#counts.get(key) ?? { labels, counts: newCounts() };
      this.#counts.set(key, known);
      return known.counts;
    };
  }

  #gauge<Label extends string>(
    registry: Registry,
    name: string,
    help: string,
    labelNames: Label[],
    valuesOf: (name: string, tenant: WatchedTenant) => Value<Label>[] | Promise<Value<Label>[]>,
  ): void {
    const gauge = new Gauge<string>({
      name,
      help,
      labelNames,
      registers: [registry],
      collect: async () => {
        const values = await Promise.all([...this.#tenants].map(async ([each, tenant]) => valuesOf(each, tenant)));
        gauge.reset();
        for (const [labels, value] of values.flat()) gauge.set(labels, value);
      },
    });
  }
}

interface CountLabels {
  tenant: string;
  integration: string;
  kind: string;
}

type Value<Label extends string> = [labels: Record<Label, string>, value: number];
