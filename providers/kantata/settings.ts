import type { EnvironmentReading, ProviderCard } from '../../src/integrations/providerCard.ts';
import { DEFAULT_BASE_URL } from './raw.ts';
import { isBaseUrl, isHeaderText } from '../../src/integrations/settingChecks.ts';

export const VARIABLES: ProviderCard['variables'] = [
  {
    name: 'KANTATA_TOKEN',
    description:
      "Token of an account administrator, from the registered application's page. Weaker tokens see fewer rows.",
    example: 'replace-me',
    required: true,
    secret: true,
  },
  {
    name: 'KANTATA_BASE_URL',
    description: `Where the API is; ${DEFAULT_BASE_URL} when unset.`,
    example: DEFAULT_BASE_URL,
  },
  {
    name: 'KANTATA_EXTERNAL_SERVICE',
    description:
      'service_name of the external reference that carries the employee number; when unset, the one reference whose service_model contains "employee".',
    example: 'hris',
  },
];

/** Reads the three variables; blank counts as unset. Every complaint names its variable. */
export function readEnvironment(environment: Record<string, string | undefined>): EnvironmentReading {
  const valueOf = (name: string) => environment[name]?.trim() ?? '';
  const token = valueOf('KANTATA_TOKEN');
  const baseUrl = valueOf('KANTATA_BASE_URL');
  const externalService = valueOf('KANTATA_EXTERNAL_SERVICE');
  if (token === '' && baseUrl === '' && externalService === '') return { state: 'absent' };

  const complaints: string[] = [];
  if (token === '') complaints.push('KANTATA_TOKEN is missing.');
  else if (!isHeaderText(token)) complaints.push('KANTATA_TOKEN holds characters that no token has.');
  if (baseUrl !== '' && !isBaseUrl(baseUrl)) {
    complaints.push('KANTATA_BASE_URL is no http or https address without query and credentials.');
  }
  if (complaints.length > 0) return { state: 'refused', complaints };
  return {
    state: 'configured',
    integration: {
      baseUrl: (baseUrl === '' ? DEFAULT_BASE_URL : baseUrl).replace(/\/+$/, ''),
      settings: { token, ...(externalService === '' ? {} : { externalService }) },
    },
  };
}
