import type { Handling, SimResponse } from '../../../src/simulator/simulator.ts';
import { isObject, optionalEmail, optionalText, type Json } from '../../../src/outbound/payload/payload.ts';
import type { RawUpsertOutcome, RawUpsertResult } from '../raw.ts';
import { badInput } from './answers.ts';
import type { ImochaSwitches } from './switches.ts';
import { NO_HRMS, type EmployeeStore, type StoredEmployee, type StoredHrms } from './store.ts';

/** One record that the host refuses; the reason goes into its outcome. */
class Refusal extends Error {}

interface Upsert {
  store: EmployeeStore;
  switches: ImochaSwitches;
  /** Milliseconds. */
  now: number;
  effect: Handling['effect'];
}

/**
 * The bulk enrolment (imocha.md#upsert-request): each record on its own, so that a batch may succeed in part under
 * status 200. Outcomes carry the e-mail and never the external id.
 */
export function upsert(body: string, context: Upsert): RawUpsertResult | SimResponse {
  const { switches } = context;
  const records = recordsOf(body, switches);
  if (!Array.isArray(records)) return records;
  const result: RawUpsertResult = { failed: [], successful: [] };
  const emails = new Set<string>();
  for (const record of records) {
    const email = isObject(record) && typeof record['email'] === 'string' ? record['email'] : '';
    const failed = (reason: string) => result.failed.push({ email, employeeId: 0, errors: reason });
    if (!isObject(record) || optionalEmail(email) === null) {
      if (switches.upsertBadEmail === 'fail') failed('The e-mail address is missing or malformed.');
      continue;
    }
    const key = email.trim().toLowerCase();
    if (emails.has(key) && switches.upsertDuplicates === 'fail') {
      failed('The e-mail address comes twice in this request.');
      continue;
    }
    emails.add(key);
    try {
      result.successful.push(apply(record, email, context));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      failed(error.message);
    }
  }
  return result;
}

function recordsOf(body: string, switches: ImochaSwitches): unknown[] | SimResponse {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return badInput({ $: ['The body is no JSON.'] });
  }
  const records: unknown = switches.upsertNoArray === 'single' && isObject(json) ? [json] : json;
  if (!Array.isArray(records)) return badInput({ $: ['The body is no array.'] });
  if (records.length === 0 && switches.upsertEmptyArray === 'reject') return badInput({ $: ['The array is empty.'] });
  if (records.length > switches.upsertLargestBatch) {
    return badInput({ $: [`More than ${switches.upsertLargestBatch} records.`] });
  }
  return records;
}

function apply(record: Json, email: string, { store, switches, now, effect }: Upsert): RawUpsertOutcome {
  const address = email.trim();
  const hrms = isObject(record['employeeHRMSInfo']) ? record['employeeHRMSInfo'] : {};
  const existing = match(optionalText(hrms['externalEmployeeId']), address, store, switches);
  const before = existing ?? null;
  const keep = switches.upsertOmitted === 'merge' ? before : null;
  const next = {
    email: address,
    firstName: textOf(record['firstName']) ?? keep?.firstName ?? null,
    lastName: textOf(record['lastName']) ?? keep?.lastName ?? null,
    jobCode: jobCodeOf(record, store, switches) ?? keep?.jobCode ?? null,
    hrms: hrmsOf(hrms, keep?.hrms ?? NO_HRMS),
  };
  const manager = textOf(hrms['managerEmail']);
  if (switches.upsertUnknownManager === 'fail' && manager !== null && store.byEmail(manager).length === 0) {
    throw new Refusal('The manager is unknown.');
  }
  const status =
    statusOf(record, switches) ?? exitStatusOf(next.hrms, now, switches) ?? before?.status ?? switches.upsertNewStatus;

  const key = address.toLowerCase();
  if (before === null) {
    const { employeeId } = store.add({ ...next, status, recordKey: `new ${key}`, holdings: [], createdAt: now });
    effect({ kind: 'employee', key, change: 'created' });
    return { email, employeeId, errors: '' };
  }
  const changed = isDifferent(before, { ...next, status });
  if (changed) store.update(before, { ...next, status });
  effect({ kind: 'employee', key, change: changed ? 'updated' : 'unchanged' });
  return { email, employeeId: before.employeeId, errors: '' };
}

/** The employee meant by external id first, else by e-mail without case (imocha.md#upsert-rules). */
function match(
  externalId: string | null,
  email: string,
  store: EmployeeStore,
  switches: ImochaSwitches,
): StoredEmployee | undefined {
  const byExternalId =
    externalId === null || switches.upsertMatch === 'email' ? undefined : store.byExternalId(externalId);
  const byEmail = store.byEmail(email);
  if (byExternalId) {
    const clash = byEmail.length > 0 && !byEmail.includes(byExternalId);
    if (clash && switches.upsertKeysClash === 'fail') throw new Refusal('External id and e-mail name two employees.');
    return byExternalId;
  }
  if (byEmail.length > 1) throw new Refusal('Several employees share the e-mail address.');
  return byEmail[0];
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function jobCodeOf(record: Json, store: EmployeeStore, switches: ImochaSwitches): string | null {
  const jobCode = optionalText(record['jobCode']);
  if (jobCode !== null && switches.upsertUnknownJobCode === 'fail' && !store.jobCodes.has(jobCode)) {
    throw new Refusal('The job code is unknown.');
  }
  return jobCode;
}

/** Null where the record leaves the activation state alone: empty, null or left out. */
function statusOf(record: Json, switches: ImochaSwitches): StoredEmployee['status'] | null {
  const status = record['status'];
  if (status === undefined || status === null || status === '') return null;
  const word = typeof status === 'string' && switches.upsertStatusCase === 'ignore' ? status.toLowerCase() : status;
  if (word === 'active' || word === 'inactive') return word;
  throw new Refusal('The status is neither active nor inactive.');
}

function exitStatusOf({ exitDate }: StoredHrms, now: number, switches: ImochaSwitches): 'inactive' | null {
  const left = exitDate !== null && Date.parse(exitDate) < now;
  return left && switches.upsertPastExitDate === 'deactivate' ? 'inactive' : null;
}

function hrmsOf(given: Json, base: StoredHrms): StoredHrms {
  const custom = given['customFieldWithValue'];
  return {
    externalEmployeeId: optionalText(given['externalEmployeeId']) ?? base.externalEmployeeId,
    department: textOf(given['department']) ?? base.department,
    location: textOf(given['location']) ?? base.location,
    managerEmail: textOf(given['managerEmail']) ?? base.managerEmail,
    hireDate: textOf(given['hireDate']) ?? base.hireDate,
    exitDate: textOf(given['exitDate']) ?? base.exitDate,
    employmentType: textOf(given['employmentType']) ?? base.employmentType,
    grade: textOf(given['grade']) ?? base.grade,
    band: textOf(given['band']) ?? base.band,
    customFieldWithValue: isObject(custom) ? (custom as Record<string, string>) : base.customFieldWithValue,
  };
}

function isDifferent(before: StoredEmployee, next: Partial<StoredEmployee>): boolean {
  const fields = ['email', 'firstName', 'lastName', 'jobCode', 'status', 'hrms'] as const;
  return fields.some((field) => JSON.stringify(before[field]) !== JSON.stringify(next[field]));
}
