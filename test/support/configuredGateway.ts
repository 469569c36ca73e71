import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../src/config/configuration.ts';
import { startGateway, type Gateway } from '../../src/app/gateway.ts';
import { CARDS } from '../../src/app/integrations.ts';
import { startSimulators } from '../../src/app/simulators.ts';
import { noteEnvironment, noteSecrets, runLog } from './runLogs.ts';

/** What a test writes into the configuration file beside the tenants; secrets stand for themselves as `env` names. */
export interface FileParts {
  clients?: readonly object[];
  issuers?: readonly object[];
}

/** Starts gateways from a configuration file over simulators that all its tenants share. */
export interface ConfiguredGateways {
  /** A folder that ends with `close`. */
  folder: string;
  /** A gateway that has not necessarily read its providers; `close` ends it, too. */
  start(file: FileParts, environment: Record<string, string>): Promise<Gateway>;
  close(): Promise<void>;
}

/** Simulators of 30 people and 12 skills, and gateways of these tenants, each with all providers. */
export async function startConfiguredGateways(tenants: readonly string[]): Promise<ConfiguredGateways> {
  const [folder, simulators] = await Promise.all([
    mkdtemp(join(tmpdir(), 'configured-')),
    startSimulators({ people: 30, skills: 12, limits: 'none', seed: 'configured' }),
  ]);
  const secrets: Record<string, string> = {};
  const integrations = simulators.map(({ card, environment }) => {
    const settings = Object.entries(environment).map(([name, value]) => {
      if (!card.variables.some((variable) => variable.name === name && variable.secret)) return [name, value];
      secrets[`SECRET_${name}`] = value;
      return [name, { env: `SECRET_${name}` }];
    });
    return { name: card.defaultIntegration, provider: card.name, settings: Object.fromEntries(settings) as object };
  });
  noteSecrets(Object.values(secrets));
  const gateways: Gateway[] = [];
  return {
    folder,
    async start({ clients = [], issuers = [] }, environment) {
      noteEnvironment(environment);
      const path = join(folder, `gateway-${gateways.length}.json`);
      const described = Object.fromEntries(tenants.map((tenant) => [tenant, { integrations }]));
      writeFileSync(path, JSON.stringify({ tenants: described, clients, issuers }));
      const configuration = readConfiguration({ PORT: '0', ...environment, ...secrets, GATEWAY_CONFIG: path }, CARDS);
      const gateway = await startGateway({ ...configuration, log: runLog() });
      gateways.push(gateway);
      return gateway;
    },
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.close()));
      await Promise.all(simulators.map((simulator) => simulator.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
