import type { Ports } from '../domain/ports.ts';
import type { SimulatorFactory } from '../simulator/simulator.ts';
import type { QuotaHeaders } from '../outbound/policy/rateLimitHeaders.ts';
import type { Upstream, UpstreamOptions } from '../outbound/upstream.ts';
import type { Limits } from '../outbound/limits.ts';

/** What the environment says of one integration of a provider. */
export interface IntegrationSettings {
  baseUrl: string;
  /** The provider's own settings, already checked; secrets among them. */
  settings: Record<string, string>;
}

/** What an account may take more or less of than its provider's others do. */
export type ConfiguredLimits = Partial<Pick<Limits, 'requestsPerSecond' | 'readsInFlight' | 'writesInFlight'>>;

export type EnvironmentReading =
  | { state: 'absent' }
  | { state: 'configured'; integration: IntegrationSettings }
  /** Half configured or unreadable: each complaint names its variable. */
  | { state: 'refused'; complaints: string[] };

export interface ProviderVariable {
  name: string;
  description: string;
  example: string;
  /** True where an integration is none without it. */
  required?: true;
  /** True where its value must not be written into a configuration file, only named there. */
  secret?: true;
}

/** What the folder `simulator` of a provider offers. */
export interface ProviderSimulator {
  create: SimulatorFactory;
  /** Settings that reach one served at this origin. */
  settings(origin: string): IntegrationSettings;
  /** The same as environment variables, for a gateway in another process. */
  environment(origin: string): Record<string, string>;
}

/**
 * A provider's index card: everything the core knows of a provider. Adding a provider is a folder with a card and one
 * line in `providers/registry.ts`.
 */
export interface ProviderCard {
  /** The kind of system, e.g. the folder's name. */
  name: string;
  /** The integration's name when configured from the environment, e.g. `kombo-main`. */
  defaultIntegration: string;
  /** Name for people. */
  title: string;
  /** Order of precedence between integrations, lowest first: the system of record before those that copy it. */
  precedence: number;
  limits: Limits;
  /** Which headers tell of its limits; those of the IETF's draft when left out. */
  quotaHeaders?: QuotaHeaders;
  /** The variables it reads, for `.env.example`, the documentation and the configuration file. */
  variables: readonly ProviderVariable[];
  /** Reads its variables out of the environment. */
  readEnvironment(environment: Record<string, string | undefined>): EnvironmentReading;
  /** What `createUpstream` needs to know of this integration: credentials as headers, and how to read a failure. */
  upstream(integration: IntegrationSettings): Pick<UpstreamOptions, 'headers' | 'failureOf'>;
  /** The adapter, over an upstream that carries the policy. */
  ports(upstream: Upstream, integration: IntegrationSettings): Ports;
  /** Loads its simulator. A gateway of configured providers never calls it, and so loads no file of a simulator. */
  simulator(): Promise<ProviderSimulator>;
}

/** An integration as configured, its settings already checked. */
export interface ConfiguredIntegration {
  card: ProviderCard;
  /** Unique within its tenant. */
  name: string;
  settings: IntegrationSettings;
  /** Over the card's. */
  limits?: ConfiguredLimits | undefined;
  /** True for a simulator that this gateway started. */
  simulated?: boolean | undefined;
}
