/** Whom a gateway serves, as configured: what a reload may change. */
import type { ClientConfig, IssuerConfig } from '../domain/access.ts';
import { DEFAULT_TENANT } from '../domain/tenant.ts';
import { clientsOfKeys } from '../auth/authenticator.ts';
import type { OperationLimits } from '../graphql/demandControl/limits.ts';
import type { ConfiguredIntegration } from '../integrations/providerCard.ts';
import type { WebhookSettings } from '../webhooks/openWebhooks.ts';

export interface TenantConfig {
  name: string;
  /** In order of precedence. Holds secrets. */
  integrations: readonly ConfiguredIntegration[];
  /** The policy by which ratings are blended unless a query names another. */
  consensusPolicy: string;
  /** Who is told of changed tasks. Holds secrets. */
  webhooks: WebhookSettings;
}

export interface Tenancy {
  tenants: readonly TenantConfig[];
  clients: readonly ClientConfig[];
  issuers: readonly IssuerConfig[];
  /** Over the standard limits of an operation. */
  limits: Partial<OperationLimits>;
}

/** The one tenant that the environment alone describes, with a client for each key. */
export function tenancyOfEnvironment(settings: Omit<TenantConfig, 'name'> & { apiKeys: readonly string[] }): Tenancy {
  const { integrations, consensusPolicy, webhooks, apiKeys } = settings;
  return {
    tenants: [{ name: DEFAULT_TENANT, integrations, consensusPolicy, webhooks }],
    clients: clientsOfKeys(apiKeys),
    issuers: [],
    limits: {},
  };
}
