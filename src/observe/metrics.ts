import { Registry } from '@prometheus-io/client';
import { processMetrics } from './processMetrics.ts';
import { RequestMetrics } from './requestMetrics.ts';
import type { RequestTraces } from './requestTraces.ts';
import { TaskMetrics } from './taskMetrics.ts';
import { TenantMetrics } from './tenantMetrics.ts';
import { UpstreamMetrics } from './upstreamMetrics.ts';

/** All metrics of one gateway. Labels are bounded: configured names, constants of this code, and `other`. */
export class Metrics {
  readonly #registry = new Registry();
  readonly requests: RequestMetrics;
  readonly upstream = new UpstreamMetrics(this.#registry);
  readonly tenants = new TenantMetrics(this.#registry);
  readonly tasks = new TaskMetrics(this.#registry);
  readonly contentType = this.#registry.contentType;

  constructor(traces: RequestTraces | null) {
    this.requests = new RequestMetrics(this.#registry, traces);
    // From now on, so that the first scrape knows of the start.
    processMetrics();
  }

  /** The text that Prometheus reads. */
  async text(): Promise<string> {
    const texts = await Promise.all([this.#registry.metrics(), processMetrics().metrics()]);
    return texts.join('\n');
  }
}
