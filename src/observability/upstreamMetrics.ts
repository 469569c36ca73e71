import { Counter, Histogram, type Registry } from '@prometheus-io/client';
import type { CallRecord } from '../outbound/upstream.ts';
import { Bounded } from './bounded.ts';

/** From an answer next door to the longest timeout of a card. */
const SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Operations and outcomes are named by adapters, some twenty each. */
const MAX_NAMES = 64;

/** Counts calls to providers. */
export class UpstreamMetrics {
  readonly #calls: Counter<'tenant' | 'integration' | 'operation' | 'purpose' | 'outcome'>;
  readonly #seconds: Histogram<'tenant' | 'integration' | 'operation'>;
  readonly #waits: Histogram<'tenant' | 'integration' | 'purpose'>;
  readonly #drift: Counter<'tenant' | 'integration' | 'operation'>;
  readonly #operations = new Bounded(MAX_NAMES);
  readonly #outcomes = new Bounded(MAX_NAMES);

  constructor(registry: Registry) {
    const registers = [registry];
    this.#calls = new Counter({
      name: 'gateway_upstream_calls_total',
      help: 'Tries that went out to a provider, by what became of them: ok, the code of the problem, or ABORTED.',
      labelNames: ['tenant', 'integration', 'operation', 'purpose', 'outcome'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'gateway_upstream_duration_seconds',
      help: 'Time of such a try, from when it was let out to its answer or failure.',
      labelNames: ['tenant', 'integration', 'operation'],
      buckets: SECONDS,
      registers,
    });
    this.#waits = new Histogram({
      name: 'gateway_upstream_wait_seconds',
      help: "Time that such a try waited for its turn under the provider's limits.",
      labelNames: ['tenant', 'integration', 'purpose'],
      buckets: SECONDS,
      registers,
    });
    this.#drift = new Counter({
      name: 'gateway_drift_total',
      help: "Shapes in a provider's answers that could not be read, one for each row or answer.",
      labelNames: ['tenant', 'integration', 'operation'],
      registers,
    });
  }

  /** Takes note of a shape that could not be read. */
  drifted(tenant: string, integration: string, operation: string): void {
    this.#drift.inc({ tenant, integration, operation: this.#operations.of(operation) });
  }

  /** Takes note of one try. */
  called(tenant: string, { integration, purpose, waitedMs, milliseconds, ...record }: CallRecord): void {
    const operation = this.#operations.of(record.operation);
    this.#calls.inc({ tenant, integration, operation, purpose, outcome: this.#outcomes.of(record.outcome) });
    this.#seconds.observe({ tenant, integration, operation }, milliseconds / 1000);
    this.#waits.observe({ tenant, integration, purpose }, waitedMs / 1000);
  }
}
