import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfiguration, type Configuration } from '../../src/config/configuration.ts';
import { CARDS } from '../../src/app/integrations.ts';
import { startSimulators, type RunningSimulator } from '../../src/app/simulators.ts';
import type { Answer } from './gateway.ts';
import { noteSecrets } from './runLogs.ts';

export const KEYS = { acme: 'acme-key-of-16-letters', globex: 'globex-key-of-16-letters' };
export type TenantName = keyof typeof KEYS;
export type TenantSimulators = Record<TenantName, RunningSimulator[]>;

/**
 * The providers of two tenants. They number records alike, so that most ids are somebody in both; acme is the larger one,
 * and its last records are nobody's in globex.
 */
export async function startTenantSimulators(): Promise<TenantSimulators & { close(): Promise<void> }> {
  const [acme, globex] = await Promise.all([
    startSimulators({ people: 60, skills: 30, limits: 'none', seed: 'acme' }),
    startSimulators({ people: 40, skills: 20, limits: 'none', seed: 'globex' }),
  ]);
  return {
    acme,
    globex,
    async close() {
      await Promise.all([...acme, ...globex].map((each) => each.close()));
    },
  };
}

export interface TenantsFile {
  /** Where the file is written. */
  folder: string;
  simulators: TenantSimulators;
  /** What a client sends for a tenant; a tenant without one has no client. */
  keys?: Partial<Record<TenantName, string>>;
  /** What acme calls integrations in place of their usual name; both call the rest the same. */
  acmeNames?: Readonly<Record<string, string>>;
  /** Where each tenant's webhooks go. */
  receivers?: Partial<Record<TenantName, string>>;
}

/** Writes a file of two tenants; answers its path, and the variables that it names. */
export function writeTenantsFile({ folder, simulators, keys = KEYS, acmeNames = {}, receivers = {} }: TenantsFile): {
  path: string;
  secrets: Record<string, string>;
} {
  const secrets: Record<string, string> = {};
  const hidden = (name: string, value: string) => {
    secrets[name] = value;
    return { env: name };
  };
  const tenantOf = (tenant: TenantName) => ({
    integrations: simulators[tenant].map(({ card, environment }) => ({
      name: (tenant === 'acme' ? acmeNames[card.defaultIntegration] : undefined) ?? card.defaultIntegration,
      provider: card.name,
      settings: Object.fromEntries(
        Object.entries(environment).map(([name, value]) => {
          const isSecret = card.variables.some((variable) => variable.name === name && variable.secret);
          return [name, isSecret ? hidden(`${tenant}_${name}`, value) : value];
        }),
      ),
    })),
    ...(receivers[tenant] === undefined
      ? {}
      : {
          webhooks: {
            urls: [receivers[tenant]],
            secrets: [hidden(`${tenant}_webhooks`, `whsec_${randomBytes(32).toString('base64')}`)],
            private: true,
          },
        }),
  });
  const clients = Object.entries(keys).map(([tenant, key]) => {
    return { name: tenant, tenant, keys: [hidden(`${tenant}_client`, key)], scopes: ['admin'] };
  });
  noteSecrets(Object.values(secrets));
  const path = join(folder, 'gateway.json');
  writeFileSync(path, JSON.stringify({ tenants: { acme: tenantOf('acme'), globex: tenantOf('globex') }, clients }));
  return { path, secrets };
}

/** What a gateway of two tenants is started or reloaded with. */
export function tenantsConfiguration(environment: Record<string, string>, file: TenantsFile): Configuration {
  const { path, secrets } = writeTenantsFile(file);
  return readConfiguration({ PORT: '0', ...environment, ...secrets, GATEWAY_CONFIG: path }, CARDS);
}

/** Asks over HTTP with a client's key. */
export async function askWith<Data = Record<string, unknown>>(
  { url }: { url: string },
  key: string,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<Answer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer<Data>;
}
