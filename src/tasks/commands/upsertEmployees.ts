import type { Directory } from '../../directory/directory.ts';
import type { Integration } from '../../integrations/integration.ts';
import { findEmployee, type EmployeeLookup } from '../../directory/lookup.ts';
import { emailText, numberText } from '../../domain/matching/employeeMatch.ts';
import { isPlaceholderNumber } from '../../domain/matching/placeholders.ts';
import type { EmployeeField, EmployeeWrite, UpsertEmployeesPort } from '../../domain/ports.ts';
import type { EmployeeRow } from '../../domain/records.ts';
import { checkKey, checkTexts, known, Once, usable } from './targets.ts';
import type { NewTaskItem } from '../task.ts';
import type { Complaints } from './userErrors.ts';
import { write, type WriteAnswer, type WriteDependencies, type WriteInput, type Writer } from './startTask.ts';

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
  exitDate?: string | null | undefined;
  employmentType?: string | null | undefined;
  grade?: string | null | undefined;
  band?: string | null | undefined;
  customFields?: readonly CustomFieldItem[] | null | undefined;
}

export interface CustomFieldItem {
  name: string;
  value: string;
}

/** Custom fields that one item sets at most. */
export const MAX_CUSTOM_FIELDS = 50;

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
  'exitDate',
  'employmentType',
  'grade',
  'band',
] as const satisfies readonly (keyof UpsertEmployeeItem & EmployeeField)[];

function plan(items: readonly UpsertEmployeeItem[], directory: Directory, complaints: Complaints): NewTaskItem[] {
  const once = new Once();
  const keys = new Set<string>();
  return items.flatMap((item, index) => {
    const at = complaints.at(index);
    checkKey(item.key, keys, at);
    const repeated = once.repeats(
      item.integration,
      [
        ['workEmail', emailText(item.workEmail)],
        ['employeeNumber', item.employeeNumber && numberText(item.employeeNumber)],
      ],
      at,
    );
    const integration = known(directory, item.integration, at.at('integration'));
    const port = integration && usable(integration, 'upsertEmployees', at.at('integration'));
    if (!integration || !port) return [];
    const change = writeOf(item, integration, port, directory, at);
    if (change.existing && !repeated) once.record(integration.name, change.existing.remoteId, at);
    return {
      index,
      key: item.key ?? null,
      integration: integration.name,
      work: { operation: 'upsertEmployees' as const, write: change },
      conversion: null,
      warnings: [],
    };
  });
}

function writeOf(
  item: UpsertEmployeeItem,
  integration: Integration,
  port: UpsertEmployeesPort,
  directory: Directory,
  complaints: Complaints,
): EmployeeWrite {
  const change: EmployeeWrite = { workEmail: item.workEmail, existing: null };
  for (const field of TEXT_FIELDS) {
    const value = item[field];
    if (typeof value !== 'string') continue;
    if (value.trim() === '') complaints.at(field).add('INVALID', 'The value is blank.');
    // A number that the integration does not store still serves to find the record.
    else if (port.fields.includes(field)) change[field] = value;
    else if (field !== 'employeeNumber') unsupported(field, integration, complaints);
  }
  if (item.customFields) addCustomFields(change, item.customFields, integration, port, complaints);
  if (item.manager) addManager(change, item.manager, integration, port, directory, complaints);
  const found = existingRecord(item, integration, directory);
  if (found.length > 1) {
    const field = found.some((row) => sameKey(item.employeeNumber ?? '', row.employeeNumber, 'employeeNumber'))
      ? 'employeeNumber'
      : 'workEmail';
    complaints.at(field).add('AMBIGUOUS', `${integration.name} has several employees under these keys.`);
    return change;
  }
  change.existing = found[0] ?? null;
  for (const field of ['employeeNumber', 'workEmail'] as const) {
    const value = item[field];
    if (port.fields.includes(field) || typeof value !== 'string' || value.trim() === '') continue;
    // Where there is nobody, that is the complaint.
    if (field === 'workEmail' && change.existing === null) continue;
    if (!sameKey(value, change.existing?.[field] ?? null, field)) unsupported(field, integration, complaints);
  }
  if (change.existing === null && !port.creates) {
    complaints.at('workEmail').add('UNSUPPORTED', `${integration.name} has no such employee and cannot create one.`);
  } else if (change.existing !== null && !port.updates) {
    complaints.at('workEmail').add('UNSUPPORTED', `${integration.name} has this employee and cannot update one.`);
  } else if (change.existing === null) {
    for (const field of port.required) {
      if (item[field] !== undefined && item[field] !== null) continue;
      complaints.at(field).add('INVALID', `${integration.name} creates no employee without this.`);
    }
  } else {
    const refusal = port.refuses?.(change) ?? null;
    if (refusal !== null) complaints.add('UNSUPPORTED', refusal);
  }
  return change;
}

function unsupported(field: EmployeeField, integration: Integration, complaints: Complaints): void {
  complaints.at(field).add('UNSUPPORTED', `${integration.name} does not store this.`);
}

function sameKey(a: string, b: string | null, field: 'workEmail' | 'employeeNumber'): boolean {
  const text = field === 'workEmail' ? emailText : numberText;
  return b !== null && text(a) === text(b);
}

/** The integration's records under the item's number or its e-mail: more than one is ambiguous. `N/A` is no number. */
function existingRecord(item: UpsertEmployeeItem, { name }: Integration, directory: Directory): EmployeeRow[] {
  const view = directory.employees;
  const number = item.employeeNumber ?? '';
  const byNumber = isPlaceholderNumber(number) ? [] : view.byNumber(number);
  const candidates = [...view.byEmail(item.workEmail), ...byNumber];
  const rows = candidates.flatMap(({ records }) =>
    records.flatMap(({ integration, row }) => (integration === name ? [row] : [])),
  );
  return [...new Set(rows)].filter(
    (row) =>
      sameKey(item.workEmail, row.workEmail, 'workEmail') ||
      (byNumber.length > 0 && sameKey(number, row.employeeNumber, 'employeeNumber')),
  );
}

function addCustomFields(
  change: EmployeeWrite,
  fields: readonly CustomFieldItem[],
  integration: Integration,
  port: UpsertEmployeesPort,
  complaints: Complaints,
): void {
  const at = complaints.at('customFields');
  if (!port.fields.includes('customFields')) {
    unsupported('customFields', integration, complaints);
    return;
  }
  if (fields.length > MAX_CUSTOM_FIELDS) {
    at.add('INVALID_COUNT', `At most ${MAX_CUSTOM_FIELDS} custom fields are set at once.`);
    return;
  }
  const values = new Map<string, string>();
  for (const [index, field] of fields.entries()) {
    checkTexts(field, ['name', 'value'], at.at(index));
    const name = field.name.trim();
    if (values.has(name)) at.at(index, 'name').add('DUPLICATE', 'An earlier custom field has the same name.');
    values.set(name, field.value);
  }
  if (values.size > 0) change.customFields = Object.fromEntries(values);
}

function addManager(
  change: EmployeeWrite,
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
    change.managerRemoteId = record?.row.remoteId;
    change.managerEmail = record?.row.workEmail ?? found.value.workEmail ?? undefined;
    if (change.managerRemoteId === undefined && change.managerEmail === undefined) {
      at.add('INVALID', `The manager has neither a work e-mail nor a record in ${integration.name}.`);
    }
  }
}
