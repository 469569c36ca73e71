import { WRITES } from '../../src/domain/operations.ts';
import { assignSkills, rateSkills } from '../../src/tasks/commands/rateSkills.ts';
import { builder } from '../builder.ts';
import { EmployeeLookup, SkillLookup } from '../lookups.ts';
import { TaskPayload } from './payload.ts';
import { IDEMPOTENCY_KEY, SAME_IDEMPOTENCY_KEY, SAME_KEY, VALIDATE_ONLY } from './startInput.ts';
import { writeExtensions } from './writeExtensions.ts';

const ProficiencyInput = builder.inputType('ProficiencyInput', {
  description:
    "A value to write. `numeric` and `optionId` must fit the target's scale exactly; `level` fits every scale.",
  isOneOf: true,
  fields: (t) => ({
    numeric: t.float({ description: 'A number on a numeric scale, within its range and on its step.' }),
    optionId: t.id({ description: 'A level of a single-select scale, as `ProficiencyOption.optionId`.' }),
    level: t.float({
      description:
        '0 to 1 as in `SkillRating.normalized`, converted to the nearest value of the scale; `TaskItem.conversion` says which.',
    }),
  }),
});

const AssignSkillItem = builder.inputType('AssignSkillItem', {
  description: 'One assignment.',
  fields: (t) => ({
    key: t.string({
      description: "The caller's own name for the item, unique in the input, found again in `TaskItem.key`.",
    }),
    employee: t.field({ type: EmployeeLookup, required: true, description: 'Who.' }),
    skill: t.field({ type: SkillLookup, required: true, description: 'What.' }),
    proficiency: t.field({
      type: ProficiencyInput,
      description: 'The value to rate with; null for a bare tag.',
    }),
    integration: t.string({
      description:
        'Where, by `Integration.name`. Null: wherever employee and skill both have a record and it can be done, one task item each.',
    }),
  }),
});

const RateSkillItem = builder.inputType('RateSkillItem', {
  description: 'One rating.',
  fields: (t) => ({
    key: t.string({ description: SAME_KEY }),
    employee: t.field({ type: EmployeeLookup, required: true, description: 'Who.' }),
    skill: t.field({ type: SkillLookup, required: true, description: 'What.' }),
    proficiency: t.field({ type: ProficiencyInput, required: true, description: 'The value.' }),
    integration: t.string({
      description: 'Where, by `Integration.name`; chosen as in `AssignSkillItem` when null.',
    }),
  }),
});

const AssignSkillsInput = builder.inputType('AssignSkillsInput', {
  description: 'Assignments to make.',
  fields: (t) => ({
    items: t.field({
      type: [AssignSkillItem],
      required: true,
      description: '1 to 1000 assignments, no employee and skill twice for one integration.',
    }),
    idempotencyKey: t.string({ description: IDEMPOTENCY_KEY }),
    validateOnly: t.boolean({ required: true, defaultValue: false, description: VALIDATE_ONLY }),
  }),
});

const RateSkillsInput = builder.inputType('RateSkillsInput', {
  description: 'Ratings to write.',
  fields: (t) => ({
    items: t.field({
      type: [RateSkillItem],
      required: true,
      description: '1 to 1000 ratings, no employee and skill twice for one integration.',
    }),
    idempotencyKey: t.string({ description: SAME_IDEMPOTENCY_KEY }),
    validateOnly: t.boolean({ required: true, defaultValue: false, description: VALIDATE_ONLY }),
  }),
});

builder.mutationField('assignSkills', (t) =>
  t.field({
    type: TaskPayload,
    extensions: writeExtensions(WRITES.assign),
    description:
      'Makes employees hold skills, with or without a rating. Where a skill is held already, an item without a rating is SKIPPED and keeps the one there.',
    args: { input: t.arg({ type: AssignSkillsInput, required: true, description: 'The assignments.' }) },
    resolve: (_, { input }, { directory, tasks, viewer }) => assignSkills(input, viewer, { directory, engine: tasks }),
  }),
);

builder.mutationField('rateSkills', (t) =>
  t.field({
    type: TaskPayload,
    extensions: writeExtensions(WRITES.rate),
    description:
      "Rates employees' skills, assigning them where needed. The provider decides under which source; ratings of other sources stay.",
    args: { input: t.arg({ type: RateSkillsInput, required: true, description: 'The ratings.' }) },
    resolve: (_, { input }, { directory, tasks, viewer }) => rateSkills(input, viewer, { directory, engine: tasks }),
  }),
);
