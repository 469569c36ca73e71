import type { Directory } from '../../src/directory/directory.ts';
import type { Integration } from '../../src/integrations/integration.ts';
import type { Skill } from '../../src/domain/entities.ts';
import type { SkillClassification as ClassificationShape, SkillRow } from '../../src/domain/records.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { costs } from '../cost.ts';
import type { UnknownValueShape } from '../unknownValues.ts';
import type { Edge, PageInfoShape } from '../connection.ts';
import { connectionType } from '../connectionType.ts';
import type { Source } from '../integration/integration.ts';
import { Node } from '../node/node.ts';
import { conflictsOf, ProviderRecord, RecordConflict, type ProviderRecordShape } from '../providerRecord.ts';
import { ProficiencyScale } from '../rating/proficiency.ts';

export interface SkillRecordShape extends ProviderRecordShape {
  recordType: 'SkillRecord';
  row: SkillRow;
}

export const SkillRef = builder.objectRef<Skill>('Skill');

const SkillClassification = builder.objectRef<ClassificationShape>('SkillClassification');
SkillClassification.implement({
  extensions: needs('skills:read'),
  description: "A skill's place in a provider's taxonomy. A level the provider does not have is null.",
  fields: (t) => ({
    domain: t.exposeString('domain', {
      nullable: true,
      description: 'Broadest level, e.g. Information Technology.',
    }),
    subdomain: t.exposeString('subdomain', {
      nullable: true,
      description: 'Part of the domain, e.g. Software Engineering.',
    }),
    cluster: t.exposeString('cluster', { nullable: true, description: 'Group of close skills, e.g. Programming.' }),
    category: t.exposeString('category', {
      nullable: true,
      description: 'Kind of skill, e.g. Tool, Language, Certification.',
    }),
  }),
});

export const SkillRecord = builder.objectRef<SkillRecordShape>('SkillRecord');
SkillRecord.implement({
  extensions: needs('skills:read'),
  description: "A provider's own object for a skill, with its own name and scale.",
  interfaces: [ProviderRecord],
  fields: (t) => ({
    sourceId: t.string({
      nullable: true,
      description:
        'The id in the system behind the provider, where the provider is a copy of one (Kombo `remote_id`); null otherwise.',
      resolve: ({ row }) => row.sourceId,
    }),
    skill: t.field({
      type: SkillRef,
      description: 'The skill it belongs to.',
      resolve: ({ integration, row }, _, { directory }) => {
        const at = directory.skills.byRecord(integration.name, row.remoteId);
        if (!at) throw new Error('a record without its skill');
        return at.skill;
      },
    }),
    scale: t.field({
      type: ProficiencyScale,
      nullable: true,
      description: 'The scale of its ratings; null when it can be held but not rated, or the scale is unknown.',
      resolve: ({ row }) => row.scale,
    }),
    classification: t.field({
      type: SkillClassification,
      nullable: true,
      description: "Place in the provider's taxonomy; null when it has none.",
      resolve: ({ row }) => row.classification,
    }),
  }),
});

/** A record in its place in the graph; null when it is not known (any more). */
export function skillRecordOf(
  directory: Directory,
  { integration: name, remoteId }: { integration: string; remoteId: string },
): SkillRecordShape | null {
  const integration = directory.integration(name);
  const member = directory.skills
    .byRecord(name, remoteId)
    ?.skill.records.find((record) => record.integration === name && record.row.remoteId === remoteId);
  return integration && member ? shape(integration, member) : null;
}

function shape(integration: Integration, member: Skill['records'][number]): SkillRecordShape {
  return { recordType: 'SkillRecord', integration, row: member.row, match: member };
}

const SkillIdentity = builder.objectRef<Skill>('SkillIdentity');
SkillIdentity.implement({
  extensions: needs('skills:read'),
  description: 'How a skill was put together.',
  fields: (t) => ({
    records: t.field({
      type: [SkillRecord],
      extensions: costs({ size: 3 }),
      description: 'The records, the anchor first, then by integration precedence. At least one.',
      resolve: ({ records }, _, { directory }) =>
        records.flatMap((record) => {
          const integration = directory.integration(record.integration);
          return integration ? shape(integration, record) : [];
        }),
    }),
    conflicts: t.field({
      type: [RecordConflict],
      extensions: costs({ size: 1 }),
      description: 'Records that may be the same skill but were left apart.',
      resolve: ({ conflicts }, _, { directory }) =>
        conflictsOf(conflicts, ({ integration, row: { remoteId } }) =>
          skillRecordOf(directory, { integration, remoteId }),
        ),
    }),
  }),
});

SkillRef.implement({
  extensions: needs('skills:read'),
  description: 'A skill, made of the records of one or more integrations.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.exposeID('id', { description: 'The global id, that of the anchor record.' }),
    name: t.exposeString('name', {
      description: "The anchor record's name; its remote id where the provider has no name.",
    }),
    description: t.exposeString('description', {
      nullable: true,
      description: 'What the skill is; null when no record says.',
    }),
    synonyms: t.field({
      type: ['String'],
      description: 'Other names under which it is matched and found.',
      resolve: ({ synonyms }) => synonyms as string[],
    }),
    identity: t.field({
      type: SkillIdentity,
      description: 'Which records make up this skill, each with its name and scale, and what was left apart.',
      resolve: (skill) => skill,
    }),
  }),
});

interface ScoredEdge extends Edge<Skill> {
  score: number | null;
}

/** A page of skills; a search also knows how relevant each is. */
export interface SkillPage {
  edges: ScoredEdge[];
  nodes: readonly Skill[];
  pageInfo: PageInfoShape;
  totalCount: number;
  sources: readonly Source[];
  unknown: readonly UnknownValueShape[];
}

const skillList = connectionType<SkillPage>('Skill', SkillRef, 'skills:read', {
  connection: 'Skills, paged.',
  edge: 'A skill on a page.',
  cursor: 'Opaque position, stable while the directory changes.',
  node: 'The skill.',
  nodes: "The page's skills.",
  totalCount: 'Skills on all pages, counting what is known now.',
  sources: 'How each integration took part.',
  unknown: 'Values of the filter that name nothing known; they match nothing. Empty when all are known.',
});

export const SkillConnection = skillList.connection;

builder.objectField(skillList.edge, 'score', (t) =>
  t.exposeFloat('score', {
    nullable: true,
    description: 'Relevance, comparable within one search only; null without a search.',
  }),
);
