import type { EnvironmentReading } from '../../src/integrations/providerCard.ts';
import type { RatingBody } from './mappers/mappers.ts';
import { isBaseUrl, isHeaderText } from '../../src/integrations/settingChecks.ts';

const DEFAULT_BASE_URL = 'https://api.kombo.dev/v1';
const RATING_BODIES: readonly RatingBody[] = ['flat', 'nested'];
/**
 * `managed` is the newer of the two and answers at once (kombo.md#managed-skills); `bulk` is a closed beta whose body
 * is assumed (kombo.md#skills-in-bulk).
 */
const SKILL_WRITES = ['managed', 'bulk', 'off'] as const;
const SWITCH = ['on', 'off'] as const;

/** What is taken where nothing is said. */
export const DEFAULTS = { ratingBody: 'flat', skillWrites: 'managed', employeePatch: 'off' } as const;

export const VARIABLES = [
  {
    name: 'KOMBO_API_KEY',
    description: 'API key of the environment',
    example: 'ks_dev_...',
    required: true,
    secret: true,
  },
  {
    name: 'KOMBO_INTEGRATION_ID',
    description: 'Integration to speak for',
    example: 'workday:HWUTwvyx2wLoSUHphiWVrp28',
    required: true,
  },
  { name: 'KOMBO_BASE_URL', description: 'Base URL with the version path', example: DEFAULT_BASE_URL },
  {
    name: 'KOMBO_RATING_BODY',
    description: 'How a rating is written: flat, or nested where the API asks for a rating_source',
    example: 'flat',
  },
  {
    name: 'KOMBO_SKILL_WRITES',
    description: 'How skills are written: managed (one a call), bulk (a task for many; closed beta), or off',
    example: 'managed',
  },
  {
    name: 'KOMBO_EMPLOYEE_PATCH',
    description: 'Whether known employees are updated: on or off; three payroll systems take it',
    example: 'off',
  },
] as const;

/** Reads the variables above; blank counts as unset. */
export function readEnvironment(environment: Record<string, string | undefined>): EnvironmentReading {
  const read = (name: (typeof VARIABLES)[number]['name']) => environment[name]?.trim() ?? '';
  const apiKey = read('KOMBO_API_KEY');
  const integrationId = read('KOMBO_INTEGRATION_ID');
  const baseUrl = read('KOMBO_BASE_URL');
  const ratingBody = read('KOMBO_RATING_BODY') || DEFAULTS.ratingBody;
  const skillWrites = read('KOMBO_SKILL_WRITES') || DEFAULTS.skillWrites;
  const employeePatch = read('KOMBO_EMPLOYEE_PATCH') || DEFAULTS.employeePatch;
  if (apiKey === '' && integrationId === '' && baseUrl === '') return { state: 'absent' };
  const complaints = [
    complaintOfHeader('KOMBO_API_KEY', apiKey),
    complaintOfHeader('KOMBO_INTEGRATION_ID', integrationId),
    isBaseUrl(baseUrl || DEFAULT_BASE_URL) ? null : 'KOMBO_BASE_URL is no http(s) URL without query and credentials',
    complaintOfChoice('KOMBO_RATING_BODY', ratingBody, RATING_BODIES),
    complaintOfChoice('KOMBO_SKILL_WRITES', skillWrites, SKILL_WRITES),
    complaintOfChoice('KOMBO_EMPLOYEE_PATCH', employeePatch, SWITCH),
  ].filter((complaint) => complaint !== null);
  if (complaints.length > 0) return { state: 'refused', complaints };
  const settings = { apiKey, integrationId, ratingBody, skillWrites, employeePatch };
  return {
    state: 'configured',
    integration: { baseUrl: (baseUrl || DEFAULT_BASE_URL).replace(/\/+$/, ''), settings },
  };
}

function complaintOfChoice(name: string, value: string, choices: readonly string[]): string | null {
  return choices.includes(value) ? null : `${name} is none of ${choices.join(', ')}`;
}

/** Both values travel as headers, which carry visible ASCII only. */
function complaintOfHeader(name: string, value: string): string | null {
  if (value === '') return `${name} is not set`;
  return isHeaderText(value) ? null : `${name} holds characters that no header can carry`;
}
