import type { Employee } from '../../domain/entities.ts';
import { emailText, numberText } from '../../domain/matching/employeeMatch.ts';
import type { EmployeeRow } from '../../domain/records.ts';
import { MultiIndex } from '../views/multiIndex.ts';
import { searchText } from '../search/searchText.ts';

/** Indexes of employees by record, e-mail, number and manager, and their search texts. */
export class EmployeeIndex {
  readonly #byRecord = new Map<string, Map<string, Employee>>();
  readonly #byEmail = new MultiIndex<Employee>();
  readonly #byNumber = new MultiIndex<Employee>();
  /** By the manager that a record names, within its integration. */
  readonly #byManager = new MultiIndex<Employee>();
  readonly #texts = new Map<Employee, string>();

  constructor(integrations: readonly string[]) {
    for (const name of integrations) this.#byRecord.set(name, new Map());
  }

  add(employee: Employee): void {
    this.#texts.set(employee, searchText(employee));
    for (const { integration, row } of employee.records) {
      this.#byRecord.get(integration)?.set(row.remoteId, employee);
      this.#byEmail.add(emailOf(row), employee);
      this.#byNumber.add(numberOf(row), employee);
      for (const key of managerKeys(integration, row)) this.#byManager.add(key, employee);
    }
  }

  delete(employee: Employee): void {
    this.#texts.delete(employee);
    for (const { integration, row } of employee.records) {
      this.#byRecord.get(integration)?.delete(row.remoteId);
      this.#byEmail.delete(emailOf(row), employee);
      this.#byNumber.delete(numberOf(row), employee);
      for (const key of managerKeys(integration, row)) this.#byManager.delete(key, employee);
    }
  }

  byRecord(integration: string, remoteId: string): Employee | null {
    return this.#byRecord.get(integration)?.get(remoteId) ?? null;
  }

  /** `email` as returned by `emailText`. */
  byEmail(email: string | null): Iterable<Employee> {
    return this.#byEmail.get(email);
  }

  /** `number` as returned by `numberText`. */
  byNumber(number: string | null): Iterable<Employee> {
    return this.#byNumber.get(number);
  }

  /** All employees with a record that names a record of this employee as manager. */
  namingManager(employee: Employee): Set<Employee> {
    const naming = new Set<Employee>();
    for (const { integration, row } of employee.records) {
      for (const key of [idKey(integration, row.remoteId), mailKey(integration, emailOf(row))]) {
        for (const report of this.#byManager.get(key)) naming.add(report);
      }
    }
    return naming;
  }

  textOf(employee: Employee): string {
    return this.#texts.get(employee) ?? '';
  }
}

function managerKeys(integration: string, { managerRemoteId, managerEmail }: EmployeeRow): (string | null)[] {
  return [
    managerRemoteId === null ? null : idKey(integration, managerRemoteId),
    mailKey(integration, managerEmail === null ? null : emailText(managerEmail)),
  ];
}

function emailOf({ workEmail }: EmployeeRow): string | null {
  return workEmail === null ? null : emailText(workEmail);
}

function numberOf({ employeeNumber }: EmployeeRow): string | null {
  return employeeNumber === null ? null : numberText(employeeNumber);
}

function idKey(integration: string, remoteId: string): string {
  return `${integration} id ${remoteId}`;
}

function mailKey(integration: string, email: string | null): string | null {
  return email === null ? null : `${integration} mail ${email}`;
}
