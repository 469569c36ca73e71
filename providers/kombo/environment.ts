import type { EnvironmentReading, IntegrationSettings } from '../../src/outbound/card.ts';
import type { RatingBody } from './mappers.ts';

const DEFAULT_BASE_URL = 'https://api.kombo.dev/v1';
const RATING_BODIES: readonly RatingBody[] = ['flat', 'nested'];

export const VARIABLES = [
  { name: 'KOMBO_API_KEY', description: 'API key of the environment', example: 'ks_dev_...' },
  {
    name: 'KOMBO_INTEGRATION_ID',
    description: 'Integration to speak for',
    example: 'workday:HWUTwvyx2wLoSUHphiWVrp28',
  },
  { name: 'KOMBO_BASE_URL', description: 'Base URL with the version path', example: DEFAULT_BASE_URL },
  {
    name: 'KOMBO_RATING_BODY',
    description: 'How a rating is written: flat, or nested where the API asks for a rating_source',
    example: 'flat',
  },
] as const;

/** Reads the variables above; blank counts as unset. */
export function readEnvironment(environment: Record<string, string | undefined>): EnvironmentReading {
  const read = (name: (typeof VARIABLES)[number]['name']) => environment[name]?.trim() ?? '';
  const apiKey = read('KOMBO_API_KEY');
  const integrationId = read('KOMBO_INTEGRATION_ID');
  const baseUrl = read('KOMBO_BASE_URL');
  const ratingBody = read('KOMBO_RATING_BODY') || 'flat';
  if (apiKey === '' && integrationId === '' && baseUrl === '') return { state: 'absent' };
  const complaints = [
    complaintOfHeader('KOMBO_API_KEY', apiKey),
    complaintOfHeader('KOMBO_INTEGRATION_ID', integrationId),
    isBaseUrl(baseUrl || DEFAULT_BASE_URL) ? null : 'KOMBO_BASE_URL is no http(s) URL without query and credentials',
    RATING_BODIES.some((body) => body === ratingBody)
      ? null
      : `KOMBO_RATING_BODY is none of ${RATING_BODIES.join(', ')}`,
  ].filter((complaint) => complaint !== null);
  if (complaints.length > 0) return { state: 'refused', complaints };
  return { state: 'configured', integration: settingsOf({ apiKey, integrationId, baseUrl, ratingBody }) };
}

function settingsOf(
  values: Record<'apiKey' | 'integrationId' | 'baseUrl' | 'ratingBody', string>,
): IntegrationSettings {
  const { baseUrl, ...settings } = values;
  return { baseUrl: (baseUrl || DEFAULT_BASE_URL).replace(/\/+$/, ''), settings };
}

/** Both values travel as headers, which carry visible ASCII only. */
function complaintOfHeader(name: string, value: string): string | null {
  if (value === '') return `${name} is not set`;
  return /^[\x21-\x7e]+$/.test(value) ? null : `${name} holds characters that no header can carry`;
}

function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, search, hash, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && search + hash + username + password === '';
}
