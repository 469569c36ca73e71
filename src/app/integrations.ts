import * as registry from '../../providers/registry.ts';
import type { Drift } from '../integrations/drift.ts';
import { Integration } from '../integrations/integration.ts';
import type { DriftNote } from '../domain/ports.ts';
import type { ConfiguredIntegration, ProviderCard } from '../integrations/providerCard.ts';
import { connect, type Connected } from '../integrations/connect.ts';
import type { IntegrationTracing } from '../observability/integrationTracing.ts';
import type { RateStore } from '../outbound/policy/sharedRateLimiter.ts';
import type { CallRecord } from '../outbound/upstream.ts';
import type { Limits } from '../outbound/limits.ts';

/** All providers, in order of precedence. */
export const CARDS: readonly ProviderCard[] = Object.values(registry).toSorted((a, b) => a.precedence - b.precedence);

export interface ConnectedIntegrations {
  integrations: Integration[];
  /** Lets go of all connections; writes under way get so long, a little while when left out. */
  close(graceMs?: number): Promise<void>;
}

export interface ConnectIntegrationsOptions {
  /** Over every card's limits. */
  limits?: Partial<Limits>;
  onCall?: (record: CallRecord) => void;
  /** Hears of each shape that an integration's answers could not be read in, and of its kind where that is a new one. */
  onDrift?: ((integration: string, note: DriftNote, added: Drift | null) => void) | undefined;
  /** Hears of an error that one of these hooks threw, which changes no answer. */
  onThrow?: ((integration: string, hook: string, error: unknown) => void) | undefined;
  /** Follows each integration's questions and calls. */
  tracing?: IntegrationTracing | undefined;
  /** Where replicas share the providers' request rates. */
  redis?: RateStore;
}

/** Integrations at work, in the order given. */
export function connectIntegrations(
  configured: readonly ConfiguredIntegration[],
  options: ConnectIntegrationsOptions,
): ConnectedIntegrations {
  const connected = configured.map((entry) => put(entry, options));
  return {
    integrations: connected.map(({ integration }) => integration),
    close: async (graceMs) => {
      await Promise.all(connected.map(({ connection }) => connection.close(graceMs)));
    },
  };
}

function put(
  { card, name, settings, limits: configured, simulated }: ConfiguredIntegration,
  { limits: overAll, onCall, onDrift, onThrow, tracing, redis }: ConnectIntegrationsOptions,
): { integration: Integration; connection: Connected } {
  const limits = { ...configured, ...overAll };
  // The integration hears of calls and drift, and is made of the ports that make them.
  let integration: Integration | null = null;
  const connection = connect(card, settings, {
    name,
    limits,
    ...(redis ? { redis } : {}),
    onCall: (record) => {
      integration?.onCall(record);
      onCall?.(record);
    },
    ...(tracing ? { onTry: tracing.tries(name, settings.baseUrl) } : {}),
    onDrift(note, sampleOf) {
      const added = integration?.onDrift(note, sampleOf) ?? null;
      onDrift?.(name, note, added);
    },
    onBreaker: (status) => integration?.onBreaker(status),
    onQuota: (quota) => integration?.onQuota(quota),
    onThrow: (hook, error) => onThrow?.(name, hook, error),
  });
  integration = new Integration({
    name,
    provider: card.name,
    ports: tracing ? tracing.ports(name, connection.ports) : connection.ports,
    limits: { ...card.limits, ...limits },
    simulated,
  });
  return { integration, connection };
}
