/** A profile's skills as rating rows. Pure; what cannot be read throws ShapeError or is noted as drift. */
import type { RatingSource } from '../../src/domain/rating.ts';
import type { RatingRow, SkillClassification } from '../../src/domain/records.ts';
import {
  optionalId,
  optionalInstant,
  optionalNumber,
  optionalText,
  readRows,
  requiredArray,
  requiredObject,
  typeName,
  type Json,
  type RowsContext,
} from '../../src/outbound/shape.ts';
import { categoryOf, scaleOf } from './mappers.ts';
import type { RawProfileSkill } from './raw.ts';
import type { TenantSettings } from './settings.ts';
import { joinKeys, requiredKey } from './vendorKeys.ts';

/** Where drift goes, and what the answer was called. */
export type Reading = Pick<RowsContext, 'operation' | 'drift'>;

interface Channel {
  field: keyof RawProfileSkill;
  /** Last of the rating row's parts: part of the global id, hence never renamed. */
  part: string;
  source: RatingSource;
  label: string;
}

/** The score fields of a profile skill and who speaks in them (4.7). The combined one is last: it depends on the others. */
const CHANNELS: readonly Channel[] = [
  { field: 'selfValidationScore', part: 'self', source: 'SELF', label: 'Self rating' },
  { field: 'managerValidationScore', part: 'manager', source: 'MANAGER', label: 'Manager rating' },
  { field: 'iMochaValidationScore', part: 'assessment', source: 'ASSESSMENT', label: 'iMocha assessment' },
  { field: 'multiRaterValidationScore', part: 'multiRater', source: 'PEER', label: 'Multi-rater' },
  { field: 'weightedAIInferenceScore', part: 'aiInference', source: 'INFERRED', label: 'AI inference' },
  { field: 'weightedProficiencyScore', part: 'combined', source: 'COMBINED', label: 'Combined' },
];

/**
 * The ratings of a profile (6.2), each channel with a score as a row of its own; a skill that nobody has rated is one bare
 * row. `employeeId` where the answer was asked for one employee and need not repeat the id.
 */
export function toRatings(raw: Json, settings: TenantSettings, reading: Reading, employeeId?: string): RatingRow[] {
  const owner =
    employeeId !== undefined && optionalId(raw['employeeId']) === null ? employeeId : requiredKey(raw, 'employeeId');
  const skills = raw['skills'] ?? [];
  const path = employeeId === undefined ? 'items.*.skills' : 'skills';
  const rows = readRows(
    requiredArray(skills, 'skills'),
    (skill) => toRatingsOfSkill(owner, skill, settings, { ...reading, path }),
    { ...reading, path },
  );
  return [...new Map(rows.flat().map((row) => [row.parts.join('|'), row])).values()];
}

function toRatingsOfSkill(employeeId: string, raw: Json, settings: TenantSettings, reading: RowsContext): RatingRow[] {
  const skill = requiredObject(raw['skill'], 'skill');
  const skillId = requiredKey(skill, 'skillId', 'skill.skillId');
  const skillName = optionalText(skill['skillName']);
  const scale = scaleOf(settings);
  const category = categoryOf(skill['skillClassification']);
  const classification: SkillClassification | null =
    category === null ? null : { domain: null, subdomain: null, cluster: null, category };
  const row = (part: string, source: RatingSource, sourceLabel: string, value: number | null): RatingRow => ({
    parts: [employeeId, skillId, part],
    employeeId,
    skillId: `profile:${skillId}`,
    skillKeys,
    skillName,
    skillScale: scale,
    skillClassification: classification,
    value: value === null ? null : { kind: 'number', value, scale },
    source,
    sourceLabel,
    remoteId: null,
    changedAt,
  });
  const skillKeys = joinKeys(skill['taxonomySkillExternalId'], skillId, [skillName], settings);
  const changedAt = optionalInstant(skill['modifiedOn']);
  const scores = scoresOf(raw, settings, reading);
  if (scores.length === 0) return [row('held', 'OTHER', 'iMocha', null)];
  return scores.map(({ channel, score }) => row(channel.part, channel.source, channel.label, score));
}

/**
 * The scores that are ratings. A self score may be 0 for "not rated" (25, U6), and a combination of no scores is 0 too:
 * both are required fields on the wire, hence no ratings unless the tenant says that zero is one.
 */
function scoresOf(
  raw: Json,
  { selfZero }: TenantSettings,
  reading: RowsContext,
): { channel: Channel; score: number }[] {
  const scores: { channel: Channel; score: number }[] = [];
  for (const channel of CHANNELS) {
    const value = raw[channel.field];
    const score = optionalNumber(value);
    if (score === null) {
      if (value !== undefined && value !== null && value !== '') {
        const path = `${reading.path}.*.${channel.field}`;
        reading.drift({ operation: reading.operation, path, expected: 'number', found: typeName(value) });
      }
      continue;
    }
    const mayMeanUnrated = channel.source === 'SELF' || (channel.source === 'COMBINED' && scores.length === 0);
    if (score === 0 && selfZero === 'unrated' && mayMeanUnrated) continue;
    scores.push({ channel, score });
  }
  return scores;
}
