import type { ItemOutcome } from '../../src/domain/writeOutcome.ts';
import type { Directory } from '../../src/directory/directory.ts';
import { goneIntegration } from '../../src/integrations/integration.ts';
import { SkillRating as Rating } from '../../src/domain/employeeSkill.ts';
import { encodeId } from '../../src/domain/ids.ts';
import { WRITE_DESCRIPTIONS, WRITE_KINDS } from '../../src/domain/operations.ts';
import {
  TASK_ITEM_STATES,
  TASK_STATES,
  type Conversion,
  type Task,
  type TaskCounts,
  type TaskItem,
} from '../../src/tasks/task.ts';
import { needs } from '../access.ts';
import { builder } from '../builder.ts';
import { badCursor, Connection, cursorsOf, pageArgs } from '../connection.ts';
import { connectionType } from '../connectionType.ts';
import { described } from '../described.ts';
import { EmployeeRecord, employeeRecordOf, type EmployeeRecordShape } from '../employee/identity.ts';
import { IntegrationRef, ProviderProblem } from '../integration/integration.ts';
import { Node } from '../node/node.ts';
import { Proficiency } from '../rating/proficiency.ts';
import { SkillRating, type RatingShape } from '../rating/rating.ts';
import { SkillRecord, skillRecordOf, type SkillRecordShape } from '../skill/skill.ts';

export const TaskKindEnum = builder.enumType('TaskKind', {
  description: 'What a task does.',
  values: described(WRITE_KINDS, WRITE_DESCRIPTIONS),
});

export const TaskStateEnum = builder.enumType('TaskState', {
  description: 'How far a task is.',
  values: described(TASK_STATES, {
    QUEUED: 'Stored, not begun.',
    RUNNING: 'Some items are done, in flight or waiting to be tried again.',
    CANCELLING: 'Cancelled, with items still in flight.',
    SUCCEEDED: 'Final: every item SUCCEEDED or was SKIPPED.',
    PARTIALLY_SUCCEEDED:
      'Final: some items SUCCEEDED or were SKIPPED, others FAILED, were CANCELLED or ended OUTCOME_UNKNOWN; see `counts`.',
    FAILED:
      'Final: none SUCCEEDED or was SKIPPED; items FAILED or ended OUTCOME_UNKNOWN, and those may have taken effect: see `counts`.',
    CANCELLED: 'Final: cancelled before every item was done; `counts` says how many were.',
    EXPIRED: 'Final: finished long ago; counts remain, items are dropped.',
  }),
});

const TaskItemStateEnum = builder.enumType('TaskItemState', {
  description: 'How far an item is.',
  values: described(TASK_ITEM_STATES, {
    PENDING: 'Not begun.',
    RUNNING: 'In flight, or waiting to be tried again.',
    SUCCEEDED: 'Final: took effect.',
    FAILED: 'Final: did not take effect; see `problem`.',
    OUTCOME_UNKNOWN:
      'Final: sent, but no answer says whether it took effect, and it may not be repeated unasked (a creation without a key).',
    SKIPPED: 'Final: nothing to do, what was asked is so already.',
    CANCELLED: 'Final: cancelled before it began, or overtaken by a later write of the same thing; see `problem`.',
  }),
});

const TaskCountsRef = builder.objectRef<TaskCounts>('TaskCounts');
TaskCountsRef.implement({
  extensions: needs('tasks:read'),
  description: "How many of a task's items are in which state. The others add up to `total`.",
  fields: (t) => ({
    total: t.exposeInt('total', { description: 'All items.' }),
    pending: t.exposeInt('pending', { description: 'Not begun.' }),
    running: t.exposeInt('running', { description: 'In flight, or waiting to be tried again.' }),
    succeeded: t.exposeInt('succeeded', { description: 'Took effect.' }),
    failed: t.exposeInt('failed', { description: 'Did not.' }),
    unknown: t.exposeInt('unknown', { description: 'Sent, outcome unknown.' }),
    skipped: t.exposeInt('skipped', { description: 'Needed nothing.' }),
    cancelled: t.exposeInt('cancelled', { description: 'Cancelled before they began.' }),
  }),
});

const ProficiencyConversion = builder.objectRef<Conversion>('ProficiencyConversion');
ProficiencyConversion.implement({
  extensions: needs('tasks:read'),
  description: "What became of a level on a target's scale.",
  fields: (t) => ({
    level: t.exposeFloat('level', { description: 'The level asked for, 0 to 1.' }),
    written: t.expose('written', { type: Proficiency, description: 'The value sent to the provider.' }),
    writtenLevel: t.exposeFloat('writtenLevel', {
      description: "That value's own level, 0 to 1; the difference is the rounding.",
    }),
  }),
});

const TaskOutcome = builder.unionType('TaskOutcome', {
  description: 'What a provider stored for an item.',
  types: [SkillRating, EmployeeRecord, SkillRecord],
  resolveType: (value: RatingShape | EmployeeRecordShape | SkillRecordShape) =>
    'recordType' in value ? value.recordType : 'SkillRating',
});

const TaskItemRef = builder.objectRef<TaskItem>('TaskItem');
TaskItemRef.implement({
  extensions: needs('tasks:read'),
  description: 'One item of the input against one integration.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({
      description: 'The global id.',
      resolve: ({ taskId, position }) => encodeId('TaskItem', taskId, String(position)),
    }),
    index: t.exposeInt('index', {
      description:
        'Position in the input, from 0. Several items share it where the target was chosen and is several integrations.',
    }),
    key: t.exposeString('key', {
      nullable: true,
      description: "The caller's own name for it; null when none was given.",
    }),
    integration: t.field({
      type: IntegrationRef,
      description: 'Where it is written.',
      resolve: ({ integration: name }, _, { directory }) => directory.integration(name) ?? goneIntegration(name),
    }),
    state: t.expose('state', { type: TaskItemStateEnum, description: 'How far it is.' }),
    attempts: t.exposeInt('attempts', {
      description: 'Times it was sent to the provider: each request that left with it counts.',
    }),
    providerTaskId: t.exposeString('providerTaskId', {
      nullable: true,
      description: "The provider's own task for it; null where it works at once, or before it was sent.",
    }),
    outcome: t.field({
      type: TaskOutcome,
      nullable: true,
      description:
        'What the provider says it stored; null before, after a removal, and when it did not succeed. Ratings may lack the `remoteId` that records always have: beside each other they are selected under different aliases.',
      resolve: (item, _, { directory }) => item.outcome && outcomeOf(directory, item.integration, item.outcome),
    }),
    problem: t.expose('problem', {
      type: ProviderProblem,
      nullable: true,
      description: 'Why it failed or waits; null when nothing is wrong.',
    }),
    warnings: t.exposeStringList('warnings', {
      description:
        "What to know although it went on, in sentences, e.g. that a `level` was rounded, or the provider's own warnings.",
    }),
    conversion: t.expose('conversion', {
      type: ProficiencyConversion,
      nullable: true,
      description: 'How a `level` was converted to the scale; null when nothing was.',
    }),
  }),
});

/** A stored outcome in its place in the graph; null when the employee or the skill it speaks of is no longer known. */
function outcomeOf(
  directory: Directory,
  name: string,
  outcome: ItemOutcome,
): RatingShape | EmployeeRecordShape | SkillRecordShape | null {
  if (outcome.kind === 'employee') {
    const row = outcome.row ?? directory.employees.rowOf(name, outcome.remoteId);
    return row && employeeRecordOf(directory, { integration: name, row });
  }
  if (outcome.kind === 'skill') return skillRecordOf(directory, { integration: name, remoteId: outcome.remoteId });
  const { row } = outcome;
  const integration = directory.integration(name);
  const employee = directory.employees.byRecord(name, row.employeeId);
  const at = directory.skills.ofRating(name, row);
  if (!integration || !employee || !at) return null;
  return new Rating({ employee, skill: at.skill, integration, row, scale: at.scale, pending: false });
}

const { connection: TaskItemConnection } = connectionType<Connection<TaskItem>>('TaskItem', TaskItemRef, 'tasks:read', {
  connection: 'Items of a task, paged.',
  edge: 'An item on a page.',
  cursor: 'Opaque position, stable while the task runs.',
  node: 'The item.',
  nodes: "The page's items.",
  totalCount: 'Items on all pages.',
});

export const TaskRef = builder.objectRef<Task>('Task');

TaskRef.implement({
  extensions: needs('tasks:read'),
  description: 'The handle of a write.',
  interfaces: [Node],
  fields: (t) => ({
    id: t.id({ description: 'The global id.', resolve: ({ id }) => encodeId('Task', id) }),
    kind: t.expose('kind', { type: TaskKindEnum, description: 'What it does.' }),
    state: t.expose('state', { type: TaskStateEnum, description: 'How far it is.' }),
    revision: t.exposeInt('revision', {
      description: 'Grows with every stored change, from 1. What `taskUpdated` resumes after.',
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was stored.' }),
    startedAt: t.expose('startedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When work began; null before.',
    }),
    finishedAt: t.expose('finishedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it reached its final state; null before.',
    }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When its items are dropped and it becomes EXPIRED.',
    }),
    counts: t.expose('counts', { type: TaskCountsRef, description: 'How many items are in which state.' }),
    items: t.field({
      type: TaskItemConnection,
      description: 'Its items in the order of the input, and within one by integration precedence. Empty once EXPIRED.',
      args: {
        first: t.arg.int({ defaultValue: 50, description: 'How many, 1 to 200.' }),
        after: t.arg.string({ description: 'Only what follows this cursor.' }),
        states: t.arg({ type: [TaskItemStateEnum], description: 'Only in these states; all when null.' }),
      },
      resolve: async (task, { states, ...args }, { tasks, viewer }) => {
        const rules = { list: `items ${task.id}`, usual: 50, most: 200 };
        const { first, after } = pageArgs(args, rules);
        if (after && !/^\d{1,9}$/.test(after.id)) throw badCursor('after');
        const afterPosition = after ? Number(after.id) : undefined;
        const page = await tasks.items(viewer.tenant, task.id, {
          limit: first ?? rules.usual,
          ...(states ? { states } : {}),
          ...(afterPosition === undefined ? {} : { afterPosition }),
        });
        return new Connection<TaskItem>(
          { items: page.items, hasNext: page.hasNext, hasPrevious: afterPosition !== undefined },
          page.total,
          cursorsOf(rules.list, ({ position }) => ({ key: null, id: String(position) })),
        );
      },
    }),
    problem: t.expose('problem', {
      type: ProviderProblem,
      nullable: true,
      description:
        'What ended or holds up the whole task; null when nothing did. Problems of single items are with them.',
    }),
    parent: t.field({
      type: TaskRef,
      nullable: true,
      description: 'The task this one retries; null for a first try.',
      resolve: ({ parentId }, _, { tasks, viewer }) => (parentId === null ? null : tasks.get(viewer.tenant, parentId)),
    }),
  }),
});
