import { describe, expect, it } from 'vitest';
import { CONSENSUS_POLICIES, type ConsensusPolicy } from './consensus.ts';
import type { RatingSource } from './rating.ts';
import { ratingsMeeting, type LevelCondition } from './skillLevel.ts';

const POLICY = CONSENSUS_POLICIES[0] as ConsensusPolicy;
const rating = (source: RatingSource, normalized: number | null) => ({
  source,
  normalized,
  integration: { name: 'hr' },
});
const RATINGS = [rating('SELF', 1), rating('MANAGER', 0.2), rating('MANAGER', 0.6), rating('PEER', null)];

const meet = (condition: Partial<LevelCondition>, policy = POLICY) =>
  ratingsMeeting(RATINGS, { minLevel: null, sources: null, levelOf: 'CONSENSUS', ...condition }, policy);

describe('a level', () => {
  it('is that of the ratings from the sources asked for', () => {
    expect(meet({ minLevel: 0.6 })).toEqual(RATINGS);
    expect(meet({ minLevel: 0.6, sources: ['MANAGER'] })).toBeNull();
    expect(meet({ minLevel: 0.4, sources: ['MANAGER'] })).toHaveLength(2);
    expect(meet({ minLevel: 1, sources: ['SELF'] })).toHaveLength(1);
  });

  it('can be that of any rating from these sources', () => {
    const levelOf = 'ANY_RATING';
    expect(meet({ minLevel: 0.6, sources: ['MANAGER'], levelOf })).toHaveLength(2);
    expect(meet({ minLevel: 0.7, sources: ['MANAGER'], levelOf })).toBeNull();
    expect(meet({ minLevel: 1, levelOf })).toEqual(RATINGS);
    // Weights are of a mean, not of one rating.
    expect(meet({ minLevel: 1, levelOf }, { ...POLICY, weights: [] })).toEqual(RATINGS);
  });

  it('is reached by no unrated skill, not even 0, and without one holding is enough', () => {
    expect(meet({ minLevel: 0, sources: ['PEER'] })).toBeNull();
    expect(meet({ minLevel: 0, sources: ['PEER'], levelOf: 'ANY_RATING' })).toBeNull();
    expect(meet({ sources: ['PEER'] })).toHaveLength(1);
    expect(meet({ sources: ['ASSESSMENT'] })).toBeNull();
  });
});
