import type { Holding, Person, PersonRecord, Workforce } from '../../../src/simulator/workforce.ts';
import type { RawHrmsInfo } from '../raw.ts';
import { skillChangedAt } from './taxonomy.ts';

/** HR data of an employee, null where unknown. */
export type StoredHrms = { [Field in keyof RawHrmsInfo]-?: Exclude<RawHrmsInfo[Field], undefined> };

export interface StoredEmployee {
  employeeId: number;
  /** What scores are derived from. */
  recordKey: string;
  email: string;
  firstName: string | null;
  lastName: string | null;
  jobCode: string | null;
  status: 'active' | 'inactive';
  hrms: StoredHrms;
  holdings: readonly Holding[];
  /** When the profile came to be; of the workforce's, null: their skills tell. */
  createdAt: number | null;
}

/** First employee id: no employee number of a workforce is as high, so a wrong id never matches by luck. */
const FIRST_EMPLOYEE_ID = 1_000_001;

/** Filtered lists kept until the next write, so that a walk filters once and not once a page. */
const MAX_VIEWS = 16;

export const NO_HRMS: StoredHrms = {
  externalEmployeeId: null,
  department: null,
  location: null,
  managerEmail: null,
  hireDate: null,
  exitDate: null,
  employmentType: null,
  grade: null,
  band: null,
  customFieldWithValue: null,
};

export function fullNameOf({ firstName, lastName }: Pick<StoredEmployee, 'firstName' | 'lastName'>): string {
  return [firstName, lastName].filter((part) => part !== null && part !== '').join(' ');
}

/** The employees, with an index for every way in which a call asks for them. */
export class EmployeeStore {
  readonly jobCodes: ReadonlySet<string>;
  readonly #seed: string;
  readonly #employees: StoredEmployee[] = [];
  readonly #byId = new Map<number, StoredEmployee>();
  readonly #byExternalId = new Map<string, StoredEmployee>();
  readonly #byEmail = new Map<string, StoredEmployee[]>();
  readonly #views = new Map<string, readonly StoredEmployee[]>();
  readonly #changedAt = new Map<StoredEmployee, number>();

  constructor(workforce: Workforce) {
    this.#seed = workforce.seed;
    this.jobCodes = new Set(workforce.people.map((person) => person.jobCode));
    const holdings = holdingsByPerson(workforce);
    for (const person of workforce.people) {
      person.records.talent.forEach((record, position) => {
        // A second record of a person is the same person entered twice: nobody rates it.
        this.add(employeeOf(person, record, workforce.people, position === 0 ? (holdings[person.index] ?? []) : []));
      });
    }
  }

  byId(employeeId: number): StoredEmployee | undefined {
    return this.#byId.get(employeeId);
  }

  byExternalId(externalEmployeeId: string): StoredEmployee | undefined {
    return this.#byExternalId.get(externalEmployeeId);
  }

  /** All employees of an address, without regard to case. */
  byEmail(email: string): readonly StoredEmployee[] {
    return this.#byEmail.get(email.toLowerCase()) ?? [];
  }

  /** The employees that pass, by id; `key` names the filter. */
  list(key: string, passes: (employee: StoredEmployee) => boolean): readonly StoredEmployee[] {
    const known = this.#views.get(key);
    if (known) return known;
    const view = this.#employees.filter(passes);
    const oldest = this.#views.keys().next().value;
    if (this.#views.size >= MAX_VIEWS && oldest !== undefined) this.#views.delete(oldest);
    this.#views.set(key, view);
    return view;
  }

  /** When the skill profile changed last, in milliseconds. */
  profileChangedAt(employee: StoredEmployee): number {
    const known = this.#changedAt.get(employee);
    if (known !== undefined) return known;
    let latest = employee.createdAt ?? 0;
    for (const { skillIndex } of employee.holdings) {
      latest = Math.max(latest, skillChangedAt(this.#seed, employee.recordKey, skillIndex));
    }
    this.#changedAt.set(employee, latest);
    return latest;
  }

  add(fields: Omit<StoredEmployee, 'employeeId'>): StoredEmployee {
    const employee = { ...fields, employeeId: FIRST_EMPLOYEE_ID + this.#employees.length };
    this.#employees.push(employee);
    this.#byId.set(employee.employeeId, employee);
    this.#index(employee);
    this.#views.clear();
    return employee;
  }

  update(employee: StoredEmployee, fields: Partial<StoredEmployee>): void {
    this.#unindex(employee);
    Object.assign(employee, fields);
    this.#index(employee);
    this.#views.clear();
  }

  /** Adds a skill to a profile, which has changed then; one that it has stays as it is. */
  addHolding(employee: StoredEmployee, holding: Holding, now: number): void {
    if (employee.holdings.some(({ skillIndex }) => skillIndex === holding.skillIndex)) return;
    employee.holdings = [...employee.holdings, holding];
    this.#changedAt.set(employee, now);
    this.#views.clear();
  }

  #index(employee: StoredEmployee): void {
    const { externalEmployeeId } = employee.hrms;
    if (externalEmployeeId !== null) this.#byExternalId.set(externalEmployeeId, employee);
    const email = employee.email.toLowerCase();
    const sharing = this.#byEmail.get(email);
    if (sharing) sharing.push(employee);
    else this.#byEmail.set(email, [employee]);
  }

  #unindex(employee: StoredEmployee): void {
    const { externalEmployeeId } = employee.hrms;
    if (externalEmployeeId !== null && this.#byExternalId.get(externalEmployeeId) === employee) {
      this.#byExternalId.delete(externalEmployeeId);
    }
    const email = employee.email.toLowerCase();
    this.#byEmail.set(
      email,
      this.byEmail(email).filter((other) => other !== employee),
    );
  }
}

function holdingsByPerson({ people, holdings }: Workforce): Holding[][] {
  const byPerson: Holding[][] = people.map(() => []);
  for (const holding of holdings) {
    if (holding.systems.includes('talent')) byPerson[holding.personIndex]?.push(holding);
  }
  return byPerson;
}

function employeeOf(
  person: Person,
  record: PersonRecord,
  people: readonly Person[],
  holdings: readonly Holding[],
): Omit<StoredEmployee, 'employeeId'> {
  const manager = person.managerIndex === null ? undefined : people[person.managerIndex];
  return {
    recordKey: record.key,
    email: record.email ?? '',
    firstName: record.givenName,
    lastName: record.familyName,
    jobCode: person.jobCode,
    status: record.active ? 'active' : 'inactive',
    hrms: {
      ...NO_HRMS,
      externalEmployeeId: record.number,
      department: person.department,
      location: person.location,
      managerEmail: manager?.records.talent[0]?.email ?? null,
      hireDate: `${person.startDate}T00:00:00.000Z`,
      employmentType: 'Full time',
    },
    holdings,
    createdAt: null,
  };
}
