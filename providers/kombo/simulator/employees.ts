/** Shows the simulator's employees as the vendor does (kombo.md#employees). */
import { ORGANISATION } from '../../../src/simulator/names.ts';
import { komboId } from './ids.ts';
import { instant } from './instant.ts';
import type { SimEmployee } from './world.ts';

/** Groups by department: remote ids 1, 2, ... as the first employees have them, so that ids collide between models. */
const DEPARTMENTS = new Map(
  ORGANISATION.map(({ department, code }, index) => [
    department,
    {
      team: { id: komboId(`team-${code}`), remote_id: `team-${code}`, name: `${department} Team`, type: 'TEAM' },
      department: {
        id: komboId(String(index + 1)),
        remote_id: String(index + 1),
        name: department,
        type: 'DEPARTMENT',
      },
      costCentre: { id: komboId(`cc-${code}`), remote_id: `cc-${code}`, name: `CC ${code}`, type: 'COST_CENTER' },
    },
  ]),
);

const LEGAL_ENTITY = { id: komboId('entity-1'), remote_id: 'entity-1', name: 'Example Group', address: null };

export function groupsOf(employee: SimEmployee): { id: string; name: string; type: string }[] {
  const groups = employee.department === null ? undefined : DEPARTMENTS.get(employee.department);
  // The department is not the first group: readers have to look at the type.
  return groups ? [groups.team, groups.department, groups.costCentre] : [];
}

export function locationIdOf(employee: SimEmployee): string | null {
  return employee.location === null ? null : komboId(`location-${employee.location}`);
}

/** Dates are shown as midnight in UTC (kombo.md#identifiers-and-values). */
function dateTime(day: string | null): string | null {
  return day === null ? null : `${day}T00:00:00.000Z`;
}

/** An employee without relations, as the answer to a creation shows it (kombo.md#employee-writes). */
export function employeeScalars(employee: SimEmployee): Record<string, unknown> {
  return {
    id: employee.id,
    remote_id: employee.remoteId,
    employee_number: employee.number,
    first_name: employee.firstName,
    last_name: employee.lastName,
    display_full_name: employee.fullName,
    nationality: null,
    job_title: employee.jobTitle,
    work_email: employee.email,
    personal_email: null,
    mobile_phone_number: null,
    ssn: null,
    tax_id: null,
    gender: null,
    ethnicity: null,
    marital_status: null,
    employment_status: employee.status,
    employment_type: 'FULL_TIME',
    weekly_hours: 40,
    avatar: null,
    work_location_id: locationIdOf(employee),
    legal_entity_id: LEGAL_ENTITY.id,
    manager_id: employee.manager?.id ?? null,
    home_address: null,
    bank_accounts: null,
    date_of_birth: null,
    start_date: dateTime(employee.startDate),
    termination_date: employee.status === 'INACTIVE' ? '2025-12-31T00:00:00.000Z' : null,
    remote_created_at: null,
    changed_at: instant(employee.changedAt),
    remote_deleted_at: instant(employee.deletedAt),
    custom_fields: null,
    integration_fields: [],
    remote_data: null,
  };
}

/** An employee with relations, as the list shows it (kombo.md#employees). */
export function employeeRow(employee: SimEmployee): Record<string, unknown> {
  const { manager } = employee;
  const groups = groupsOf(employee);
  return {
    ...employeeScalars(employee),
    employments: [
      {
        id: komboId(`employment-${employee.remoteId}`),
        remote_id: null,
        employee_id: employee.id,
        job_title: employee.jobTitle,
        pay_rate: null,
        pay_period: null,
        pay_frequency: null,
        employment_type: 'FULL_TIME',
        pay_currency: null,
        effective_date: dateTime(employee.startDate),
        changed_at: instant(employee.changedAt),
        remote_deleted_at: null,
        remote_data: null,
        custom_fields: null,
        integration_fields: [],
      },
    ],
    time_off_balances: [],
    manager: manager && {
      id: manager.id,
      remote_id: manager.remoteId,
      employee_number: manager.number,
      first_name: manager.firstName,
      last_name: manager.lastName,
      display_full_name: manager.fullName,
      work_email: manager.email,
      employment_status: manager.status,
      termination_date: null,
    },
    groups,
    teams: groups,
    legal_entity: LEGAL_ENTITY,
    work_location:
      employee.location === null
        ? null
        : {
            id: locationIdOf(employee),
            remote_id: `location-${employee.location}`,
            name: employee.location,
            address: null,
            type: null,
            changed_at: instant(employee.changedAt),
            remote_deleted_at: null,
            remote_data: null,
          },
  };
}
