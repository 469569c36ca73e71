import { CommonValues } from '../../domain/matching/commonValues.ts';
import { employeeOf, type Employee } from '../../domain/entities.ts';
import {
  emailKey,
  emailText,
  matchEmployees,
  matchEmployeesInSteps,
  numberKey,
  numberText,
} from '../../domain/matching/employeeMatch.ts';
import { decodeId } from '../../domain/ids.ts';
import type { Link } from '../../domain/links.ts';
import type { Placed } from '../../domain/matching/grouping.ts';
import type { Direction, Position } from '../../domain/paging.ts';
import type { EmployeeRow, EmployeeStatus } from '../../domain/records.ts';
import { inSteps, runSteps, type Steps } from '../../lib/steps.ts';
import { EmployeeIndex } from './employeeIndex.ts';
import { descending, reordered, sortedByPosition } from '../views/order.ts';
import { rematchOf, type Change, type LinkIndex } from '../views/rematch.ts';
import { wordsOf } from '../search/searchText.ts';

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

type Orders = Record<EmployeeOrderField, readonly Employee[]>;

/**
 * The employees of all integrations, each person once, with every index that reads need. A view is immutable to its
 * readers; `patched` makes the next view of it, which takes over its indexes.
 */
export class EmployeeView {
  readonly #integrations: readonly string[];
  readonly #index: EmployeeIndex;
  readonly #common: CommonValues;
  readonly #orders: Orders;
  readonly #descending = new Map<EmployeeOrderField, readonly Employee[]>();

  private constructor(integrations: readonly string[], index: EmployeeIndex, common: CommonValues, orders: Orders) {
    this.#integrations = integrations;
    this.#index = index;
    this.#common = common;
    this.#orders = orders;
  }

  /** `placed` in order of integration precedence. */
  static of(
    placed: readonly Placed<EmployeeRow>[],
    integrations: readonly string[],
    links: readonly Link[] = [],
  ): EmployeeView {
    return runSteps(EmployeeView.inSteps(placed, integrations, links));
  }

  /** The same, with pauses: 300,000 records take seconds. */
  static *inSteps(
    placed: readonly Placed<EmployeeRow>[],
    integrations: readonly string[],
    links: readonly Link[],
  ): Steps<EmployeeView> {
    const employees: Employee[] = [];
    const index = new EmployeeIndex(integrations);
    const common = yield* CommonValues.of(placed);
    const groups = yield* matchEmployeesInSteps(placed, integrations, links, common);
    yield* inSteps(groups, (group) => {
      const employee = employeeOf(group);
      employees.push(employee);
      index.add(employee);
    });
    const by = (field: EmployeeOrderField) => sortedByPosition(employees, employeePosition(field));
    return new EmployeeView(integrations, index, common, {
      DISPLAY_NAME: yield* by('DISPLAY_NAME'),
      START_DATE: yield* by('START_DATE'),
      CHANGED_AT: yield* by('CHANGED_AT'),
    });
  }

  /** The view after these changes; null when they affect so many other records that rebuilding is cheaper. */
  patched(changes: readonly Change<EmployeeRow>[], links: LinkIndex): EmployeeView | null {
    const index = this.#index;
    const rematch = rematchOf<Employee, EmployeeRow>({
      changes,
      integrations: this.#integrations,
      links,
      entityOf: ({ integration, remoteId }) => this.byRecord(integration, remoteId),
      recordsOf: (employee) => employee.records,
      *sharing(row) {
        yield* index.byNumber(numberKey(row));
        yield* index.byEmail(emailKey(row));
      },
    });
    if (rematch === null) return null;
    const counted = changes.map(({ integration, remoteId, row }) => ({
      integration,
      before: this.rowOf(integration, remoteId),
      after: row,
    }));
    if (!this.#common.change(counted)) return null;
    const { entities, placed } = rematch;
    const come = matchEmployees(placed, this.#integrations, rematch.links, this.#common).map(employeeOf);
    for (const employee of entities) index.delete(employee);
    for (const employee of come) index.add(employee);
    const by = (field: EmployeeOrderField) => reordered(this.#orders[field], entities, come, employeePosition(field));
    return new EmployeeView(this.#integrations, index, this.#common, {
      DISPLAY_NAME: by('DISPLAY_NAME'),
      START_DATE: by('START_DATE'),
      CHANGED_AT: by('CHANGED_AT'),
    });
  }

  /** By display name. */
  get all(): readonly Employee[] {
    return this.#orders.DISPLAY_NAME;
  }

  byRecord(integration: string, remoteId: string): Employee | null {
    return this.#index.byRecord(integration, remoteId);
  }

  /** The employee of one integration's record; null when it is unknown. */
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

  /** All employees with this work e-mail in any record, ignoring case. */
  byEmail(email: string): Employee[] {
    return [...this.#index.byEmail(emailText(email))];
  }

  byNumber(number: string): Employee[] {
    return [...this.#index.byNumber(numberText(number))];
  }

  sortedBy(field: EmployeeOrderField, direction: Direction): readonly Employee[] {
    if (direction === 'ASC') return this.#orders[field];
    const known = this.#descending.get(field);
    if (known) return known;
    const turned = descending(this.#orders[field], employeePosition(field));
    this.#descending.set(field, turned);
    return turned;
  }

  /** The manager that the first record with one names; null for none, or for one that the integration does not list. */
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

  /** The employees who report to this one, by display name. */
  reportsOf(employee: Employee): readonly Employee[] {
    const reports = [...this.#index.namingManager(employee)].filter((report) => this.managerOf(report) === employee);
    return runSteps(sortedByPosition(reports, employeePosition('DISPLAY_NAME')));
  }

  /** Those of a sorted list that match the filter, in the same order. */
  filter(employees: readonly Employee[], filter: EmployeeFilter): readonly Employee[] {
    return runSteps(this.filterInSteps(employees, filter));
  }

  /** The same, with pauses: searching the texts of 100,000 people takes a tenth of a second. */
  *filterInSteps(employees: readonly Employee[], filter: EmployeeFilter): Steps<readonly Employee[]> {
    const tests: ((employee: Employee) => boolean)[] = [];
    const { text, status, department, location, managerId, integrations } = filter;
    if (text) {
      const words = [...new Set(wordsOf(text))].map((word) => ` ${word}`);
      tests.push((employee) => words.every((word) => this.#index.textOf(employee).includes(word)));
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
    if (tests.length === 0) return employees;
    const found: Employee[] = [];
    yield* inSteps(employees, (employee) => {
      if (tests.every((test) => test(employee))) found.push(employee);
    });
    return found;
  }
}

function oneOf(wanted: readonly string[], valueOf: (employee: Employee) => string | null) {
  const folded = new Set(wanted.map((value) => value.toLowerCase()));
  return (employee: Employee) => {
    const value = valueOf(employee);
    return value !== null && folded.has(value.toLowerCase());
  };
}
