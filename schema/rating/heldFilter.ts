import type { Directory } from '../../src/directory/directory.ts';
import type { Integration } from '../../src/directory/integration.ts';
import { consensusOf, reaches, type ConsensusPolicy } from '../../src/domain/consensus.ts';
import type { EmployeeSkill } from '../../src/domain/held.ts';
import { builder } from '../builder.ts';
import { requestError } from '../errors.ts';
import { knownSkill, SkillLookup } from '../lookups.ts';
import { RatingSourceEnum } from './rating.ts';

export const EmployeeSkillFilter = builder.inputType('EmployeeSkillFilter', {
  description: 'Conditions on the skills of an employee, or the holders of a skill; all given ones must hold.',
  fields: (t) => ({
    skills: t.field({ type: [SkillLookup], description: 'One of these skills.' }),
    integrations: t.stringList({
      description: 'Held in one of these, by `Integration.name`. The others are not asked.',
    }),
    sources: t.field({ type: [RatingSourceEnum], description: 'Has a rating from one of these sources.' }),
    minLevel: t.float({
      description: 'Least level, 0 to 1 as in `SkillRating.normalized`, reached by the default consensus.',
    }),
  }),
});

/** A level is refused with BAD_USER_INPUT where it is none. */
export function checkLevel(level: number | null | undefined, field: string): void {
  if (typeof level === 'number' && !(level >= 0 && level <= 1)) {
    throw requestError('BAD_USER_INPUT', `\`${field}\` must be a level from 0 to 1.`, field);
  }
}

/** The test that a filter is; what it names is looked up at once, so that nothing is asked for a filter that is refused. */
export function heldTest(
  filter: typeof EmployeeSkillFilter.$inferInput | null | undefined,
  directory: Directory,
): (held: EmployeeSkill<Integration>, policy: ConsensusPolicy) => boolean {
  const { skills, sources, minLevel } = filter ?? {};
  checkLevel(minLevel, 'filter.minLevel');
  const wanted = skills && new Set(skills.map((lookup) => knownSkill(directory, lookup, 'filter.skills').id));
  return ({ skill, ratings }, policy) =>
    (!wanted || wanted.has(skill.id)) &&
    (!sources || ratings.some((rating) => sources.includes(rating.source))) &&
    (typeof minLevel !== 'number' || reaches(consensusOf(ratings, policy), minLevel));
}
