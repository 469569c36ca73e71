/**
 * Roles as rows of the domain. The shapes are assumed (imocha.md#job-profiles, imocha.md#career-paths): every field but
 * the ids is optional. Pure.
 */
import type { CareerPathRow, ExpectedSkillRow, JobProfileRow } from '../../../src/domain/roles.ts';
import type { RatingValue } from '../../../src/domain/rating.ts';
import {
  isObject,
  optionalId,
  optionalNumber,
  optionalText,
  readRows,
  readRowsOrNull,
  requiredObject,
  type Json,
  type RowsContext,
} from '../../../src/outbound/payload/payload.ts';
import { categoryOf } from './mappers.ts';
import { toSkillFacts, type Reading } from './ratings.ts';
import type { TenantSettings } from '../settings.ts';
import { joinKeys, requiredKey, roleKeys } from './vendorKeys.ts';

const KIND = 'job profile';

/**
 * A job profile of the list (imocha.md#job-profiles), which stands without skills that cannot be read, or the one with
 * its skills (imocha.md#job-profiles).
 */
export function toJobProfile(
  raw: Json,
  settings: TenantSettings,
  reading: Reading,
  readSkills: typeof readRowsOrNull = readRowsOrNull,
): JobProfileRow {
  const remoteId = requiredKey(raw, 'jobProfileId');
  const jobCodes = Array.isArray(raw['jobCodes']) ? raw['jobCodes'].map(optionalText) : [];
  return {
    remoteId,
    name: optionalText(raw['jobProfileName']) ?? optionalText(named(raw['jobRole'])),
    kindLabel: KIND,
    description: optionalText(raw['description']),
    aliases: roleKeys(remoteId, jobCodes),
    expectedSkills: toExpectedSkills(raw['skills'], settings, { ...reading, path: 'skills' }, readSkills),
  };
}

function named(value: unknown): unknown {
  return isObject(value) ? value['name'] : undefined;
}

/** Null where there is no list, or none that can be read. */
function toExpectedSkills(
  skills: unknown,
  settings: TenantSettings,
  context: RowsContext,
  readSkills = readRowsOrNull,
): readonly ExpectedSkillRow[] | null {
  if (!Array.isArray(skills)) return null;
  return readSkills(skills, (raw) => toExpectedSkill(raw, settings), context);
}

/** A skill that a role expects (imocha.md#job-profiles, imocha.md#career-paths). */
export function toExpectedSkill(raw: Json, settings: TenantSettings): ExpectedSkillRow {
  const required = optionalNumber(raw['skillRequiredProficiency'] ?? raw['requiredProficiency'] ?? raw['proficiency']);
  const priority = raw['skillPriority'] ?? raw['skillPriorirty'];
  return {
    ...toMention(requiredObject(raw['skill'], 'skill'), settings),
    value: valueOf(required, settings),
    // A word or a number.
    priorityLabel: optionalText(priority) ?? optionalNumber(priority)?.toString() ?? null,
    reportedPercent: optionalNumber(raw['skillGapInPercentage']),
  };
}

/** Nothing is required where it is 0 (imocha.md#skills-profiles). */
function valueOf(required: number | null, { scale }: TenantSettings): RatingValue | null {
  return required === null || required === 0 ? null : { kind: 'number', value: required, scale };
}

/**
 * Named as on a profile, so that it joins as ratings do; by the taxonomy's own id where there is no other
 * (imocha.md#skill-id-spaces).
 */
function toMention(skill: Json, settings: TenantSettings) {
  const profileId = optionalId(skill['skillId']);
  const taxonomyId = optionalId(skill['taxonomySkillId']);
  if ((profileId === null || profileId === '0') && taxonomyId !== null && taxonomyId !== '0') {
    const skillName = optionalText(skill['skillName']);
    const category = categoryOf(skill['skillClassification']);
    return {
      skillId: taxonomyId,
      skillKeys: joinKeys(skill['taxonomySkillExternalId'], null, [skillName], settings),
      skillName,
      skillScale: settings.scale,
      skillClassification: category === null ? null : { domain: null, subdomain: null, cluster: null, category },
    };
  }
  const { skillId, skillKeys, skillName, skillClassification } = toSkillFacts(skill, settings);
  return { skillId, skillKeys, skillName, skillScale: settings.scale, skillClassification };
}

/**
 * What the role expects of the skills on a profile (imocha.md#skills-profiles). A required proficiency and the mark of
 * the role come apart in the one public sample, so either makes a skill an expected one.
 */
export function toExpectations(profile: Json, settings: TenantSettings, reading: Reading): ExpectedSkillRow[] {
  const skills = Array.isArray(profile['skills']) ? profile['skills'].filter(isExpected) : [];
  return readRows(skills, (raw) => toExpectedSkill(raw, settings), { ...reading, path: 'skills' });
}

function isExpected(raw: unknown): boolean {
  return (
    isObject(raw) && (raw['isJobProfileSkill'] === true || (optionalNumber(raw['skillRequiredProficiency']) ?? 0) > 0)
  );
}

/** A suggested role (imocha.md#career-paths); the percentage of the match becomes a share. */
export function toCareerPath(raw: Json, settings: TenantSettings, reading: Reading): CareerPathRow {
  const profile = requiredObject(raw['jobProfile'], 'jobProfile');
  const percent = optionalNumber(raw['matchPercentage']);
  return {
    jobProfile: toJobProfile(profile, settings, reading),
    kindLabel: optionalText(raw['pathType']) ?? 'career path',
    match: percent === null ? null : Math.min(1, Math.max(0, percent / 100)),
    expectedSkills: toExpectedSkills(raw['skills'], settings, { ...reading, path: 'careerPaths.*.skills' }),
  };
}
