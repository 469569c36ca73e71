import { builder } from './builder.ts';

export const RecordInput = builder.inputType('RecordInput', {
  description: "A provider's own record.",
  fields: (t) => ({
    integration: t.string({ required: true, description: '`Integration.name`.' }),
    remoteId: t.string({ required: true, description: "The provider's own id of the record." }),
  }),
});

export const EmployeeLookup = builder.inputType('EmployeeLookup', {
  description: 'Finds one employee.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: "The global id of the employee, or one that was an employee's before a match." }),
    workEmail: t.field({ type: 'EmailAddress', description: 'The work e-mail, case ignored.' }),
    employeeNumber: t.string({ description: 'The employee number, exactly.' }),
    record: t.field({ type: RecordInput, description: "A provider's own record of the employee." }),
  }),
});

export const SkillLookup = builder.inputType('SkillLookup', {
  description: 'Finds one skill.',
  isOneOf: true,
  fields: (t) => ({
    id: t.id({ description: "The global id of the skill, or one that was a skill's before a match." }),
    name: t.string({
      description:
        'The name or a synonym, compared as skills are matched: Unicode form, case and spacing ignored, C, C++ and C# apart.',
    }),
    record: t.field({ type: RecordInput, description: "A provider's own record of the skill." }),
  }),
});
