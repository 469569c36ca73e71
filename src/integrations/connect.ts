import type { Ports } from '../domain/ports.ts';
import type { IntegrationSettings, ProviderCard } from './providerCard.ts';
import { createSharedRate, type RateStore } from '../outbound/policy/sharedRateLimiter.ts';
import type { Transport } from '../outbound/transport/undiciTransport.ts';
import { undiciTransport } from '../outbound/transport/undiciTransport.ts';
import { createUpstream, type UpstreamOptions } from '../outbound/upstream.ts';
import type { Limits } from '../outbound/limits.ts';

/** An adapter at work: its ports under the policy, and how to let go of its connections. */
export interface Connected {
  ports: Ports;
  /** Ends reads; writes under way get so long, a little while when left out. */
  close(graceMs?: number): Promise<void>;
}

export interface ConnectOptions extends Pick<
  UpstreamOptions,
  'onCall' | 'onTry' | 'onDrift' | 'onBreaker' | 'onQuota' | 'onThrow' | 'now'
> {
  /** The integration's name. */
  name: string;
  /** In place of a socket to `integration.baseUrl`: a simulator in process. */
  transport?: Transport;
  /** Over the card's limits, e.g. by configuration. */
  limits?: Partial<Limits>;
  /** Where replicas share the request rate; absent: this process has it for itself. */
  redis?: RateStore;
}

/** Puts transport, policy and adapter of one integration together. */
export function connect(card: ProviderCard, integration: IntegrationSettings, options: ConnectOptions): Connected {
  const limits = { ...card.limits, ...options.limits };
  const transport =
    options.transport ??
    undiciTransport(integration.baseUrl, { ...limits, connections: limits.readsInFlight + limits.writesInFlight });
  const { name, redis } = options;
  const { requestsPerSecond } = limits;
  const upstream = createUpstream({
    ...card.upstream(integration),
    integration: name,
    transport,
    limits,
    quotaHeaders: card.quotaHeaders,
    sharedRate: redis && requestsPerSecond !== null ? createSharedRate(redis, name, requestsPerSecond) : undefined,
    onCall: options.onCall,
    onTry: options.onTry,
    onDrift: options.onDrift,
    onBreaker: options.onBreaker,
    onQuota: options.onQuota,
    onThrow: options.onThrow,
    now: options.now,
  });
  return { ports: card.ports(upstream, integration), close: (graceMs) => upstream.close(graceMs) };
}
