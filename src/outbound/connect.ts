import type { Ports } from '../domain/ports.ts';
import type { IntegrationSettings, ProviderCard } from './card.ts';
import type { Transport } from './transport.ts';
import { undiciTransport } from './transport.ts';
import { createUpstream, type Limits, type UpstreamOptions } from './upstream.ts';

/** An adapter at work: its ports under the policy, and how to let go of its connections. */
export interface Connected {
  ports: Ports;
  close(): Promise<void>;
}

export interface ConnectOptions extends Pick<UpstreamOptions, 'onCall' | 'onDrift' | 'now'> {
  /** The integration's name. */
  name: string;
  /** In place of a socket to `integration.baseUrl`: a simulator in process. */
  transport?: Transport;
  /** Over the card's limits, e.g. by configuration. */
  limits?: Partial<Limits>;
}

/** Puts transport, policy and adapter of one integration together. */
export function connect(card: ProviderCard, integration: IntegrationSettings, options: ConnectOptions): Connected {
  const limits = { ...card.limits, ...options.limits };
  const transport =
    options.transport ??
    undiciTransport(integration.baseUrl, { ...limits, connections: limits.readsInFlight + limits.writesInFlight });
  const upstream = createUpstream({
    ...card.upstream(integration),
    integration: options.name,
    transport,
    limits,
    onCall: options.onCall,
    onDrift: options.onDrift,
    now: options.now,
  });
  return { ports: card.ports(upstream, integration), close: () => upstream.close() };
}
