import type { Directory } from '../src/directory/directory.ts';
import {
  findEmployee,
  findSkill,
  type EmployeeLookup,
  type LookupResult,
  type SkillLookup,
} from '../src/directory/lookup.ts';
import type { Employee, Skill } from '../src/domain/entities.ts';
import { builder } from './builder.ts';
import { requestError } from './errors.ts';

/** A value of a question that names nothing known. */
export interface UnknownValueShape {
  /** Its place, as in errors, e.g. `filter.skills.1`. */
  field: string;
  value: string;
}

export const UnknownValue = builder.objectRef<UnknownValueShape>('UnknownValue');
UnknownValue.implement({
  description:
    'A value of a filter that names nothing known, e.g. for a typing error. It matches nothing, and the rest of the answer stands.',
  fields: (t) => ({
    field: t.exposeString('field', { description: 'Where it stands, as in the `field` of errors: `filter.skills.1`.' }),
    value: t.exposeString('value', { description: 'The value as it was given, cut after 200 characters.' }),
  }),
});

/** Longest value repeated, in characters. */
const LONGEST_VALUE = 200;

/** What a lookup says, for a person to read. */
export function lookupText(lookup: EmployeeLookup & SkillLookup): string {
  const { id, name, workEmail, employeeNumber, record } = lookup;
  const text = id ?? name ?? workEmail ?? employeeNumber ?? (record ? `${record.integration} ${record.remoteId}` : '');
  return text.slice(0, LONGEST_VALUE);
}

/** What a lookup found, or null; what fits several is refused with BAD_USER_INPUT, its value and its place. */
export function onlyOne<T>(found: LookupResult<T>, lookup: EmployeeLookup & SkillLookup, field: string): T | null {
  if (found.state === 'several') {
    const message = `\`${field}\` fits several, name one by id or record: "${lookupText(lookup)}".`;
    throw requestError('BAD_USER_INPUT', message, field);
  }
  return found.state === 'found' ? found.value : null;
}

/** Looks up what the filter of one question names, and keeps what names nothing. */
export class UnknownValues {
  readonly #directory: Directory;
  readonly #found: UnknownValueShape[] = [];

  constructor(directory: Directory) {
    this.#directory = directory;
  }

  get all(): readonly UnknownValueShape[] {
    return this.#found;
  }

  add(field: string, value: string): void {
    this.#found.push({ field, value: value.slice(0, LONGEST_VALUE) });
  }

  /** The integrations that are named, the unknown ones among them, which match nothing; null where none is. */
  integrations(names: readonly string[] | null | undefined): readonly string[] | null {
    for (const [index, name] of (names ?? []).entries()) {
      if (!this.#directory.integration(name)) this.add(`filter.integrations.${index}`, name);
    }
    return names ?? null;
  }

  /** The skill that is named, or null; what fits several is refused with BAD_USER_INPUT. */
  skill(lookup: SkillLookup, field: string): Skill | null {
    return this.#known(findSkill(this.#directory, lookup), lookup, field);
  }

  /** The employee who is named, or null; what fits several is refused with BAD_USER_INPUT. */
  employee(lookup: EmployeeLookup, field: string): Employee | null {
    return this.#known(findEmployee(this.#directory, lookup), lookup, field);
  }

  #known<T>(found: LookupResult<T>, lookup: EmployeeLookup & SkillLookup, field: string): T | null {
    const one = onlyOne(found, lookup, field);
    if (one === null) this.add(field, lookupText(lookup));
    return one;
  }
}
