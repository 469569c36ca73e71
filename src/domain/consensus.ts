/** Blending ratings into one number that explains itself. Pure. */
import { RATING_SOURCES, type RatingSource } from './rating.ts';

/** The weight of a source's ratings. */
export interface SourceWeight {
  source: RatingSource;
  /** The name of the integration it is for; null when for all that have no weight of their own. */
  integration: string | null;
  /** 0 or more; only ratios matter. */
  weight: number;
}

/**
 * A named way to blend: the mean of normalised ratings, weighted by source. A source without a weight does not count.
 */
export interface ConsensusPolicy {
  name: string;
  description: string | null;
  weights: readonly SourceWeight[];
}

/** What blending needs to know of a rating. */
export interface Claim {
  readonly source: RatingSource;
  readonly normalized: number | null;
  readonly integration: { readonly name: string };
}

/** One rating's part in a consensus. */
export interface Contribution<Rating extends Claim> {
  rating: Rating;
  weight: number;
  /** Its weight's part of all weights; the shares add up to 1. */
  share: number;
}

export interface Consensus<Rating extends Claim> {
  /** 0 to 1. */
  normalized: number;
  policy: ConsensusPolicy;
  /** The largest share first. */
  contributions: readonly Contribution<Rating>[];
}

/** The tolerance for comparing levels: shares of a scale are seldom exact in binary. */
const EPSILON = 1e-9;

/** A weight for every source, so that every rating counts; sources that are not given weigh 1. */
function weights(given: Partial<Record<RatingSource, number>>): SourceWeight[] {
  return RATING_SOURCES.map((source) => ({ source, integration: null, weight: given[source] ?? 1 }));
}

const BALANCED: ConsensusPolicy = {
  name: 'balanced',
  description: 'Every rating counts the same, whoever gave it.',
  weights: weights({}),
};

/** The policies that are always there, the default first. */
export const CONSENSUS_POLICIES: readonly ConsensusPolicy[] = [
  BALANCED,
  {
    name: 'managers-first',
    description: "The manager's word counts four times, a test or colleagues twice.",
    weights: weights({ MANAGER: 4, ASSESSMENT: 2, PEER: 2, INFERRED: 0.5 }),
  },
  {
    name: 'evidence',
    description: 'Tests and managers count four times, colleagues twice; what people or models merely claim, half.',
    weights: weights({ ASSESSMENT: 4, MANAGER: 4, PEER: 2, SELF: 0.5, INFERRED: 0.5 }),
  },
];

/** The policy that takes its weights from the integrations which offer some. */
export const PROVIDER_WEIGHTS = 'provider-weights';

/** Every name that a policy can have. */
export const CONSENSUS_POLICY_NAMES: readonly string[] = [
  ...CONSENSUS_POLICIES.map(({ name }) => name),
  PROVIDER_WEIGHTS,
];

/**
 * The policy that weighs an integration's ratings as the integration itself does, and all others equally. An
 * integration's weights are brought to a mean of 1, so that one which counts in per cent does not drown the others.
 */
export function providerWeights(
  given: readonly { integration: string; weights: readonly Omit<SourceWeight, 'integration'>[] }[],
): ConsensusPolicy {
  const own = given.flatMap(({ integration, weights: offered }) => {
    const usable = offered.filter(({ weight }) => Number.isFinite(weight) && weight >= 0);
    const sum = usable.reduce((total, { weight }) => total + weight, 0);
    // Weights that are all 0 would exclude the integration: it then counts as having none.
    if (sum <= 0) return [];
    return usable.map(({ source, weight }) => ({ source, integration, weight: (weight * usable.length) / sum }));
  });
  return {
    name: PROVIDER_WEIGHTS,
    description:
      'As the systems themselves weigh their sources, where they say so; every other rating counts the same.',
    weights: [...own, ...BALANCED.weights],
  };
}

/**
 * Weighted mean of the normalised ratings of one person's skill. Ratings without a normalised value are left out, and a
 * COMBINED one wherever its integration shows another rating that has one: it would count its parts twice. Null when
 * nothing counts.
 */
export function consensusOf<Rating extends Claim>(
  ratings: readonly Rating[],
  policy: ConsensusPolicy,
): Consensus<Rating> | null {
  const counted: { rating: Rating; weight: number; level: number }[] = [];
  for (const rating of ratings) {
    const level = rating.normalized;
    if (level === null || (rating.source === 'COMBINED' && hasPart(ratings, rating.integration.name))) continue;
    const weight = weightOf(rating, policy);
    if (weight > 0) counted.push({ rating, weight, level });
  }
  if (counted.length === 0) return null;
  // The sum of fractions depends on their order; the order of rows must not decide the last digit.
  counted.sort(
    (a, b) =>
      b.weight - a.weight ||
      compare(a.rating.integration.name, b.rating.integration.name) ||
      compare(a.rating.source, b.rating.source) ||
      a.level - b.level,
  );
  const total = counted.reduce((sum, { weight }) => sum + weight, 0);
  const mean = counted.reduce((sum, { weight, level }) => sum + weight * level, 0) / total;
  const levels = counted.map(({ level }) => level);
  return {
    // Rounding may carry the mean of equal levels a hair beyond them.
    normalized: Math.min(Math.max(...levels), Math.max(Math.min(...levels), mean)),
    policy,
    contributions: counted.map(({ rating, weight }) => ({ rating, weight, share: weight / total })),
  };
}

/** Whether a consensus, or a rating, reaches a level, 0 to 1; nothing reaches one without ratings that count. */
export function reaches(value: { readonly normalized: number | null } | null, level: number): boolean {
  const normalized = value?.normalized ?? null;
  return normalized !== null && normalized >= level - EPSILON;
}

function hasPart(ratings: readonly Claim[], integration: string): boolean {
  return ratings.some(
    (other) => other.source !== 'COMBINED' && other.integration.name === integration && other.normalized !== null,
  );
}

function weightOf({ source, integration }: Claim, policy: ConsensusPolicy): number {
  let general = 0;
  for (const entry of policy.weights) {
    if (entry.source !== source) continue;
    if (entry.integration === integration.name) return entry.weight;
    if (entry.integration === null) general = entry.weight;
  }
  return general;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
