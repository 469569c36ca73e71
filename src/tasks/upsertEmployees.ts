import type { Directory } from '../directory/directory.ts';
import type { Integration } from '../directory/integration.ts';
import { findEmployee, type EmployeeLookup } from '../directory/lookup.ts';
import type { EmployeeField, EmployeeWrite, UpsertEmployeesPort } from '../domain/ports.ts';
import type { EmployeeRow } from '../domain/records.ts';
import { checkKey, known } from './rateSkills.ts';
import type { NewTaskItem } from './task.ts';
import type { Complaints } from './userErrors.ts';
import { write, type WriteAnswer, type WriteDependencies, type WriteInput, type Writer } from './writes.ts';

export interface UpsertEmployeeItem {
  key?: string | null | undefined;
  integration: string;
  workEmail: string;
  employeeNumber?: string | null | undefined;
  givenName?: string | null | undefined;
  familyName?: string | null | undefined;
  jobTitle?: string | null | undefined;
  jobCode?: string | null | undefined;
  department?: string | null | undefined;
  location?: string | null | undefined;
  manager?: EmployeeLookup | null | undefined;
  startDate?: string | null | undefined;
}

/** Creates employees or updates those with the same key, each in the integration it names. */
export function upsertEmployees(
  input: WriteInput<UpsertEmployeeItem>,
  writer: Writer,
  dependencies: WriteDependencies,
): Promise<WriteAnswer> {
  return write('UPSERT_EMPLOYEES', input, writer, dependencies, plan);
}

const TEXT_FIELDS = [
  'employeeNumber',
  'givenName',
  'familyName',
  'jobTitle',
  'jobCode',
  'department',
  'location',
  'startDate',
] as const satisfies readonly (keyof UpsertEmployeeItem & EmployeeField)[];

function plan(items: readonly UpsertEmployeeItem[], directory: Directory, complaints: Complaints): NewTaskItem[] {
  const taken = new Set<string>();
  const keys = new Set<string>();
  return items.flatMap((item, index) => {
    const at = complaints.at(index);
    checkKey(item.key, keys, at);
    checkDuplicates(item, taken, at);
    const integration = known(directory, item.integration, at.at('integration'));
    if (!integration) return [];
    const port = integration.ports.upsertEmployees;
    if (!port || !integration.offers('UPSERT_EMPLOYEES')) {
      const { reason } = integration.capability('UPSERT_EMPLOYEES');
      at.at('integration').add('UNSUPPORTED', reason ?? 'The integration cannot do this.');
      return [];
    }
    const write = writeOf(item, integration, port, directory, at);
    return {
      index,
      key: item.key ?? null,
      integration: integration.name,
      work: { operation: 'upsertEmployees' as const, write },
      conversion: null,
      warnings: [],
    };
  });
}

function checkDuplicates(item: UpsertEmployeeItem, taken: Set<string>, complaints: Complaints): void {
  const identities = [
    ['workEmail', item.workEmail.toLowerCase()],
    ['employeeNumber', item.employeeNumber],
  ] as const;
  for (const [field, value] of identities) {
    if (typeof value !== 'string') continue;
    const identity = JSON.stringify([item.integration, field, value]);
    if (taken.has(identity)) {
      complaints.at(field).add('DUPLICATE', `An earlier item for ${item.integration} has the same value.`);
    }
    taken.add(identity);
  }
}

function writeOf(
  item: UpsertEmployeeItem,
  integration: Integration,
  port: UpsertEmployeesPort,
  directory: Directory,
  complaints: Complaints,
): EmployeeWrite {
  const write: EmployeeWrite = { workEmail: item.workEmail, existing: null };
  for (const field of TEXT_FIELDS) {
    const value = item[field];
    if (typeof value !== 'string') continue;
    if (value.trim() === '') complaints.at(field).add('INVALID', 'The value is blank.');
    // A number that the integration does not store still serves to find the record.
    else if (port.fields.includes(field)) write[field] = value;
    else if (field !== 'employeeNumber') unsupported(field, integration, complaints);
  }
  write.existing = existingRecord(item, integration, directory, complaints);
  if (write.existing === null && typeof item.employeeNumber === 'string' && !port.fields.includes('employeeNumber')) {
    unsupported('employeeNumber', integration, complaints);
  }
  if (item.manager) addManager(write, item.manager, integration, port, directory, complaints);
  if (write.existing === null && !port.creates) {
    complaints.at('workEmail').add('UNSUPPORTED', `${integration.name} has no such employee and cannot create one.`);
  } else if (write.existing !== null && !port.updates) {
    complaints.at('workEmail').add('UNSUPPORTED', `${integration.name} has this employee and cannot update one.`);
  } else if (write.existing === null) {
    for (const field of port.required) {
      if (field === 'manager' ? item.manager : typeof item[field] === 'string') continue;
      complaints.at(field).add('INVALID', `${integration.name} creates no employee without this.`);
    }
  }
  return write;
}

function unsupported(field: EmployeeField, integration: Integration, complaints: Complaints): void {
  complaints.at(field).add('UNSUPPORTED', `${integration.name} does not store this.`);
}

/** The integration's record under the item's number, else under its e-mail; two different ones are ambiguous. */
function existingRecord(
  item: UpsertEmployeeItem,
  { name }: Integration,
  directory: Directory,
  complaints: Complaints,
): EmployeeRow | null {
  const view = directory.employees;
  const here = (matches: (row: EmployeeRow) => boolean, candidates: ReturnType<typeof view.byEmail>) =>
    candidates.flatMap((employee) =>
      employee.records.flatMap((record) => (record.integration === name && matches(record.row) ? [record.row] : [])),
    );
  const email = item.workEmail.toLowerCase();
  const byEmail = here((row) => row.workEmail?.toLowerCase() === email, view.byEmail(email));
  const number = item.employeeNumber;
  const byNumber =
    typeof number === 'string' ? here((row) => row.employeeNumber === number, view.byNumber(number)) : [];
  const rows = new Set([...byNumber, ...byEmail]);
  if (rows.size <= 1) return byNumber[0] ?? byEmail[0] ?? null;
  const field = byNumber.length > 0 ? 'employeeNumber' : 'workEmail';
  return complaints.at(field).add('AMBIGUOUS', `${name} has several employees under these keys.`);
}

function addManager(
  write: EmployeeWrite,
  lookup: EmployeeLookup,
  integration: Integration,
  port: UpsertEmployeesPort,
  directory: Directory,
  complaints: Complaints,
): void {
  if (!port.fields.includes('manager')) {
    unsupported('manager', integration, complaints);
    return;
  }
  const found = findEmployee(directory, lookup);
  const at = complaints.at('manager');
  if (found.state === 'none') at.add('NOT_FOUND', 'No such employee is known.');
  else if (found.state === 'several') at.add('AMBIGUOUS', 'This fits several employees: name one by id or record.');
  else {
    const record = found.value.records.find((member) => member.integration === integration.name);
    write.managerRemoteId = record?.row.remoteId;
    write.managerEmail = record?.row.workEmail ?? found.value.workEmail ?? undefined;
    if (write.managerRemoteId === undefined && write.managerEmail === undefined) {
      at.add('INVALID', `The manager has neither a work e-mail nor a record in ${integration.name}.`);
    }
  }
}
