/** Roles as rows of the domain. The shapes are assumed (sheet 9, 11.1): every field but the ids is optional. Pure. */
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

/** A job profile of the list (9.1), which stands without skills that cannot be read, or the one with its skills (9.2). */
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

/** A skill that a role expects (9.2, 11.1). */
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

/** Nothing is required where it is 0 (6.2). */
function valueOf(required: number | null, { scale }: TenantSettings): RatingValue | null {
  return required === null || required === 0 ? null : { kind: 'number', value: required, scale };
}

/** Named as on a profile, so that it joins as ratings do; by the taxonomy's own id where there is no other (4.5). */
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
 * What the role expects of the skills on a profile (6.2). A required proficiency and the mark of the role come apart in
 * the one public sample, so either makes a skill an expected one.
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

/** A suggested role (11.1); the percentage of the match becomes a share. */
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
