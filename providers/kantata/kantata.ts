import type { ProviderCard } from '../../src/integrations/providerCard.ts';
import { createClient } from './client.ts';
import { failureOf } from './errors.ts';
import { readPorts } from './reads/reads.ts';
import { readEnvironment, VARIABLES } from './settings.ts';
import { writePorts } from './writes/writes.ts';

/** Kantata OX: people on projects, the skills they hold and a level of 1 to 5. */
export const kantata: ProviderCard = {
  name: 'kantata',
  defaultIntegration: 'kantata-main',
  title: 'Kantata OX',
  // Knows people as project staff, by full name.
  precedence: 3,
  limits: {
    // The real numbers are not public; third parties keep 100 ms between calls (kantata.md#rate-limits).
    requestsPerSecond: 10,
    readsInFlight: 8,
    // A membership at a time is changed by PUT, there is no bulk update (kantata.md#bulk-creates).
    writesInFlight: 4,
    attempts: 3,
    connectTimeoutMs: 3_000,
    // The server itself may take 3 minutes (kantata.md#wire-format), as for a bulk of 200; whoever reads a page does
    // not wait that long.
    times: {
      request: { silentMs: 10_000, wholeMs: 60_000 },
      background: { silentMs: 185_000, wholeMs: 200_000 },
      write: { silentMs: 185_000, wholeMs: 200_000 },
    },
    // 200 users with their references and managers stay below 1 MB; twenty times that is no answer to a question of
    // ours.
    maxBodyBytes: 20 * 1024 * 1024,
  },
  variables: VARIABLES,
  readEnvironment,
  upstream: ({ settings }) => ({
    headers: { authorization: `Bearer ${settings.token ?? ''}`, accept: 'application/json' },
    failureOf,
  }),
  ports(upstream, { settings }) {
    const client = createClient(upstream);
    const options = { externalService: settings.externalService ?? null };
    return { ...readPorts(client, options), ...writePorts(client, options) };
  },
  simulator: async () => (await import('./simulator/simulator.ts')).kantataSimulator,
};
