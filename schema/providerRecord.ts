import type { Integration } from '../src/integrations/integration.ts';
import type { Link } from '../src/domain/links.ts';
import {
  CONFIDENCE,
  CONFLICT_REASONS,
  MATCH_RULES,
  type Conflict,
  type ConflictReason,
  type MatchRule,
  type Placed,
} from '../src/domain/matching/grouping.ts';
import { checkedByType } from './access.ts';
import { builder } from './builder.ts';
import { described } from './described.ts';
import { IntegrationRef } from './integration/integration.ts';

const MatchRuleEnum = builder.enumType('MatchRule', {
  description: 'Rules that put a record into a unified object, the strongest first.',
  values: described(MATCH_RULES, {
    ANCHOR: 'It is the anchor, to which others were matched.',
    LINK: '`linkRecords` says so.',
    EXTERNAL_ID: 'Equal employee number or external id.',
    WORK_EMAIL: 'Equal work e-mail that nobody shares, and agreeing names.',
    NAME: 'Equal normalised skill name.',
    SYNONYM: "A skill's normalised name equals a synonym of the other.",
  }),
});

interface RecordMatchShape {
  rule: MatchRule;
  /** The decision behind the rule LINK; null with any other. */
  link: Link | null;
}

const RecordMatch = builder.objectRef<RecordMatchShape>('RecordMatch');
RecordMatch.implement({
  description: 'Why a record belongs to its unified object.',
  fields: (t) => ({
    rule: t.expose('rule', { type: MatchRuleEnum, description: 'The rule that decided.' }),
    confidence: t.float({
      description: 'How sure it is, 0 to 1; 1 for ANCHOR and LINK.',
      resolve: ({ rule }) => CONFIDENCE[rule],
    }),
    linkedBy: t.string({
      nullable: true,
      description: 'Who set the link; null unless the rule is LINK.',
      resolve: ({ link }) => link?.by ?? null,
    }),
    linkedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the link was set; null unless the rule is LINK.',
      resolve: ({ link }) => link?.at ?? null,
    }),
    note: t.string({
      nullable: true,
      description: 'The reason given; null when none was.',
      resolve: ({ link }) => link?.note ?? null,
    }),
  }),
});

/** A record in its place in the graph: the row's own values beside where it lives and why it belongs. */
export interface ProviderRecordShape {
  recordType: 'EmployeeRecord' | 'SkillRecord';
  integration: Integration;
  match: RecordMatchShape;
  row: { remoteId: string; sourceId: string | null; name: string | null; url: string | null; changedAt: string | null };
}

export const ProviderRecord = builder.interfaceRef<ProviderRecordShape>('ProviderRecord');
ProviderRecord.implement({
  description: "A provider's own object behind an employee or skill. Named in inputs by integration and `remoteId`.",
  resolveType: (record) => record.recordType,
  fields: (t) => ({
    integration: t.expose('integration', { type: IntegrationRef, description: 'Where the record lives.' }),
    remoteId: t.string({ description: "The provider's own id.", resolve: ({ row }) => row.remoteId }),
    name: t.string({
      nullable: true,
      description: 'The name as this provider has it; null when it has none.',
      resolve: ({ row }) => row.name,
    }),
    url: t.field({
      type: 'URL',
      nullable: true,
      description: "Page of the record in the provider's application; null when not known.",
      resolve: ({ row }) => row.url,
    }),
    match: t.expose('match', { type: RecordMatch, description: 'Why the record belongs to its unified object.' }),
    changedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When the provider last changed it; null when it does not say.',
      resolve: ({ row }) => row.changedAt,
    }),
  }),
});

export const ConflictReasonEnum = builder.enumType('ConflictReason', {
  description: 'Why records were left apart.',
  values: described(CONFLICT_REASONS, {
    NAMES_DISAGREE: 'Equal e-mail or number, but the names disagree.',
    SHARED_EMAIL: 'The e-mail belongs to several records of one integration, e.g. a shared mailbox.',
    DUPLICATE_KEY: 'The number or external id belongs to several records of one integration, e.g. a re-hire.',
    KEYS_DISAGREE: 'Equal e-mail or name, but different numbers or external ids.',
    AMBIGUOUS_NAME: 'The skill name or synonym fits several records of one integration.',
    UNLINKED: '`unlinkRecords` says so.',
  }),
});

/** The same in a sentence, without personal data. */
const CONFLICT_SENTENCES: Record<ConflictReason, string> = {
  NAMES_DISAGREE: 'The records share a key, but their names disagree.',
  SHARED_EMAIL: 'The e-mail address belongs to several records of one integration.',
  DUPLICATE_KEY: 'The number or external id belongs to several records of one integration.',
  KEYS_DISAGREE: 'The e-mail addresses or names agree, but the numbers or external ids do not.',
  AMBIGUOUS_NAME: 'The skill name or synonym fits several records of one integration.',
  UNLINKED: 'The records were parted by hand.',
};

export interface RecordConflictShape {
  record: ProviderRecordShape;
  other: ProviderRecordShape;
  reason: ConflictReason;
}

/** Conflicts as the graph shows them; one whose record is gone meanwhile is left out. */
export function conflictsOf<Row>(
  conflicts: readonly Conflict<Row>[],
  recordOf: (placed: Placed<Row>) => ProviderRecordShape | null,
): RecordConflictShape[] {
  return conflicts.flatMap(({ record, other, reason }) => {
    const [mine, theirs] = [recordOf(record), recordOf(other)];
    return mine && theirs ? { record: mine, other: theirs, reason } : [];
  });
}

export const RecordConflict = builder.objectRef<RecordConflictShape>('RecordConflict');
RecordConflict.implement({
  description: 'Two records that one rule would join and another forbids.',
  fields: (t) => ({
    // Both are records of what the conflict is shown in.
    record: t.expose('record', {
      type: ProviderRecord,
      extensions: checkedByType,
      description: 'The record in this object.',
    }),
    other: t.expose('other', {
      type: ProviderRecord,
      extensions: checkedByType,
      description: 'The record left apart, which leads to its own employee or skill.',
    }),
    reason: t.expose('reason', { type: ConflictReasonEnum, description: 'Why they were left apart.' }),
    message: t.string({
      description: 'The same in a sentence, without personal data.',
      resolve: ({ reason }) => CONFLICT_SENTENCES[reason],
    }),
  }),
});
