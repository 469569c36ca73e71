import type { Directory } from '../src/directory/directory.ts';
import { findSkill, type Found, type SkillLookup as Lookup } from '../src/directory/lookup.ts';
import type { Skill } from '../src/domain/entities.ts';
import { builder } from './builder.ts';
import { requestError } from './errors.ts';

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

/** What a lookup found, or null; what fits several is refused with BAD_USER_INPUT. */
export function onlyOne<T>(found: Found<T>, field: string): T | null {
  if (found.state === 'several') {
    throw requestError('BAD_USER_INPUT', 'This fits several: name one by id or record.', field);
  }
  return found.state === 'found' ? found.value : null;
}

/** The integrations that a filter names, null where it names none; one that is not there is refused with BAD_USER_INPUT. */
export function knownIntegrations(
  directory: Directory,
  names: readonly string[] | null | undefined,
): readonly string[] | null {
  const unknown = names?.find((name) => !directory.integration(name));
  if (unknown === undefined) return names ?? null;
  const field = 'filter.integrations';
  throw requestError('BAD_USER_INPUT', `\`${field}\` names an integration that is not known: "${unknown}".`, field);
}

/** The skill that an input names; none and several are refused with BAD_USER_INPUT. */
export function knownSkill(directory: Directory, lookup: Lookup, field: string): Skill {
  const skill = onlyOne(findSkill(directory, lookup), field);
  if (!skill) throw requestError('BAD_USER_INPUT', `\`${field}\` names no skill that is known.`, field);
  return skill;
}
