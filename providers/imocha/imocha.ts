import type { ProviderCard } from '../../src/integrations/providerCard.ts';
import { failureOf } from './errors.ts';
import { readPorts } from './reads/reads.ts';
import { readEnvironment, tenantSettings, VARIABLES } from './settings.ts';
import { writePorts } from './writes/writes.ts';

/**
 * iMocha Skills Intelligence: employees, taxonomy and ratings from several channels; enrols employees, writes no
 * ratings.
 */
export const imocha: ProviderCard = {
  name: 'imocha',
  defaultIntegration: 'imocha-main',
  title: 'iMocha',
  // Names skills best, and is enrolled from the HR system.
  precedence: 2,
  limits: {
    // No number is published, so this one is assumed (imocha.md#rate-limits); a 429 is honoured anyway.
    requestsPerSecond: 10,
    readsInFlight: 10,
    // Upserts are chunks of a hundred records each.
    writesInFlight: 4,
    // The first try and two repeats (imocha.md#upsert-outcomes).
    attempts: 3,
    connectTimeoutMs: 3_000,
    // Budgets of their own for interactive calls and for those of a sync, whose pages are slow (imocha.md#rate-limits).
    times: {
      request: { silentMs: 10_000, wholeMs: 60_000 },
      background: { silentMs: 120_000, wholeMs: 150_000 },
      write: { silentMs: 120_000, wholeMs: 150_000 },
    },
    // Fifty profiles with a few hundred skills each are about 10 MB.
    maxBodyBytes: 20_000_000,
  },
  variables: VARIABLES,
  readEnvironment,
  upstream: ({ settings }) => ({
    headers: { 'x-api-key': settings['apiKey'] ?? '', accept: 'application/json, text/plain' },
    failureOf,
  }),
  ports(upstream, integration) {
    const settings = tenantSettings(integration);
    return { ...readPorts(upstream, settings), ...writePorts(upstream, settings) };
  },
  simulator: async () => (await import('./simulator/simulator.ts')).imochaSimulator,
};
