import { employeeOf, type Employee } from '../domain/entities.ts';
import { matchEmployees } from '../domain/identity.ts';
import type { Link } from '../domain/links.ts';
import type { Placed } from '../domain/match.ts';
import { comparePositions, type Direction, type Position } from '../domain/paging.ts';
import type { EmployeeRow, EmployeeStatus } from '../domain/records.ts';
import { decodeId } from '../domain/ids.ts';

/** What employees can be ordered by; the names are those of the graph. */
export const EMPLOYEE_ORDER_FIELDS = ['DISPLAY_NAME', 'START_DATE', 'CHANGED_AT'] as const;
export type EmployeeOrderField = (typeof EMPLOYEE_ORDER_FIELDS)[number];

/** Conditions on employees; all given ones must hold, a list is met by any of its values. */
export interface EmployeeFilter {
  text?: string | null | undefined;
  status?: readonly EmployeeStatus[] | null | undefined;
  department?: readonly string[] | null | undefined;
  location?: readonly string[] | null | undefined;
  /** The unified manager's id. */
  managerId?: string | undefined;
  integrations?: readonly string[] | null | undefined;
}

const ORDER_KEYS: Record<EmployeeOrderField, (employee: Employee) => string | null> = {
  DISPLAY_NAME: (employee) => employee.displayName,
  START_DATE: (employee) => employee.startDate,
  CHANGED_AT: (employee) => employee.changedAt,
};

export function employeePosition(field: EmployeeOrderField): (employee: Employee) => Position {
  const keyOf = ORDER_KEYS[field];
  return (employee) => ({ key: keyOf(employee), id: employee.id });
}

/** The employees of all integrations at one moment, each person once, with every index that reading needs. Never changes. */
export class EmployeeView {
  /** By display name. */
  readonly all: readonly Employee[];
  readonly #byRecord = new Map<string, Map<string, Employee>>();
  readonly #byEmail = new Map<string, Employee[]>();
  readonly #byNumber = new Map<string, Employee[]>();
  readonly #sorted = new Map<string, readonly Employee[]>();
  #reports: Map<Employee, Employee[]> | null = null;
  #texts: Map<Employee, string> | null = null;

  /** `placed` in order of integration precedence. */
  constructor(placed: readonly Placed<EmployeeRow>[], integrations: readonly string[], links: readonly Link[] = []) {
    for (const name of integrations) this.#byRecord.set(name, new Map());
    const employees = matchEmployees(placed, integrations, links).map(employeeOf);
    for (const employee of employees) {
      for (const { integration, row } of employee.records) {
        this.#byRecord.get(integration)?.set(row.remoteId, employee);
        if (row.workEmail !== null) add(this.#byEmail, row.workEmail.toLowerCase(), employee);
        if (row.employeeNumber !== null) add(this.#byNumber, row.employeeNumber, employee);
      }
    }
    this.all = sort(employees, 'DISPLAY_NAME', 'ASC');
    this.#sorted.set('DISPLAY_NAME ASC', this.all);
  }

  byRecord(integration: string, remoteId: string): Employee | null {
    return this.#byRecord.get(integration)?.get(remoteId) ?? null;
  }

  /** One integration's own record; null when it is not known. */
  rowOf(integration: string, remoteId: string): EmployeeRow | null {
    const records = this.byRecord(integration, remoteId)?.records ?? [];
    return (
      records.find((record) => record.integration === integration && record.row.remoteId === remoteId)?.row ?? null
    );
  }

  /** The employee behind the global id of any of its records; null for an unknown id or one of another type. */
  byId(id: string): Employee | null {
    const decoded = decodeId(id);
    if (decoded?.type !== 'Employee' || decoded.parts.length !== 2) return null;
    const [integration, remoteId] = decoded.parts;
    return this.byRecord(integration ?? '', remoteId ?? '');
  }

  /** Everyone with this work e-mail in any record, case ignored. */
  byEmail(email: string): Employee[] {
    return [...(this.#byEmail.get(email.toLowerCase()) ?? [])];
  }

  byNumber(number: string): Employee[] {
    return [...(this.#byNumber.get(number) ?? [])];
  }

  sortedBy(field: EmployeeOrderField, direction: Direction): readonly Employee[] {
    const key = `${field} ${direction}`;
    const known = this.#sorted.get(key);
    if (known) return known;
    const sorted = sort(this.all, field, direction);
    this.#sorted.set(key, sorted);
    return sorted;
  }

  /** The manager as the first record with one names it; null for none or one that the integration does not list. */
  managerOf(employee: Employee): Employee | null {
    for (const { integration, row } of employee.records) {
      if (row.managerRemoteId !== null) {
        const manager = this.byRecord(integration, row.managerRemoteId);
        if (manager && manager !== employee) return manager;
      }
      if (row.managerEmail !== null) {
        const [manager, ...others] = this.byEmail(row.managerEmail).filter((candidate) =>
          candidate.records.some((record) => record.integration === integration),
        );
        if (manager && others.length === 0 && manager !== employee) return manager;
      }
    }
    return null;
  }

  /** Whose manager this is, by display name. */
  reportsOf(employee: Employee): readonly Employee[] {
    if (!this.#reports) {
      this.#reports = new Map();
      for (const report of this.all) {
        const manager = this.managerOf(report);
        if (!manager) continue;
        const list = this.#reports.get(manager);
        if (list) list.push(report);
        else this.#reports.set(manager, [report]);
      }
    }
    return this.#reports.get(employee) ?? [];
  }

  /** Those of a sorted list who meet the filter, in its order. */
  filter(employees: readonly Employee[], filter: EmployeeFilter): readonly Employee[] {
    const tests: ((employee: Employee) => boolean)[] = [];
    const { text, status, department, location, managerId, integrations } = filter;
    if (text) {
      const words = wordsOf(text).map((word) => ` ${word}`);
      const texts = (this.#texts ??= new Map(this.all.map((employee) => [employee, searchText(employee)])));
      tests.push((employee) => words.every((word) => texts.get(employee)?.includes(word) === true));
    }
    if (status) tests.push((employee) => employee.status !== null && status.includes(employee.status));
    if (department) tests.push(oneOf(department, (employee) => employee.department));
    if (location) tests.push(oneOf(location, (employee) => employee.location));
    if (managerId !== undefined) {
      const manager = this.byId(managerId);
      const reports = new Set(manager ? this.reportsOf(manager) : []);
      tests.push((employee) => reports.has(employee));
    }
    if (integrations) {
      tests.push((employee) => employee.records.some((record) => integrations.includes(record.integration)));
    }
    return tests.length === 0 ? employees : employees.filter((employee) => tests.every((test) => test(employee)));
  }
}

function sort(employees: readonly Employee[], field: EmployeeOrderField, direction: Direction): readonly Employee[] {
  const positionOf = employeePosition(field);
  return employees
    .map((employee) => ({ employee, position: positionOf(employee) }))
    .toSorted((a, b) => comparePositions(a.position, b.position, direction))
    .map(({ employee }) => employee);
}

function add(index: Map<string, Employee[]>, key: string, employee: Employee): void {
  const known = index.get(key);
  if (!known) index.set(key, [employee]);
  // One employee's records come one after the other.
  else if (known.at(-1) !== employee) known.push(employee);
}

function oneOf(wanted: readonly string[], valueOf: (employee: Employee) => string | null) {
  const folded = new Set(wanted.map((value) => value.toLowerCase()));
  return (employee: Employee) => {
    const value = valueOf(employee);
    return value !== null && folded.has(value.toLowerCase());
  };
}

/** Every word, each after a space, so that looking for a beginning is looking for a piece of text. Parts of a double name, too. */
function searchText({ displayName, workEmail, employeeNumber, jobTitle }: Employee): string {
  const words = wordsOf([displayName, workEmail, employeeNumber, jobTitle].join(' '));
  const parts = words.flatMap((word) => (word.includes('-') ? word.split('-').slice(1) : []));
  return ['', ...words, ...parts].join(' ');
}

function wordsOf(text: string): string[] {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}@.+-]+/u)
    .filter((word) => word !== '');
}
