import { Gauge, Registry } from '@prometheus-io/client';
import { processMetrics } from './processMetrics.ts';
import { RequestMetrics } from './requestMetrics.ts';
import type { RequestTraces } from './requestTraces.ts';
import { TaskMetrics } from './taskMetrics.ts';
import { TenantMetrics } from './tenantMetrics.ts';
import { UpstreamMetrics } from './upstreamMetrics.ts';
import { readVersion } from './version.ts';

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
    new Gauge({
      name: 'gateway_build_info',
      help: '1; the version of the gateway is its label.',
      labelNames: ['version'],
      registers: [this.#registry],
    }).set({ version: readVersion() }, 1);
    // From now on, so that the first scrape knows of the start.
    processMetrics();
  }

  /** The text that Prometheus reads. */
  async text(): Promise<string> {
    const texts = await Promise.all([this.#registry.metrics(), processMetrics().metrics()]);
    return texts.join('\n');
  }
}
