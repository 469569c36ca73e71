import type { SimRequest, SimResponse } from '../../../src/simulator/simulator.ts';
import type { RawEmployee, RawHrmsInfo, RawProfile } from '../raw.ts';
import { answerOf, refusalOf } from './answers.ts';
import { instantOf, isRefusal, pageOf, queryOf, windowOf } from './pages.ts';
import { profileSkill, type ProfileSource } from './profile.ts';
import { fullNameOf, type EmployeeStore, type StoredEmployee } from './store.ts';

export interface SimulatorData extends ProfileSource {
  store: EmployeeStore;
}

/** The employee list (imocha.md#employee-list), with active and inactive. */
export function listEmployees(request: SimRequest, { store, switches }: SimulatorData): SimResponse {
  const query = queryOf(request);
  const window = windowOf(query, switches.largePageSize);
  if (isRefusal(window)) return window;
  const status = query.get('status') ?? '';
  const text = query.get('searchtext') ?? '';
  const rows = store.list(
    JSON.stringify(['employees', status, text]),
    (employee) => (status === '' || employee.status === status) && matches(employee, text),
  );
  return answerOf(
    pageOf(rows, window, (employee) => toListed(employee, switches.employeeShape)),
    switches.contentType,
  );
}

/**
 * Everybody's skills (imocha.md#skills-profiles). A profile that changed at the very instant of the delta parameter is
 * left out.
 */
export function listProfiles(request: SimRequest, data: SimulatorData): SimResponse {
  const { store, switches } = data;
  const query = queryOf(request);
  const window = windowOf(query, switches.largePageSize);
  if (isRefusal(window)) return window;
  const since = instantOf(query, 'SkillProfileModifiedSince');
  if (isRefusal(since)) return since;
  const text = query.get('searchtext') ?? '';
  const rows = store.list(
    JSON.stringify(['profiles', since, text, switches.listInactive]),
    (employee) =>
      (switches.listInactive || employee.status === 'active') &&
      matches(employee, text) &&
      (since === null || store.profileChangedAt(employee) > since),
  );
  return answerOf(
    pageOf(rows, window, (employee) => toProfile(employee, data)),
    switches.contentType,
  );
}

/** One employee's skills by vendor id or else by external id (imocha.md#one-skills-profile). */
export function oneProfile(parameter: string, data: SimulatorData): SimResponse {
  const { store, switches } = data;
  const employee = employeeBy(parameter, store);
  if (!employee) return unknownEmployee(data);
  const profile = toProfile(employee, data);
  const shapes = { profile, items: { items: [profile] }, array: [profile], skills: profile.skills };
  return answerOf(shapes[switches.profileShape], switches.contentType);
}

/** The employee of a path: by vendor id, or else by external id (imocha.md#one-skills-profile). */
export function employeeBy(parameter: string, store: EmployeeStore): StoredEmployee | undefined {
  const id = decode(parameter);
  return (/^[1-9]\d*$/.test(id) ? store.byId(Number(id)) : undefined) ?? store.byExternalId(id);
}

/** The tenant's taxonomy (imocha.md#taxonomy). */
export function listTaxonomy(request: SimRequest, { taxonomy, switches }: SimulatorData): SimResponse {
  const query = queryOf(request);
  const window = windowOf(query, switches.largePageSize);
  if (isRefusal(window)) return window;
  const since = instantOf(query, 'LastModifiedOn');
  if (isRefusal(since)) return since;
  const text = (query.get('searchtext') ?? '').toLowerCase();
  const rows =
    since === null && text === ''
      ? taxonomy.entries
      : taxonomy.entries.filter(
          ({ skill, changedAt }) =>
            (since === null || changedAt > since) &&
            (text === '' || (skill.names.talent ?? '').toLowerCase().includes(text)),
        );
  return answerOf(
    pageOf(rows, window, (entry) => taxonomy.toRaw(entry)),
    switches.contentType,
  );
}

function toProfile(employee: StoredEmployee, data: SimulatorData): RawProfile {
  return {
    employeeId: employee.employeeId,
    externalEmployeeId: employee.hrms.externalEmployeeId,
    email: employee.email,
    fullName: fullNameOf(employee),
    skills: employee.holdings.flatMap((holding) => profileSkill(data, employee, holding) ?? []),
  };
}

function toListed(
  employee: StoredEmployee,
  shape: 'nested' | 'isActive' | 'flat',
): Partial<RawEmployee> & RawHrmsInfo & { isActive?: boolean } {
  const { employeeId, email, firstName, lastName, jobCode, status, hrms } = employee;
  const identity = { employeeId, email, firstName, lastName, fullName: fullNameOf(employee), jobCode };
  if (shape === 'flat') return { ...identity, status, ...hrms };
  const rest = { jobProfileId: null, employeeHRMSInfo: hrms };
  return shape === 'isActive'
    ? { ...identity, ...rest, isActive: status === 'active' }
    : { ...identity, status, ...rest };
}

/** Part of the full name without case, or the whole e-mail (imocha.md#skills-profiles). */
function matches(employee: StoredEmployee, text: string): boolean {
  if (text === '') return true;
  const wanted = text.toLowerCase();
  return fullNameOf(employee).toLowerCase().includes(wanted) || employee.email.toLowerCase() === wanted;
}

export function unknownEmployee({ switches }: SimulatorData): SimResponse {
  const headers = { 'content-type': switches.contentType };
  switch (switches.unknownEmployee) {
    case '400':
      return refusalOf(400, 'The employee is unknown.');
    case '204':
      return { status: 204, headers: {}, body: '' };
    case 'empty':
      return { status: 200, headers, body: '' };
    case 'null':
      return { status: 200, headers, body: 'null' };
    default:
      return refusalOf(404);
  }
}

export function decode(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    return parameter;
  }
}
