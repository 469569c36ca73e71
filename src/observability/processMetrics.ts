import { collectDefaultMetrics, Registry } from '@prometheus-io/client';

let registry: Registry | null = null;

/**
 * The metrics of the process itself: CPU, memory, garbage collection, and the delay of the event loop (p50, p99, max since
 * the last question). One registry however many gateways run in it, for the observers behind it live as long as the process.
 */
export function processMetrics(): Registry {
  if (registry) return registry;
  registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}
