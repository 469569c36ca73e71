/** A profile's skills as rating rows. Pure; what cannot be read throws ShapeError or is noted as drift. */
import type { RatingSource } from '../../../src/domain/rating.ts';
import type { RatingRow } from '../../../src/domain/records.ts';
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
} from '../../../src/outbound/payload/payload.ts';
import { categoryOf } from './mappers.ts';
import type { RawProfileSkill } from '../raw.ts';
import type { TenantSettings } from '../settings.ts';
import { joinKeys, requiredKey } from './vendorKeys.ts';

/**
 * Where drift goes, what the answer was called, and who hears of what is left out: skills, and single scores of theirs.
 */
export type Reading = Omit<RowsContext, 'path'>;

interface Channel {
  field: keyof RawProfileSkill;
  /** Last of the rating row's parts: part of the global id, hence never renamed. */
  part: string;
  source: RatingSource;
  label: string;
}

/**
 * The score fields of a profile skill and who speaks in them (imocha.md#validation-channels). The combined one is last:
 * it depends on the others.
 */
const CHANNELS: readonly Channel[] = [
  { field: 'selfValidationScore', part: 'self', source: 'SELF', label: 'Self rating' },
  { field: 'managerValidationScore', part: 'manager', source: 'MANAGER', label: 'Manager rating' },
  { field: 'iMochaValidationScore', part: 'assessment', source: 'ASSESSMENT', label: 'iMocha assessment' },
  { field: 'multiRaterValidationScore', part: 'multiRater', source: 'PEER', label: 'Multi-rater' },
  { field: 'weightedAIInferenceScore', part: 'aiInference', source: 'INFERRED', label: 'AI inference' },
  { field: 'weightedProficiencyScore', part: 'combined', source: 'COMBINED', label: 'Combined' },
];

/** What the rows of one skill have in common. */
type SkillFacts = Pick<RatingRow, 'skillId' | 'skillKeys' | 'skillName' | 'skillClassification'> & { id: string };

/**
 * A tenant has some ten thousand skills (imocha.md#taxonomy); beyond, something else is in the names, and the memory is
 * not worth it.
 */
const MAX_SKILLS = 50_000;

export type RatingMapper = (raw: Json, reading: Reading, employeeId?: string) => RatingRow[];

/**
 * Makes the function that reads the ratings of a profile (imocha.md#skills-profiles): each channel with a score is a
 * row of its own, a skill that nobody has rated is one bare row. `employeeId` where the answer was asked for one
 * employee and need not repeat the id. Rows of one skill share its name and keys, so that a walk's rows can be kept:
 * two million for a hundred thousand people.
 */
export function ratingMapper(settings: TenantSettings): RatingMapper {
  const known = new Map<string, SkillFacts>();
  const factsOf = (skill: Json): SkillFacts => {
    const facts = toSkillFacts(skill, settings);
    const key = JSON.stringify([facts.skillKeys, facts.skillName, facts.skillClassification?.category]);
    const same = known.get(key);
    if (same) return same;
    if (known.size >= MAX_SKILLS) known.clear();
    known.set(key, facts);
    return facts;
  };

  return (raw, reading, employeeId) => {
    const asked = employeeId !== undefined && optionalId(raw['employeeId']) === null;
    const owner = asked ? employeeId : requiredKey(raw, 'employeeId');
    const context = { ...reading, path: employeeId === undefined ? 'items.*.skills' : 'skills' };
    const skills = requiredArray(raw['skills'] ?? [], 'skills');
    const rows = readRows(skills, (skill) => toRows(owner, skill, factsOf, settings, context), context);
    return eachOnce(rows.flat());
  };
}

/**
 * Rows of a skill that is listed twice: the first of each channel, and a bare one only where nobody has rated the
 * skill.
 */
function eachOnce(rows: readonly RatingRow[]): RatingRow[] {
  const rated = new Set(rows.flatMap((row) => (row.value === null ? [] : [row.skillId])));
  const seen = new Set<string>();
  return rows.filter((row) => {
    const id = JSON.stringify(row.parts);
    if (seen.has(id) || (row.value === null && rated.has(row.skillId))) return false;
    seen.add(id);
    return true;
  });
}

/**
 * A skill as profiles and roles name it (imocha.md#skills-profiles, imocha.md#job-profiles), with the keys that join
 * it.
 */
export function toSkillFacts(skill: Json, settings: TenantSettings): SkillFacts {
  const id = requiredKey(skill, 'skillId', 'skill.skillId');
  const skillName = optionalText(skill['skillName']);
  const category = categoryOf(skill['skillClassification']);
  return {
    id,
    skillId: `profile:${id}`,
    skillKeys: joinKeys(skill['taxonomySkillExternalId'], id, [skillName], settings),
    skillName,
    skillClassification: category === null ? null : { domain: null, subdomain: null, cluster: null, category },
  };
}

function toRows(
  employeeId: string,
  raw: Json,
  factsOf: (skill: Json) => SkillFacts,
  settings: TenantSettings,
  context: RowsContext,
): RatingRow[] {
  const skill = requiredObject(raw['skill'], 'skill');
  const { id, skillId, skillKeys, skillName, skillClassification } = factsOf(skill);
  const changedAt = optionalInstant(skill['modifiedOn']);
  const { scale } = settings;
  const row = (part: string, source: RatingSource, sourceLabel: string, value: number | null): RatingRow => ({
    parts: [employeeId, id, part],
    employeeId,
    skillId,
    skillKeys,
    skillName,
    skillScale: scale,
    skillClassification,
    value: value === null ? null : { kind: 'number', value, scale },
    source,
    sourceLabel,
    remoteId: null,
    changedAt,
  });
  const scores = scoresOf(raw, settings, context);
  if (scores.length === 0) return [row('held', 'OTHER', 'iMocha', null)];
  return scores.map(({ channel, score }) => row(channel.part, channel.source, channel.label, score));
}

/**
 * The scores that are ratings. A self score may be 0 for "not rated" (imocha.md#validation-channels), and a combination
 * of no scores is 0 too: both are required fields on the wire, hence no ratings unless the tenant says that zero is
 * one.
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
        reading.leftOut?.(raw);
      }
      continue;
    }
    const mayMeanUnrated = channel.source === 'SELF' || (channel.source === 'COMBINED' && scores.length === 0);
    if (score === 0 && selfZero === 'unrated' && mayMeanUnrated) continue;
    scores.push({ channel, score });
  }
  return scores;
}
