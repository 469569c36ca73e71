import { WRITES } from '../../src/domain/operations.ts';
import { upsertSkills } from '../../src/tasks/commands/upsertSkills.ts';
import { builder } from '../builder.ts';
import { TaskPayload } from './payload.ts';
import { SAME_IDEMPOTENCY_KEY, SAME_KEY, VALIDATE_ONLY, WHERE } from './startInput.ts';
import { writeExtensions } from './writeExtensions.ts';

const UpsertSkillItem = builder.inputType('UpsertSkillItem', {
  description: 'One skill. A field the integration does not store is refused with UNSUPPORTED.',
  fields: (t) => ({
    key: t.string({ description: SAME_KEY }),
    integration: t.string({ required: true, description: WHERE }),
    externalId: t.string({
      required: true,
      description: "The caller's stable id of the skill: sent again, it updates.",
    }),
    name: t.string({ required: true, description: 'The name.' }),
    description: t.string({ description: 'What the skill is.' }),
    category: t.string({ description: 'Category name, which must exist there.' }),
    rated: t.boolean({
      description: "Whether it can be rated on the provider's standard levels; the provider's default when null.",
    }),
    active: t.boolean({ description: 'False asks to archive it.' }),
  }),
});

const UpsertSkillsInput = builder.inputType('UpsertSkillsInput', {
  description: 'Skills to create or update.',
  fields: (t) => ({
    items: t.field({
      type: [UpsertSkillItem],
      required: true,
      description: '1 to 1000 skills, no external id or name twice for one integration.',
    }),
    idempotencyKey: t.string({ description: SAME_IDEMPOTENCY_KEY }),
    validateOnly: t.boolean({ required: true, defaultValue: false, description: VALIDATE_ONLY }),
  }),
});

builder.mutationField('upsertSkills', (t) =>
  t.field({
    type: TaskPayload,
    extensions: writeExtensions(WRITES.upsertSkills),
    description: 'Creates skills or updates those with the same key. A field left out keeps its value.',
    args: { input: t.arg({ type: UpsertSkillsInput, required: true, description: 'The skills.' }) },
    resolve: (_, { input }, { directory, tasks, viewer }) => upsertSkills(input, viewer, { directory, engine: tasks }),
  }),
);
