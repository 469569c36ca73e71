import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CONSENSUS_POLICIES,
  CONSENSUS_POLICY_NAMES,
  consensusOf,
  providerWeights,
  reaches,
  type Claim,
  type ConsensusPolicy,
} from './consensus.ts';
import { RATING_SOURCES, type RatingSource } from './rating.ts';

const claim = (source: RatingSource, normalized: number | null, name = 'hr'): Claim => ({
  source,
  normalized,
  integration: { name },
});

const [balanced, managersFirst, evidence] = CONSENSUS_POLICIES as [ConsensusPolicy, ConsensusPolicy, ConsensusPolicy];

const anySource = fc.constantFrom(...RATING_SOURCES);
const anyIntegration = fc.constantFrom('hr', 'talent', 'projects');
const anyClaim = fc
  .tuple(anySource, fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }), anyIntegration)
  .map(([source, normalized, name]) => claim(source, normalized, name));
const anyClaims = fc.array(anyClaim, { maxLength: 12 });
const anyWeight = fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e3, noNaN: true }));
const anyPolicy: fc.Arbitrary<ConsensusPolicy> = fc.oneof(
  fc.constantFrom(...CONSENSUS_POLICIES),
  fc
    .array(fc.record({ source: anySource, integration: fc.option(anyIntegration, { nil: null }), weight: anyWeight }), {
      maxLength: 12,
    })
    .map((weights) => ({ name: 'any', description: null, weights })),
);

describe('a consensus', () => {
  it('lies between the least and the greatest of its contributions', () => {
    fc.assert(
      fc.property(anyClaims, anyPolicy, (claims, policy) => {
        const consensus = consensusOf(claims, policy);
        if (!consensus) return;
        const levels = consensus.contributions.map(({ rating }) => rating.normalized ?? Number.NaN);
        expect(consensus.normalized).toBeGreaterThanOrEqual(Math.min(...levels));
        expect(consensus.normalized).toBeLessThanOrEqual(Math.max(...levels));
      }),
    );
  });

  it('has shares that add up to 1, the largest first, each its part of the weights', () => {
    fc.assert(
      fc.property(anyClaims, anyPolicy, (claims, policy) => {
        const contributions = consensusOf(claims, policy)?.contributions;
        if (!contributions) return;
        const shares = contributions.map(({ share }) => share);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        expect(shares).toEqual(shares.toSorted((a, b) => b - a));
        const total = contributions.reduce((sum, { weight }) => sum + weight, 0);
        for (const { weight, share } of contributions) {
          expect(weight).toBeGreaterThan(0);
          expect(share).toBeCloseTo(weight / total, 9);
        }
      }),
    );
  });

  it('is the sum of shares times levels', () => {
    fc.assert(
      fc.property(anyClaims, anyPolicy, (claims, policy) => {
        const consensus = consensusOf(claims, policy);
        if (!consensus) return;
        const sum = consensus.contributions.reduce((at, { rating, share }) => at + share * (rating.normalized ?? 0), 0);
        expect(consensus.normalized).toBeCloseTo(sum, 9);
      }),
    );
  });

  it('does not depend on the order of rows', () => {
    const shuffled = anyClaims.chain((claims) =>
      fc.tuple(fc.constant(claims), fc.shuffledSubarray(claims, { minLength: claims.length })),
    );
    fc.assert(
      fc.property(shuffled, anyPolicy, ([claims, other], policy) => {
        expect(consensusOf(other, policy)).toEqual(consensusOf(claims, policy));
      }),
    );
  });

  it('is not changed by rows without a value, nor by a blend beside its parts', () => {
    fc.assert(
      fc.property(anyClaims, anyPolicy, fc.double({ min: 0, max: 1, noNaN: true }), (claims, policy, level) => {
        const bare = claims.map(({ source, integration }) => claim(source, null, integration.name));
        const names = new Set(
          claims
            .filter(({ source, normalized }) => source !== 'COMBINED' && normalized !== null)
            .map(({ integration }) => integration.name),
        );
        const blends = [...names].map((name) => claim('COMBINED', level, name));
        expect(consensusOf([...claims, ...bare, ...blends], policy)).toEqual(consensusOf(claims, policy));
      }),
    );
  });

  it('is null exactly when nothing counts', () => {
    fc.assert(
      fc.property(anyClaims, (claims) => {
        expect(consensusOf(claims, balanced) === null).toBe(claims.every(({ normalized }) => normalized === null));
      }),
    );
    expect(consensusOf([], balanced)).toBeNull();
    const silent: ConsensusPolicy = { name: 'silent', description: null, weights: [] };
    expect(consensusOf([claim('SELF', 0.5)], silent)).toBeNull();
    const zero: ConsensusPolicy = { ...silent, weights: [{ source: 'SELF', integration: null, weight: 0 }] };
    expect(consensusOf([claim('SELF', 0.5)], zero)).toBeNull();
  });

  it('counts a blend where its integration shows nothing else', () => {
    const blend = claim('COMBINED', 0.8, 'talent');
    expect(consensusOf([blend, claim('SELF', null, 'talent'), claim('SELF', 0.4, 'hr')], balanced)).toMatchObject({
      normalized: 0.6000000000000001,
      contributions: [
        { rating: { integration: { name: 'hr' } }, share: 0.5 },
        { rating: blend, share: 0.5 },
      ],
    });
    expect(consensusOf([blend, claim('SELF', 0.4, 'talent')], balanced)?.normalized).toBe(0.4);
  });

  it('does not take a blend in for parts that the policy leaves out', () => {
    const assessed: ConsensusPolicy = {
      name: 'assessed',
      description: null,
      weights: (['ASSESSMENT', 'COMBINED'] as const).map((source) => ({ source, integration: null, weight: 1 })),
    };
    expect(consensusOf([claim('COMBINED', 1), claim('SELF', 1)], assessed)).toBeNull();
  });

  it('prefers the weight of the integration itself', () => {
    const policy: ConsensusPolicy = {
      name: 'own',
      description: null,
      weights: [
        { source: 'SELF', integration: 'hr', weight: 3 },
        { source: 'SELF', integration: null, weight: 1 },
      ],
    };
    const rated = [claim('SELF', 1, 'hr'), claim('SELF', 0, 'talent')];
    for (const weights of [policy.weights, policy.weights.toReversed()]) {
      expect(consensusOf(rated, { ...policy, weights })?.normalized).toBe(0.75);
    }
  });

  it('reaches the level it has, whatever binary fractions make of it', () => {
    const consensus = consensusOf([claim('SELF', 0.1 + 0.2)], balanced);
    expect([0.3, 0.30000000000000004, 0.31].map((level) => reaches(consensus, level))).toEqual([true, true, false]);
    expect(reaches(consensusOf([claim('SELF', 0.7 * 0.1)], balanced), 0.07)).toBe(true);
    expect(reaches(null, 0)).toBe(false);
  });
});

describe('the policies', () => {
  const rated = [claim('SELF', 1), claim('MANAGER', 0), claim('INFERRED', 1, 'talent')];

  it('say who counts how much', () => {
    expect(consensusOf(rated, balanced)?.normalized).toBeCloseTo(2 / 3, 12);
    expect(consensusOf(rated, managersFirst)?.normalized).toBeCloseTo(1.5 / 5.5, 12);
    expect(consensusOf(rated, evidence)?.normalized).toBeCloseTo(1 / 5, 12);
  });

  it('are known by different names and give every source a weight', () => {
    expect(CONSENSUS_POLICY_NAMES).toEqual(['balanced', 'managers-first', 'evidence', 'provider-weights']);
    for (const { weights, description } of CONSENSUS_POLICIES) {
      expect(weights.map(({ source }) => source)).toEqual(RATING_SOURCES);
      expect(description).not.toBe('');
    }
  });

  it('weigh as a provider does, its own ratings only and none above those of others', () => {
    const policy = providerWeights([
      {
        integration: 'talent',
        weights: [
          { source: 'SELF', weight: 20 },
          { source: 'ASSESSMENT', weight: 60 },
        ],
      },
    ]);
    expect(policy.weights.slice(0, 2)).toEqual([
      { source: 'SELF', integration: 'talent', weight: 0.5 },
      { source: 'ASSESSMENT', integration: 'talent', weight: 1.5 },
    ]);
    const at = (...claims: Claim[]) => consensusOf(claims, policy)?.normalized;
    expect(at(claim('SELF', 0, 'talent'), claim('ASSESSMENT', 1, 'talent'))).toBe(0.75);
    expect(at(claim('SELF', 0, 'hr'), claim('ASSESSMENT', 1, 'hr'))).toBe(0.5);
  });

  it('weigh equally where a provider says nothing usable', () => {
    const unusable = [
      { source: 'SELF' as const, weight: 0 },
      { source: 'MANAGER' as const, weight: Number.NaN },
    ];
    expect(providerWeights([{ integration: 'talent', weights: unusable }]).weights).toEqual(balanced.weights);
  });
});
