import type { Directory } from '../../directory/directory.ts';
import type { Integration } from '../../integrations/integration.ts';
import {
  findEmployee,
  findSkill,
  type EmployeeLookup,
  type LookupResult,
  type SkillLookup,
} from '../../directory/lookup.ts';
import type { Employee, Skill } from '../../domain/entities.ts';
import type { Placed } from '../../domain/matching/grouping.ts';
import { WRITES, type WritePortName } from '../../domain/operations.ts';
import type { Ports } from '../../domain/ports.ts';
import type { Complaints } from './userErrors.ts';

/** Notes a caller's key that stands twice in one input. */
export function checkKey(key: string | null | undefined, seen: Set<string>, complaints: Complaints): void {
  if (typeof key !== 'string') return;
  if (seen.has(key)) complaints.at('key').add('DUPLICATE', 'An earlier item has the same key.');
  seen.add(key);
}

/** The integration of this name; null with a complaint when there is none. */
export function known(directory: Directory, name: string, complaints: Complaints): Integration | null {
  return directory.integration(name) ?? complaints.add('NOT_FOUND', `There is no integration ${name}.`);
}

/** The port of an integration, as long as it is offered; null when it cannot be written with. */
export function offered<Name extends WritePortName>(integration: Integration, name: Name): Ports[Name] | null {
  return integration.offers(WRITES[name].kind) ? (integration.ports[name] ?? null) : null;
}

/** As `offered`, with a complaint that says why not. */
export function usable<Name extends WritePortName>(
  integration: Integration,
  name: Name,
  complaints: Complaints,
): NonNullable<Ports[Name]> | null {
  const port = offered(integration, name);
  if (port) return port;
  const { reason } = integration.capability(WRITES[name].kind);
  return complaints.add('UNSUPPORTED', reason ?? 'The integration cannot do this.');
}

/** The one employee that an item means; null with a complaint. */
export function employeeOf(directory: Directory, lookup: EmployeeLookup, complaints: Complaints): Employee | null {
  return only(findEmployee(directory, lookup), 'employee', complaints);
}

/** The one skill that an item means; null with a complaint. */
export function skillOf(directory: Directory, lookup: SkillLookup, complaints: Complaints): Skill | null {
  return only(findSkill(directory, lookup), 'skill', complaints);
}

function only<T>(found: LookupResult<T>, what: string, complaints: Complaints): T | null {
  if (found.state === 'found') return found.value;
  return found.state === 'none'
    ? complaints.add('NOT_FOUND', `No such ${what} is known.`)
    : complaints.add('AMBIGUOUS', `This fits several ${what}s: name one by id or record.`);
}

/** What an integration has of an employee or a skill; null with a complaint when it has nothing. */
export function rowThere<Row>(
  { records }: { readonly records: readonly Placed<Row>[] },
  { name }: Integration,
  what: 'employee' | 'skill',
  complaints: Complaints,
): Row | null {
  const record = records.find(({ integration }) => integration === name);
  return record?.row ?? complaints.add('NOT_FOUND', `${name} has no record of this ${what}.`);
}

/** Notes texts that are given and hold nothing. */
export function checkTexts<Field extends string>(
  item: { readonly [name in Field]?: string | null | undefined },
  fields: readonly Field[],
  complaints: Complaints,
): void {
  for (const field of fields) {
    if (item[field]?.trim() === '') complaints.at(field).add('INVALID', 'The value is blank.');
  }
}

/** What an input has named already in an integration: a record is written once at most. */
export class Once {
  readonly #taken = new Set<string>();

  /** Whether an earlier item has the same value in one of these fields, each of which gets a complaint; absent ones count for nothing. */
  repeats(
    integration: string,
    values: readonly (readonly [field: string, value: string | null | undefined])[],
    complaints: Complaints,
  ): boolean {
    const repeated = values.filter(
      ([field, value]) => typeof value === 'string' && this.#take(integration, field, value),
    );
    for (const [field] of repeated) {
      complaints.at(field).add('DUPLICATE', `An earlier item for ${integration} has the same value.`);
    }
    return repeated.length > 0;
  }

  /** Notes a record that was found; complains where an earlier item found the same under another key. */
  record(integration: string, remoteId: string, complaints: Complaints): void {
    if (!this.#take(integration, 'record', remoteId)) return;
    complaints.add('DUPLICATE', `An earlier item for ${integration} is about the same record.`);
  }

  #take(...identity: readonly [integration: string, field: string, value: string]): boolean {
    const text = JSON.stringify(identity);
    const before = this.#taken.has(text);
    this.#taken.add(text);
    return before;
  }
}
