import type { NumericScale } from '../../src/domain/rating.ts';
import type { EnvironmentReading, IntegrationSettings } from '../../src/integrations/providerCard.ts';
import { DEFAULT_BASE_URL } from './raw.ts';
import { isBaseUrl, isHeaderText } from '../../src/integrations/settingChecks.ts';

/**
 * What differs between tenants (imocha.md#skill-id-spaces, imocha.md#proficiency-scale): how profile skills join
 * the taxonomy, the scale, the meaning of zero.
 */
export interface TenantSettings {
  /** The scale of every skill; no known answer of the API reveals bounds or step. */
  scale: NumericScale;
  /** The taxonomy's field that a profile's `skillId` equals. */
  skillIdJoin: SkillIdJoin;
  /** Whether a self score of 0 is a rating. */
  selfZero: SelfZero;
  /**
   * Whether a status is set by the PATCH, which no source describes (imocha.md#employee-status), in place of the
   * upsert.
   */
  statusPatch: StatusPatch;
}

const SKILL_ID_JOINS = ['skill.id', 'taxonomySkillId'] as const;
export type SkillIdJoin = (typeof SKILL_ID_JOINS)[number];

const SELF_ZEROS = ['unrated', 'rated'] as const;
export type SelfZero = (typeof SELF_ZEROS)[number];

const STATUS_PATCHES = ['on', 'off'] as const;
export type StatusPatch = (typeof STATUS_PATCHES)[number];

const DEFAULT_SCALE_MAX = 10;

const scaleUpTo = (max: number): NumericScale => ({ kind: 'numeric', min: 0, max, step: null });

export const DEFAULTS: TenantSettings = {
  scale: scaleUpTo(DEFAULT_SCALE_MAX),
  skillIdJoin: 'skill.id',
  selfZero: 'unrated',
  statusPatch: 'off',
};

export const VARIABLES = [
  {
    name: 'IMOCHA_API_KEY',
    description: 'API key of the account; required.',
    example: '',
    required: true,
    secret: true,
  },
  {
    name: 'IMOCHA_BASE_URL',
    description: `Skills Intelligence API; ${DEFAULT_BASE_URL} by default.`,
    example: DEFAULT_BASE_URL,
  },
  { name: 'IMOCHA_SCALE_MAX', description: 'Highest score of the tenant; 10 by default.', example: '10' },
  {
    name: 'IMOCHA_SKILL_ID_JOIN',
    description: `What a profile's skillId equals in the taxonomy: ${SKILL_ID_JOINS.join(' or ')}; skill.id by default.`,
    example: 'skill.id',
  },
  {
    name: 'IMOCHA_SELF_ZERO',
    description: `What a self score of 0 means: ${SELF_ZEROS.join(' or ')}; unrated by default.`,
    example: 'unrated',
  },
  {
    name: 'IMOCHA_STATUS_PATCH',
    description: 'Whether a status is set by the undocumented PATCH in place of the upsert: on or off; off by default.',
    example: 'off',
  },
] as const;

type Variable = (typeof VARIABLES)[number]['name'];

/**
 * The integration out of the environment. Any variable of ours without the key is half configured, hence refused: an
 * option that silently configures nothing would be searched for long.
 */
export function readEnvironment(environment: Record<string, string | undefined>): EnvironmentReading {
  const read = (name: Variable) => environment[name]?.trim() ?? '';
  if (VARIABLES.every(({ name }) => read(name) === '')) return { state: 'absent' };

  const complaints: string[] = [];
  const choice = (name: Variable, options: readonly string[], fallback: string): string => {
    const value = read(name) || fallback;
    if (!options.includes(value)) complaints.push(`${name} must be ${options.join(' or ')}.`);
    return value;
  };

  const apiKey = read('IMOCHA_API_KEY');
  if (apiKey === '') complaints.push('IMOCHA_API_KEY is required when another IMOCHA_ variable is set.');
  else if (!isHeaderText(apiKey)) complaints.push('IMOCHA_API_KEY holds characters that no header can carry.');
  const baseUrl = (read('IMOCHA_BASE_URL') || DEFAULT_BASE_URL).replace(/\/+$/, '');
  if (!isBaseUrl(baseUrl))
    complaints.push('IMOCHA_BASE_URL must be an http or https URL without password, query and fragment.');
  const scaleMax = read('IMOCHA_SCALE_MAX') || String(DEFAULT_SCALE_MAX);
  if (!(Number(scaleMax) > 0 && Number.isFinite(Number(scaleMax)))) {
    complaints.push('IMOCHA_SCALE_MAX must be a number above 0.');
  }
  const skillIdJoin = choice('IMOCHA_SKILL_ID_JOIN', SKILL_ID_JOINS, DEFAULTS.skillIdJoin);
  const selfZero = choice('IMOCHA_SELF_ZERO', SELF_ZEROS, DEFAULTS.selfZero);
  const statusPatch = choice('IMOCHA_STATUS_PATCH', STATUS_PATCHES, DEFAULTS.statusPatch);

  if (complaints.length > 0) return { state: 'refused', complaints };
  const settings = { apiKey, scaleMax, skillIdJoin, selfZero, statusPatch };
  return { state: 'configured', integration: { baseUrl, settings } };
}

/** The tenant's settings of an integration; whatever it leaves out has its default. */
export function tenantSettings({ settings }: IntegrationSettings): TenantSettings {
  const scaleMax = Number(settings['scaleMax']);
  return {
    scale: scaleMax > 0 ? scaleUpTo(scaleMax) : DEFAULTS.scale,
    skillIdJoin: SKILL_ID_JOINS.find((name) => name === settings['skillIdJoin']) ?? DEFAULTS.skillIdJoin,
    selfZero: SELF_ZEROS.find((name) => name === settings['selfZero']) ?? DEFAULTS.selfZero,
    statusPatch: STATUS_PATCHES.find((name) => name === settings['statusPatch']) ?? DEFAULTS.statusPatch,
  };
}
