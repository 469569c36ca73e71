import type { z } from 'zod';
import type { ProviderCard } from '../integrations/providerCard.ts';
import { partSchemas, type ConfigFile, type TenantPart } from './fileSchema.ts';

/** A tenant whose integrations are null where their shape is wrong. */
export type ReadableTenant = Omit<TenantPart, 'integrations'> & {
  integrations: readonly (TenantPart['integrations'][number] | null)[];
};

/** A configuration file whose parts are null where their shape is wrong; lists keep the places of the others. */
export interface ReadableParts {
  tenants: Readonly<Record<string, ReadableTenant>> | null;
  clients: readonly (ConfigFile['clients'][number] | null)[] | null;
  issuers: readonly (ConfigFile['issuers'][number] | null)[] | null;
  limits?: ConfigFile['limits'];
}

/** What can be read of a file that as a whole is not in shape, so that the rest of what is wrong is said at once. */
export function readableParts(content: unknown, cards: readonly ProviderCard[]): ReadableParts {
  const { client, issuer, integration, webhooks } = partSchemas(cards);
  const file = recordOf(content);
  if (!file) return { tenants: null, clients: null, issuers: null };
  const { tenants, clients = [], issuers = [] } = file;
  const tenantOf = (value: unknown): ReadableTenant => {
    const given = recordOf(value);
    return {
      integrations: listOf(integration, given?.['integrations']) ?? [],
      webhooks: webhooks.safeParse(given?.['webhooks']).data,
    };
  };
  const known = recordOf(tenants);
  return {
    tenants: known && Object.fromEntries(Object.entries(known).map(([name, tenant]) => [name, tenantOf(tenant)])),
    clients: listOf(client, clients),
    issuers: listOf(issuer, issuers),
  };
}

function recordOf(value: unknown): Record<string, unknown> | null {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord ? (value as Record<string, unknown>) : null;
}

function listOf<Part>(schema: z.ZodType<Part>, value: unknown): readonly (Part | null)[] | null {
  return Array.isArray(value) ? value.map((each) => schema.safeParse(each).data ?? null) : null;
}
