import { DEFAULT_TENANT } from '../../../domain/tenant.ts';

/**
 * What the outbox calls a tenant's receiver: two tenants may name the same one, and each is told of its own tasks alone.
 * Neither part has a blank; `postgresTrigger.ts` and `redisEnqueueLua.ts` read it.
 */
export function receiverKey(tenant: string, receiver: string): string {
  return tenant === DEFAULT_TENANT ? receiver : `${tenant} ${receiver}`;
}

/** The name that the tenant gave to a receiver of the outbox. */
export function receiverName(key: string): string {
  return key.slice(key.indexOf(' ') + 1);
}
