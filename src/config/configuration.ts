import { ConfigError, namingWarnings, readConfig, type Config } from './environment.ts';
import type { ProviderCard } from '../integrations/providerCard.ts';
import { readConfigFile } from './readFile.ts';
import { tenancyOfEnvironment, type Tenancy } from './tenancy.ts';

/** Everything that a gateway is told when it starts. */
export interface Configuration {
  config: Config;
  /** What may change while it runs. */
  tenancy: Tenancy;
  /** What may be wrong with it, in sentences for the log. */
  warnings: readonly string[];
}

/** Describe the tenant `default`, which a file would describe in its own words. */
const TENANT_VARIABLES = ['GATEWAY_API_KEYS', 'CONSENSUS_POLICY', 'WEBHOOK_URLS', 'WEBHOOK_SECRETS', 'WEBHOOK_PRIVATE'];

/**
 * What the environment describes, with the file that its GATEWAY_CONFIG names. Throws one ConfigError with the complaints
 * about both. For a reload the names of variables are not checked: the environment is still that of the start, and may hold
 * what a former file referred to.
 */
export function readConfiguration(
  environment: Record<string, string | undefined>,
  cards: readonly ProviderCard[],
  { isReload = false }: { isReload?: boolean } = {},
): Configuration {
  const path = environment['GATEWAY_CONFIG']?.trim() ?? '';
  if (path === '') {
    const config = readConfig(environment, cards);
    return { config, tenancy: tenancyOfEnvironment(config), warnings: namingWarnings(environment, cards, new Set()) };
  }
  const reading = readConfigFile(path, environment, cards);
  const referred = isReload ? null : reading.variables;
  const complaints = [...reading.complaints];
  if (referred) complaints.push(...describedTwice(environment, cards, referred));
  let config: Config | null = null;
  try {
    config = readConfig(environment, cards, referred);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    complaints.unshift(...error.complaints);
  }
  if (!config || !reading.tenancy || complaints.length > 0) throw new ConfigError(complaints);
  return {
    config,
    tenancy: reading.tenancy,
    warnings: referred ? namingWarnings(environment, cards, referred) : [],
  };
}

/** A provider's variable is no second description where the file itself refers to it. */
function describedTwice(
  environment: Record<string, string | undefined>,
  cards: readonly ProviderCard[],
  referred: ReadonlySet<string>,
): string[] {
  return [...TENANT_VARIABLES, ...cards.flatMap((card) => card.variables.map(({ name }) => name))]
    .filter((name) => (environment[name]?.trim() ?? '') !== '' && !referred.has(name))
    .map((name) => `${name} must not be set beside GATEWAY_CONFIG, unless the file refers to it`);
}
