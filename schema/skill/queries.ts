import { findSkill } from '../../src/directory/lookup.ts';
import type { FoundSkill } from '../../src/directory/search/skillSearch.ts';
import { skillPosition } from '../../src/directory/skills/skillView.ts';
import type { Skill } from '../../src/domain/entities.ts';
import { pageOf, type Position } from '../../src/domain/paging.ts';
import { builder } from '../builder.ts';
import { CALL, costs } from '../cost.ts';
import { conditionsOf, NO_NULLS } from '../conditions.ts';
import { Connection, cursorsOf, pageArgs, type ConnectionArgs } from '../connection.ts';
import { directorySources, type Source } from '../integration/integration.ts';
import { SkillLookup } from '../lookups.ts';
import { onlyOne, UnknownValues, type UnknownValueShape } from '../unknownValues.ts';
import { searchOf } from '../search.ts';
import { SkillConnection, SkillRef, type SkillPage } from './skill.ts';

const SkillFilterInput = builder.inputType('SkillFilter', {
  description: `Conditions on skills; all given ones must hold, and a list is met by any of its values. ${NO_NULLS}`,
  fields: (t) => ({
    integrations: t.stringList({
      description:
        'Has a record in one of these, by `Integration.name`; one that is unknown is refused with BAD_USER_INPUT.',
    }),
    classification: t.stringList({
      description: "The name of any level of a record's classification, case ignored.",
    }),
  }),
});

const SKILLS = { list: 'skills', usual: 25, most: 100 };

/** What a page says besides its skills. */
interface Told {
  sources: readonly Source[];
  unknown: readonly UnknownValueShape[];
}

/** Every skill without a score, by name. */
function listed(skills: readonly Skill[], args: ConnectionArgs, told: Told): SkillPage {
  const page = pageOf(skills, skillPosition, pageArgs(args, SKILLS));
  const { edges, nodes, pageInfo, totalCount } = new Connection(
    page,
    skills.length,
    cursorsOf(SKILLS.list, skillPosition),
  );
  return { edges: edges.map((edge) => ({ ...edge, score: null })), nodes, pageInfo, totalCount, ...told };
}

/** Found skills, the best first. A cursor holds for one text only. */
function ranked(found: readonly FoundSkill[], text: string, args: ConnectionArgs, told: Told): SkillPage {
  const list = `skills ${text}`;
  const page = pageOf(found, foundPosition, pageArgs(args, { ...SKILLS, list }));
  const { edges, nodes, pageInfo, totalCount } = new Connection(page, found.length, cursorsOf(list, foundPosition));
  return {
    edges: edges.map(({ cursor, node: { skill, score } }) => ({ cursor, node: skill, score })),
    nodes: nodes.map(({ skill }) => skill),
    pageInfo,
    totalCount,
    ...told,
  };
}

/** The distance from the best score, in millionths and of one length, so that text order is the order of the list; then the name. */
function foundPosition({ skill, score }: FoundSkill): Position {
  return { key: `${String(Math.round((1 - score) * 1e6)).padStart(6, '0')} ${skill.name}`, id: skill.id };
}

builder.queryField('skill', (t) =>
  t.field({
    type: SkillRef,
    nullable: true,
    description:
      'One skill; null when none matches. Where an integration is still being read for the first time, the answer waits for it within the deadline before it is null. A name that fits several is refused with BAD_USER_INPUT.',
    args: { by: t.arg({ type: SkillLookup, required: true, description: 'How to find the skill.' }) },
    resolve: (_, { by }, { directory, loaders }) =>
      loaders.afterFirstSync(() => onlyOne(findSkill(directory, by), by, 'by')),
  }),
);

builder.queryField('skills', (t) =>
  t.field({
    type: SkillConnection,
    extensions: costs({ asks: CALL }),
    // What is refused here leaves the other fields of the request standing.
    nullable: true,
    description: 'Skills of all integrations, each once, by name or, when searched, by relevance.',
    args: {
      first: t.arg.int({ defaultValue: 25, description: 'How many, 1 to 100.' }),
      after: t.arg.string({ description: 'Only what follows this cursor.' }),
      search: t.arg.string({
        description:
          'Words or their beginnings, small typing errors forgiven, over names, synonyms and descriptions. At most 200 characters; blank as if not given.',
      }),
      filter: t.arg({ type: SkillFilterInput, description: 'Only skills that meet all of these conditions.' }),
    },
    resolve: async (_, { filter, search, ...args }, { directory, loaders }) => {
      const text = searchOf(search, 'search');
      const unknown = new UnknownValues(directory);
      const conditions = conditionsOf(filter);
      unknown.integrations(conditions.integrations);
      const view = directory.skills;
      const among = view.filter(conditions);
      const told = { sources: directorySources(directory, 'READ_SKILLS'), unknown: unknown.all };
      if (text === '') return listed(among, args, told);
      return ranked(await loaders.skillSearch.find(view, text, among), text, args, told);
    },
  }),
);
