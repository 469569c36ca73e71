import type { ProviderCard } from '../../src/integrations/providerCard.ts';
import { failureOf } from './errors.ts';
import { readPorts } from './reads/reads.ts';
import { readEnvironment, VARIABLES } from './settings.ts';
import { writePorts } from './writes/writes.ts';

/** Kombo's unified HRIS API: a mirror of one HR system, with writes that go through to it. */
export const kombo: ProviderCard = {
  name: 'kombo',
  defaultIntegration: 'kombo-main',
  title: 'Kombo HRIS',
  // The HR system is where people and their numbers come from.
  precedence: 1,
  limits: {
    // The sample headers, limit 300 and reset 57, suggest 300 a minute (kombo.md#rate-limit).
    requestsPerSecond: 5,
    // Reads do not count towards the vendor's concurrency limit; eight fill the rate while an answer takes over a
    // second.
    readsInFlight: 8,
    // Enforced since March 2026: the 31st write in flight is refused (kombo.md#concurrency-limit).
    writesInFlight: 30,
    attempts: 3,
    connectTimeoutMs: 3_000,
    // 30 s for reads, 120 s for actions, which wait for the HR system (kombo.md#timeouts).
    times: {
      request: { silentMs: 30_000, wholeMs: 60_000 },
      background: { silentMs: 30_000, wholeMs: 120_000 },
      write: { silentMs: 120_000, wholeMs: 150_000 },
    },
    // A page of 250 employees with all their relations and remote data stays well below.
    maxBodyBytes: 20_000_000,
  },
  variables: VARIABLES,
  readEnvironment,
  upstream: ({ settings }) => ({
    // kombo.md#authentication
    headers: {
      authorization: `Bearer ${settings.apiKey ?? ''}`,
      'x-integration-id': settings.integrationId ?? '',
      accept: 'application/json',
    },
    failureOf,
  }),
  ports: (upstream, { settings }) => ({ ...readPorts(upstream), ...writePorts(upstream, settings) }),
  simulator: async () => (await import('./simulator/simulator.ts')).komboSimulator,
};
