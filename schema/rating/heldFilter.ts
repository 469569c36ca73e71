import { GraphQLError } from 'graphql';
import type { Directory } from '../../src/directory/directory.ts';
import type { Integration } from '../../src/integrations/integration.ts';
import type { ConsensusPolicy } from '../../src/domain/consensus.ts';
import type { EmployeeSkill } from '../../src/domain/employeeSkill.ts';
import { ratingsMeeting } from '../../src/domain/skillLevel.ts';
import { builder } from '../builder.ts';
import { conditionsOf, NO_NULLS } from '../conditions.ts';
import { requestError } from '../errors.ts';
import { SkillLookup } from '../lookups.ts';
import { UnknownValues, type UnknownValueShape } from '../unknownValues.ts';
import { LevelMeasureEnum } from './levelMeasure.ts';
import { RatingSourceEnum } from './rating.ts';

export const EmployeeSkillFilter = builder.inputType('EmployeeSkillFilter', {
  description: `Conditions on the skills of an employee, or the holders of a skill; all given ones must hold. ${NO_NULLS}`,
  fields: (t) => ({
    skills: t.field({
      type: [SkillLookup],
      description: 'One of these skills. One that is unknown matches nothing and is named in `unknown`.',
    }),
    integrations: t.stringList({
      description:
        'Held in one of these, by `Integration.name`. The others are not asked. One that is unknown matches nothing and is named in `unknown`.',
    }),
    sources: t.field({
      type: [RatingSourceEnum],
      description: 'Has a rating from one of these sources; `minLevel` considers only these ratings.',
    }),
    minLevel: t.float({
      description:
        'Least level, 0 to 1 as in `SkillRating.normalized`, reached by what `levelOf` says of the ratings considered.',
    }),
    levelOf: t.field({
      type: LevelMeasureEnum,
      description: 'What has to reach `minLevel`; the default consensus when left out.',
    }),
  }),
});

/** A level is refused with BAD_USER_INPUT where it is none. */
export function checkLevel(level: number | null | undefined, field: string): void {
  if (typeof level === 'number' && !(level >= 0 && level <= 1)) {
    throw requestError('BAD_USER_INPUT', `\`${field}\` must be a level from 0 to 1.`, field);
  }
}

type Lookups = NonNullable<(typeof EmployeeSkillFilter.$inferInput)['skills']>;

/** The ids of the skills that a filter names, and what names none. */
interface NamedSkills {
  ids: ReadonlySet<string>;
  unknown: readonly UnknownValueShape[];
}
type Wanted = NamedSkills | Error;

/** By the directory's skills of a moment, then by the list itself, which is one object for all employees of a page. */
const known = new WeakMap<Directory['skills'], WeakMap<Lookups, Wanted>>();

/** The skills that a filter names, looked up once and not for each employee; what is refused, too. */
function skillsWanted(lookups: Lookups, directory: Directory): NamedSkills {
  const view = directory.skills;
  let here = known.get(view);
  if (!here) known.set(view, (here = new WeakMap()));
  let wanted = here.get(lookups);
  if (!wanted) here.set(lookups, (wanted = lookedUp(lookups, directory)));
  if (wanted instanceof Error) throw wanted;
  return wanted;
}

function lookedUp(lookups: Lookups, directory: Directory): Wanted {
  try {
    const unknown = new UnknownValues(directory);
    const skills = lookups.map((lookup, index) => unknown.skill(lookup, `filter.skills.${index}`));
    return { ids: new Set(skills.flatMap((skill) => skill?.id ?? [])), unknown: unknown.all };
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

/** A filter whose names are looked up. */
export interface HeldChoice {
  meets(held: EmployeeSkill<Integration>, policy: ConsensusPolicy): boolean;
  /** The integrations to ask; null for all. */
  integrations: readonly string[] | null;
  /** Values of the filter that name nothing known. */
  unknown: readonly UnknownValueShape[];
}

/** Works a filter out; what it names is looked up at once, so that nothing is asked for a filter that is refused. */
export function heldChoiceOf(
  filter: typeof EmployeeSkillFilter.$inferInput | null | undefined,
  directory: Directory,
): HeldChoice {
  const { skills, sources = null, minLevel = null, levelOf = 'CONSENSUS', integrations: asked } = conditionsOf(filter);
  checkLevel(minLevel, 'filter.minLevel');
  const wanted = skills && skillsWanted(skills, directory);
  const condition = { sources, minLevel, levelOf };
  const named = new UnknownValues(directory);
  const integrations = named.integrations(asked);
  return {
    meets: ({ skill, ratings }, policy) =>
      (!wanted || wanted.ids.has(skill.id)) && ratingsMeeting(ratings, condition, policy) !== null,
    integrations,
    unknown: [...(wanted?.unknown ?? []), ...named.all],
  };
}
