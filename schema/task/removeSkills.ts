import { WRITES } from '../../src/domain/operations.ts';
import { removeSkills } from '../../src/tasks/commands/removeSkills.ts';
import { builder } from '../builder.ts';
import { EmployeeLookup, SkillLookup } from '../lookups.ts';
import { TaskPayload } from './payload.ts';
import { SAME_IDEMPOTENCY_KEY, SAME_KEY, VALIDATE_ONLY, WHERE } from './startInput.ts';
import { writeExtensions } from './writeExtensions.ts';

const RemoveSkillItem = builder.inputType('RemoveSkillItem', {
  description: 'One removal.',
  fields: (t) => ({
    key: t.string({ description: SAME_KEY }),
    employee: t.field({ type: EmployeeLookup, required: true, description: 'From whom.' }),
    skill: t.field({ type: SkillLookup, required: true, description: 'What.' }),
    integration: t.string({
      required: true,
      description: `${WHERE} Never chosen for the caller, since a removal cannot be undone.`,
    }),
  }),
});

const RemoveSkillsInput = builder.inputType('RemoveSkillsInput', {
  description: 'Skills to take away.',
  fields: (t) => ({
    items: t.field({
      type: [RemoveSkillItem],
      required: true,
      description: '1 to 1000 removals, no employee and skill twice for one integration.',
    }),
    idempotencyKey: t.string({ description: SAME_IDEMPOTENCY_KEY }),
    validateOnly: t.boolean({ required: true, defaultValue: false, description: VALIDATE_ONLY }),
  }),
});

builder.mutationField('removeSkills', (t) =>
  t.field({
    type: TaskPayload,
    extensions: writeExtensions(WRITES.remove),
    description: 'Takes skills from employees. What is not held any more counts as done.',
    args: { input: t.arg({ type: RemoveSkillsInput, required: true, description: 'The removals.' }) },
    resolve: (_, { input }, { directory, tasks, viewer }) => removeSkills(input, viewer, { directory, engine: tasks }),
  }),
);
