import type { Skill } from '../../src/domain/entities.ts';
import { MAX_SKILLS_ASKED } from '../../src/domain/experts.ts';
import type { LevelCondition } from '../../src/domain/skillLevel.ts';
import { builder } from '../builder.ts';
import { requestError } from '../errors.ts';
import { SkillLookup } from '../lookups.ts';
import type { UnknownValues } from '../unknownValues.ts';
import { checkLevel } from '../rating/heldFilter.ts';
import { LevelMeasureEnum } from '../rating/levelMeasure.ts';
import { RatingSourceEnum } from '../rating/rating.ts';

export const SkillRequirement = builder.inputType('SkillRequirement', {
  description: 'What an expert must hold in one skill.',
  fields: (t) => ({
    skill: t.field({ type: SkillLookup, required: true, description: 'The skill.' }),
    minLevel: t.float({
      description:
        'Least level, 0 to 1 as in `SkillRating.normalized`, reached by what `levelOf` says of the ratings considered. Null: holding is enough.',
    }),
    levelOf: t.field({
      type: LevelMeasureEnum,
      description: 'What has to reach `minLevel`; the default consensus when null.',
    }),
    sources: t.field({
      type: [RatingSourceEnum],
      description: 'Only ratings from these sources are considered; all when null.',
    }),
  }),
});

/**
 * Requirements, checked and looked up, `skill` null where it is not known; refused with BAD_USER_INPUT and the position of the
 * one that is wrong.
 */
export function requirementsOf(
  given: readonly (typeof SkillRequirement.$inferInput)[],
  unknown: UnknownValues,
): (LevelCondition & { skill: Skill | null })[] {
  if (given.length < 1 || given.length > MAX_SKILLS_ASKED) {
    throw requestError('BAD_USER_INPUT', `\`skills\` takes 1 to ${MAX_SKILLS_ASKED} skills.`, 'skills');
  }
  const seen = new Set<string>();
  return given.map(({ skill: lookup, minLevel = null, sources = null, levelOf }, index) => {
    const at = `skills.${index}`;
    const skill = unknown.skill(lookup, `${at}.skill`);
    if (skill && seen.has(skill.id)) {
      throw requestError('BAD_USER_INPUT', `\`${at}.skill\` is asked for twice.`, `${at}.skill`);
    }
    if (skill) seen.add(skill.id);
    checkLevel(minLevel, `${at}.minLevel`);
    if (sources?.length === 0) {
      throw requestError('BAD_USER_INPUT', `\`${at}.sources\` names no source.`, `${at}.sources`);
    }
    return { skill, minLevel, sources, levelOf: levelOf ?? 'CONSENSUS' };
  });
}
