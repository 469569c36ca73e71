/** The simulated writes of employees (kombo.md#employee-writes). */
import { type Json, optionalEmail } from '../../../src/outbound/payload/payload.ts';
import { type Handling, jsonResponse, type SimResponse } from '../../../src/simulator/simulator.ts';
import { bodyOf, optionalString, requiredText } from './body.ts';
import { employeeScalars } from './employees.ts';
import { komboId } from './ids.ts';
import { invalid, Refusal } from './refusal.ts';
import { addEmployee, type SimEmployee, type World } from './world.ts';
import type { WriteContext } from './writes.ts';

const DATE = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?)?Z?$/;

/** Creates; an address that is in use collides (kombo.md#employee-writes). */
export function postEmployee({ world, now }: WriteContext, { request, effect }: Handling): SimResponse {
  const body = bodyOf(request.body);
  const firstName = requiredText(body, 'first_name');
  const lastName = requiredText(body, 'last_name');
  const { email, startDate } = checked(body);
  if (email !== null && world.emails.has(email.toLowerCase())) {
    throw new Refusal(409, 'HRIS.EMPLOYEE_ALREADY_EXISTS', 'An employee with this address exists.');
  }
  const remoteId = `new-${world.employees.length + 1}`;
  const employee = addEmployee(world, {
    id: komboId(remoteId),
    remoteId,
    firstName,
    lastName,
    fullName: `${firstName} ${lastName}`,
    email,
    number: null,
    jobTitle: optionalString(body, 'job_title'),
    status: 'ACTIVE',
    startDate,
    department: null,
    location: null,
    manager: null,
    changedAt: now,
    deletedAt: null,
  });
  effect({ kind: 'employee', key: email?.toLowerCase() ?? employee.id, change: 'created' });
  return jsonResponse(200, { status: 'success', data: employeeScalars(employee), warnings: [] });
}

/** Updates what is given; the address is required although it need not change (kombo.md#employee-writes). */
export function patchEmployee(
  { world, now, switches }: WriteContext,
  { request, effect }: Handling,
  id: string,
): SimResponse {
  if (switches.employeePatch === 'off') {
    throw new Refusal(400, 'INTEGRATION.ACTION_NOT_AVAILABLE', 'Not offered for this tool.');
  }
  const body = bodyOf(request.body);
  requiredText(body, 'work_email');
  const { email, startDate } = checked(body);
  const employee = employeeBy(world, id);
  if (!employee || employee.deletedAt !== null) throw invalid('employee_id names no employee');
  const next: Partial<SimEmployee> = {
    email,
    firstName: optionalString(body, 'first_name') ?? employee.firstName,
    lastName: optionalString(body, 'last_name') ?? employee.lastName,
    jobTitle: optionalString(body, 'job_title') ?? employee.jobTitle,
    startDate: startDate ?? employee.startDate,
  };
  const fullName = employee.fullName === null ? null : `${next.firstName} ${next.lastName}`;
  const before = JSON.stringify(employeeScalars(employee));
  if (employee.email !== null) world.emails.delete(employee.email.toLowerCase());
  Object.assign(employee, next, { fullName });
  if (email !== null) world.emails.add(email.toLowerCase());
  const isSame = JSON.stringify(employeeScalars(employee)) === before;
  if (!isSame) employee.changedAt = now;
  effect({ kind: 'employee', key: email?.toLowerCase() ?? employee.id, change: isSame ? 'unchanged' : 'updated' });
  const { custom_fields: _, integration_fields: __, ...shown } = employeeScalars(employee);
  return jsonResponse(200, { status: 'success', data: shown, warnings: [] });
}

function checked(body: Json): { email: string | null; startDate: string | null } {
  const email = optionalString(body, 'work_email');
  const startDate = optionalString(body, 'start_date');
  if (email !== null && optionalEmail(email) === null) throw invalid('work_email must be an e-mail address');
  if (startDate !== null && !DATE.test(startDate)) throw invalid('start_date must be a date');
  return { email, startDate: startDate?.slice(0, 10) ?? null };
}

/** By the vendor's id, or by the connected system's after `remote:` (kombo.md#employee-writes). */
function employeeBy(world: World, id: string): SimEmployee | undefined {
  if (!id.startsWith('remote:')) return world.employeesById.get(id);
  const remoteId = id.slice('remote:'.length);
  return world.employees.find((employee) => employee.remoteId === remoteId);
}
