import { Random } from '../../../src/simulator/random.ts';
import type { Holding } from '../../../src/simulator/workforce.ts';
import type { RawProfileSkill } from '../raw.ts';
import type { ImochaSwitches } from './switches.ts';
import type { Roles } from './jobRoles.ts';
import type { StoredEmployee } from './store.ts';
import { skillChangedAt, type Taxonomy } from './taxonomy.ts';

/** How often a channel has spoken, which is 1.7 channels a skill and none at all for one skill in twelve. */
const SHARES = { self: 0.75, manager: 0.4, assessment: 0.3, multiRater: 0.1, aiInference: 0.15 } as const;
type Channel = keyof typeof SHARES;

/** Weightages of the account by default (imocha.md#validation-weights), in percent. */
export const WEIGHTS: Readonly<Record<Channel, number>> = {
  self: 20,
  manager: 30,
  assessment: 30,
  multiRater: 10,
  aiInference: 10,
};

const CHANNELS = Object.keys(SHARES) as Channel[];

export interface ProfileSource {
  seed: string;
  taxonomy: Taxonomy;
  roles: Roles;
  switches: ImochaSwitches;
}

/**
 * A skill of a profile (imocha.md#skills-profiles). It depends on seed, employee and skill only, so it is made when
 * asked for instead of being kept: a hundred thousand people hold a million of them.
 */
export function profileSkill(
  source: ProfileSource,
  { recordKey, jobCode }: Pick<StoredEmployee, 'recordKey' | 'jobCode'>,
  holding: Holding,
): RawProfileSkill | null {
  const { seed, taxonomy, roles, switches } = source;
  const { skillIndex, level } = holding;
  const skillName = taxonomy.nameOf(skillIndex);
  if (skillName === undefined) return null;
  const random = new Random(`${seed} scores ${recordKey} ${skillIndex}`);
  const scores = scoresOf(random, level);
  const combined = combine(scores);
  const nothing = { zero: 0, null: null, mixed: random.chance(0.5) ? 0 : null }[switches.unrated];
  const role = roles.expectation(jobCode, skillIndex);
  const required = role?.required ?? 0;
  const changedAt = skillChangedAt(seed, recordKey, skillIndex);
  return {
    skill: {
      skillId: taxonomy.profileSkillId(skillIndex),
      skillName,
      taxonomySkillExternalId: taxonomy.externalIdOf(skillIndex),
      modifiedOn: zoneless(changedAt),
      skillClassification: taxonomy.classificationOf(skillIndex),
    },
    selfValidationScore: scores.self ?? nothing,
    iMochaValidationScore: scores.assessment,
    managerValidationScore: scores.manager,
    weightedProficiencyScore: combined ?? nothing,
    multiRaterValidationScore: scores.multiRater,
    weightedAIInferenceScore: scores.aiInference,
    experienceInMonths: random.chance(0.6) ? random.integer(1, 180) : null,
    aiInferredRatings:
      scores.aiInference === null
        ? []
        : [{ source: 'resume', rating: Math.round(scores.aiInference), inferredOn: zoneless(changedAt) }],
    isJobProfileSkill: role !== null,
    skillPriorirty: role?.priority ?? null,
    skillRequiredProficiency: required,
    skillGapInPercentage: gapOf(required, combined ?? 0),
  };
}

/** People give whole points, tests and models tenths. Nobody who rates gives 0, which may mean "not rated". */
function scoresOf(random: Random, level: number): Record<Channel, number | null> {
  const score = (channel: Channel): number | null => {
    const speaks = random.chance(SHARES[channel]);
    const value = Math.min(10, Math.max(0.5, level * 10 + random.next() * 3 - 1.5));
    if (!speaks) return null;
    return channel === 'self' || channel === 'manager' ? Math.max(1, Math.round(value)) : tenths(value);
  };
  return {
    self: score('self'),
    manager: score('manager'),
    assessment: score('assessment'),
    multiRater: score('multiRater'),
    aiInference: score('aiInference'),
  };
}

/** Weighted mean over the channels that have a score (imocha.md#validation-channels); null without any. */
function combine(scores: Record<Channel, number | null>): number | null {
  let sum = 0;
  let weights = 0;
  for (const channel of CHANNELS) {
    const score = scores[channel];
    if (score === null) continue;
    sum += score * WEIGHTS[channel];
    weights += WEIGHTS[channel];
  }
  return weights === 0 ? null : tenths(sum / weights);
}

/** The formula that fits the one public fixture (imocha.md#skills-profiles). */
export function gapOf(required: number, combined: number): number {
  return required === 0 ? 0 : Math.max(0, Math.round(((required - combined) / required) * 100));
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Without a zone and with as many fraction digits as it takes, 0 to 3 (imocha.md#identifiers-and-dates). */
function zoneless(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.?0*Z$/, '');
}
