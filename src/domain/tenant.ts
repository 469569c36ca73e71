/** Name of the tenant that the environment configures. The outbox writes its receivers' keys without a tenant. */
export const DEFAULT_TENANT = 'default';
