import { createHash } from 'node:crypto';
import type { Integration } from '../../src/integrations/integration.ts';
import { rankExperts, rankPosition, type Expert } from '../../src/domain/experts.ts';
import { pageOf } from '../../src/domain/paging.ts';
import { combined } from '../../src/loaders/sources.ts';
import { builder } from '../builder.ts';
import { ALL_HOLDERS, costs } from '../cost.ts';
import { cursorsOf, pageArgs, SourcedConnection } from '../connection.ts';
import { EmployeeFilterInput, prepareFilter } from '../employee/filter.ts';
import { ExpertConnection } from './expert.ts';
import { directorySources } from '../integration/integration.ts';
import { UnknownValues } from '../unknownValues.ts';
import { requirementsOf, SkillRequirement } from './requirement.ts';

/** Names the list that a question makes: scores of another question are no positions in it. */
function listOf(skills: readonly (typeof SkillRequirement.$inferInput)[]): string {
  const question = createHash('sha256').update(JSON.stringify(skills)).digest('base64url');
  return `experts ${question.slice(0, 12)}`;
}

builder.queryField('experts', (t) =>
  t.field({
    type: ExpertConnection,
    extensions: costs({ asks: ALL_HOLDERS, by: ['skills'] }),
    // What is refused here leaves the other fields of the request standing.
    nullable: true,
    description: 'Employees who hold every one of these skills, the strongest consensus first, with the evidence.',
    args: {
      skills: t.arg({
        type: [SkillRequirement],
        required: true,
        description: 'What each must hold, 1 to 10 different skills.',
      }),
      first: t.arg.int({ defaultValue: 25, description: 'How many, 1 to 100.' }),
      after: t.arg.string({ description: 'Only what follows this cursor.' }),
      filter: t.arg({ type: EmployeeFilterInput, description: 'Only among these employees.' }),
    },
    resolve: async (_, { skills, filter, ...args }, { directory, loaders, viewer }) => {
      const list = listOf(skills);
      const asked = pageArgs(args, { list, usual: 25, most: 100 });
      const named = new UnknownValues(directory);
      const all = requirementsOf(skills, named);
      const requirements = all.flatMap(({ skill, ...requirement }) => (skill ? [{ skill, ...requirement }] : []));
      const prepared = prepareFilter(filter, { directory, loaders, viewer });
      const unknown = [...named.all, ...prepared.unknown];
      // An employee cannot hold a skill that is unknown: no provider is asked.
      if (requirements.length < all.length) {
        const sources = directorySources(directory, 'READ_SKILLS');
        const nobody = pageOf<Expert<Integration>>([], rankPosition, asked, 'DESC');
        return new SourcedConnection(nobody, 0, cursorsOf(list, rankPosition), sources, unknown);
      }
      const [policy, choice, ...answers] = await Promise.all([
        loaders.policies.usual(),
        prepared.choose(),
        ...requirements.map(({ skill }) => loaders.holdersOfSkill.load({ skill, integrations: null })),
      ]);
      const found = rankExperts(
        requirements,
        answers.map(({ holders }) => holders),
        policy,
      );
      const chosen = filter ? new Set(await choice.among(found.map(({ employee }) => employee))) : null;
      const experts = chosen ? found.filter(({ employee }) => chosen.has(employee)) : found;
      const page = pageOf(experts, rankPosition, asked, 'DESC');
      const sources = combined([
        ...answers.map((answer) => answer.sources),
        ...(choice.sources ? [choice.sources] : []),
      ]);
      return new SourcedConnection(page, experts.length, cursorsOf(list, rankPosition), sources, unknown);
    },
  }),
);
