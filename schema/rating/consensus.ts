import type { Integration } from '../../src/integrations/integration.ts';
import {
  consensusOf,
  type Consensus as ConsensusShape,
  type ConsensusPolicy as PolicyShape,
  type Contribution,
  type SourceWeight as WeightShape,
} from '../../src/domain/consensus.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { costs } from '../cost.ts';
import { requestError } from '../errors.ts';
import { IntegrationRef } from '../integration/integration.ts';
import { EmployeeSkill } from './employeeSkills.ts';
import { RatingSourceEnum, SkillRating, type RatingShape } from './rating.ts';

const SourceWeight = builder.objectRef<WeightShape>('SourceWeight');
SourceWeight.implement({
  extensions: needs('ratings:read'),
  description: "The weight of a source's ratings.",
  fields: (t) => ({
    source: t.expose('source', { type: RatingSourceEnum, description: 'The source.' }),
    integration: t.field({
      type: IntegrationRef,
      nullable: true,
      description: 'The integration it is for; null when for all that have no weight of their own.',
      resolve: ({ integration }, _, { directory }): Integration | null =>
        integration === null ? null : directory.integration(integration),
    }),
    weight: t.exposeFloat('weight', { description: 'The weight, 0 or more. Only ratios matter.' }),
  }),
});

const ConsensusPolicy = builder.objectRef<PolicyShape>('ConsensusPolicy');
ConsensusPolicy.implement({
  extensions: needs('ratings:read'),
  description: 'A named way to blend: the mean of normalised ratings, weighted by source.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The name, unique in the tenant.' }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'When to use it; null when the operator gave no description.',
    }),
    weights: t.field({
      type: [SourceWeight],
      description: 'The weights. A source without one does not count.',
      resolve: ({ weights }) => weights as WeightShape[],
    }),
  }),
});

const ConsensusContribution = builder.objectRef<Contribution<RatingShape>>('ConsensusContribution');
ConsensusContribution.implement({
  extensions: needs('ratings:read'),
  description: "One rating's part in a consensus.",
  fields: (t) => ({
    rating: t.expose('rating', { type: SkillRating, description: 'The rating.' }),
    weight: t.exposeFloat('weight', { description: 'Its weight under the policy, above 0.' }),
    share: t.exposeFloat('share', {
      description: "Its weight's part of all weights, 0 to 1. The shares add up to 1.",
    }),
  }),
});

const Consensus = builder.objectRef<ConsensusShape<RatingShape>>('Consensus');
Consensus.implement({
  extensions: needs('ratings:read'),
  description:
    'Ratings blended into one number, with the reckoning; rows without a normalised value are left out, and COMBINED rows wherever one of their parts is there. The rows beside it remain what providers said.',
  fields: (t) => ({
    normalized: t.exposeFloat('normalized', { description: 'The blend, 0 to 1 as in `SkillRating.normalized`.' }),
    policy: t.expose('policy', { type: ConsensusPolicy, description: 'The policy that blended.' }),
    contributions: t.field({
      type: [ConsensusContribution],
      extensions: costs({ size: 3 }),
      description: 'What went in, the largest share first.',
      resolve: ({ contributions }) => contributions as Contribution<RatingShape>[],
    }),
  }),
});

function blend(ratings: readonly RatingShape[], policy: PolicyShape | null): ConsensusShape<RatingShape> | null {
  if (!policy) throw requestError('BAD_USER_INPUT', '`policy` names no consensus policy that is known.', 'policy');
  return consensusOf(ratings, policy);
}

builder.objectField(EmployeeSkill, 'consensus', (t) =>
  t.field({
    type: Consensus,
    nullable: true,
    description:
      'The ratings blended into one number; null when no rating has a normalised value that the policy counts.',
    args: {
      policy: t.arg.string({
        description: '`ConsensusPolicy.name`; the default when null. An unknown name is refused with BAD_USER_INPUT.',
      }),
    },
    resolve: ({ ratings }, { policy }, { loaders }) => {
      const found = loaders.policies.find(policy ?? null);
      // A page has thousands of them: a promise is made only where weights have to be read.
      return found instanceof Promise ? found.then((read) => blend(ratings, read)) : blend(ratings, found);
    },
  }),
);

builder.queryField('consensusPolicies', (t) =>
  t.field({
    type: [ConsensusPolicy],
    description: 'The ways ratings can be blended into a consensus, the default first.',
    resolve: (_, __, { loaders }) => loaders.policies.all(),
  }),
);
