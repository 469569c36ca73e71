import type { SkillWrite, WriteResult } from '../../../src/domain/ports.ts';
import type { SkillRow } from '../../../src/domain/records.ts';
import type { Settling } from './bulk.ts';
import { OWN_SERVICE, type SkillThere } from '../mappers/mappers.ts';
import type { RawSkillChange } from '../raw.ts';

/** One item of a batch of skills with what it comes to here. */
export interface WantedSkill extends Settling<SkillRow> {
  write: SkillWrite;
  /** Of the category in the write; null when it names none. */
  categoryId: string | null;
}

/**
 * What is sent to create a skill. `max_level` is required (kantata.md#skills); where nobody says, 5: on such a skill
 * people may be rated and need not, while on the other they cannot.
 */
export function newSkill({ write, categoryId }: WantedSkill): RawSkillChange {
  return {
    name: write.name.trim(),
    max_level: maxLevelOf(write.rated ?? true),
    ...(categoryId === null ? {} : { skill_category_id: Number(categoryId) }),
    ...(write.description === undefined ? {} : { description: write.description }),
    external_reference: referenceTo(write),
  };
}

/** What is sent to make a skill as wanted: nothing of what it is already. */
export function skillChange({ write, categoryId }: WantedSkill, there: SkillThere): RawSkillChange {
  const name = write.name.trim();
  const { description, rated } = write;
  return {
    ...(name === there.row.name ? {} : { name }),
    ...(rated === undefined || maxLevelOf(rated) === String(there.maxLevel) ? {} : { max_level: maxLevelOf(rated) }),
    ...(categoryId === null || categoryId === there.categoryId ? {} : { skill_category_id: Number(categoryId) }),
    ...(description === undefined || description.trim() === (there.row.description ?? '') ? {} : { description }),
    ...(there.externalId === write.externalId ? {} : { external_reference: referenceTo(write) }),
  };
}

export function isAsWanted(wanted: WantedSkill, there: SkillThere): boolean {
  return Object.keys(skillChange(wanted, there)).length === 0;
}

/** The result for a skill that the provider shows after a write. */
export function shownSkill(wanted: WantedSkill, there: SkillThere): WriteResult<SkillRow> {
  const { row } = there;
  const warnings = isAsWanted(wanted, there) ? [] : ['The provider stored something else than was sent.'];
  return { state: 'done', row, remoteId: row.remoteId, warnings };
}

function maxLevelOf(rated: boolean): string {
  return rated ? '5' : '1';
}

/**
 * The caller's id goes out as a reference of our own, by which the skill is found again
 * (kantata.md#external-references).
 */
function referenceTo({ externalId }: SkillWrite): NonNullable<RawSkillChange['external_reference']> {
  return { service_name: OWN_SERVICE, service_model: 'Skill', service_model_ref: externalId };
}
