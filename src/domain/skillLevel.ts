/**
 * Whether the ratings of one person's skill meet a condition, with one meaning for experts, holders and held skills.
 * Pure.
 */
import { consensusOf, reaches, type Claim, type ConsensusPolicy } from './consensus.ts';
import type { RatingSource } from './rating.ts';

/** What has to reach a level: the consensus of the ratings considered, or any one of them, whatever its weight. */
export const LEVEL_MEASURES = ['CONSENSUS', 'ANY_RATING'] as const;
export type LevelMeasure = (typeof LEVEL_MEASURES)[number];

export interface LevelCondition {
  /** 0 to 1; null: holding is enough. */
  minLevel: number | null;
  /** Only these ratings are considered; null: all. */
  sources: readonly RatingSource[] | null;
  /** What reaches `minLevel`. */
  levelOf: LevelMeasure;
}

/** The ratings that a condition considers, if there are any and they meet it; null otherwise. */
export function ratingsMeeting<Rating extends Claim>(
  ratings: readonly Rating[],
  { minLevel, sources, levelOf }: LevelCondition,
  policy: ConsensusPolicy,
): readonly Rating[] | null {
  const considered = sources ? ratings.filter(({ source }) => sources.includes(source)) : ratings;
  if (considered.length === 0) return null;
  if (minLevel === null) return considered;
  const isReached =
    levelOf === 'ANY_RATING'
      ? considered.some((rating) => reaches(rating, minLevel))
      : reaches(consensusOf(considered, policy), minLevel);
  return isReached ? considered : null;
}
