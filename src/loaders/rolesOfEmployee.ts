import type { Operation } from '../domain/operations.ts';
import DataLoader from 'dataloader';
import type { Directory } from '../directory/directory.ts';
import type { Integration } from '../integrations/integration.ts';
import type { Employee } from '../domain/entities.ts';
import type { SourceStatus } from '../domain/employeeSkill.ts';
import {
  expectedSkillOf,
  gapsOf,
  JobProfile,
  MAX_CAREER_PATHS,
  MAX_EXPECTED_SKILLS,
  MAX_GAPS,
  widestFirst,
  type CareerPathRow,
  type EmployeeExpectationsRow,
  type ExpectedSkill,
  type ExpectedSkillRow,
  type SkillGap,
  type SkillMention,
} from '../domain/roles.ts';
import type { RequestCall } from './requestCall.ts';
import { readThrough, type Found } from './readers/readThrough.ts';
import type { PathOfEmployee, RoleReads, RowsOfEmployees } from './readers/roleReader.ts';
import type { Role, RolesCatalogue } from './rolesCatalogue.ts';
import { answered, notAsked, syncedOf } from './sources.ts';

type Source = SourceStatus<Integration>;

/** Rows in full, with how each integration answered. */
export interface Sourced<T> {
  nodes: readonly T[];
  sources: readonly Source[];
}

/** A role suggested to an employee, in its place in the graph. */
export interface CareerPath {
  readonly employee: Employee;
  readonly jobProfile: Role;
  readonly kindLabel: string;
  readonly match: number | null;
  readonly row: CareerPathRow;
}

export interface RolesOfEmployeeOptions {
  directory: Directory;
  catalogue: RolesCatalogue;
  roleReads: RoleReads;
  call: RequestCall;
  now?: (() => number) | undefined;
}

/** What one integration said of the records of one employee. */
interface Said<Row> {
  integration: Integration;
  /** Null where it was not asked, or did not answer. */
  rows: readonly Row[] | null;
  /** When the oldest of them was read, in milliseconds since 1970; null where there are none. */
  fetchedAt: number | null;
  source: Source;
}

/** What one integration said of many employees, by the ids of their records. */
type Outcomes<Row> = ReadonlyMap<string, Found<readonly Row[]>>;

/** How an operation is put to one integration. */
interface Question<Row> {
  operation: Operation;
  /** Null where the integration cannot be asked. */
  readsOf(integration: Integration): RowsOfEmployees<Row> | null;
}

/** Roles as a request asks for them: those of employees, what they expect, and which could be next. New for every request. */
export class RolesOfEmployee {
  readonly #options: RolesOfEmployeeOptions;
  readonly #expectations: DataLoader<Employee, Said<EmployeeExpectationsRow>[], string>;
  readonly #paths: DataLoader<Employee, Said<PathOfEmployee>[], string>;

  constructor(options: RolesOfEmployeeOptions) {
    this.#options = options;
    const { roleReads } = options;
    const cacheKeyFn = ({ id }: Employee) => id;
    this.#expectations = new DataLoader(
      (employees) =>
        this.#ask(employees, { operation: 'READ_SKILL_GAPS', readsOf: (integration) => roleReads.gaps(integration) }),
      { cacheKeyFn },
    );
    this.#paths = new DataLoader(
      (employees) =>
        this.#ask(employees, {
          operation: 'READ_CAREER_PATHS',
          readsOf: (integration) => roleReads.paths(integration),
        }),
      { cacheKeyFn },
    );
  }

  /** All roles by name. */
  all(): ReturnType<RolesCatalogue['all']> {
    return this.#options.catalogue.all(this.#options.call);
  }

  /** One role by the parts of its global id; null when it is unknown. */
  byId(integrationName: string, remoteId: string): Promise<Role | null> {
    const { catalogue, directory } = this.#options;
    const integration = directory.integration(integrationName);
    return integration ? catalogue.byId(integration, remoteId, this.#options.call) : Promise.resolve(null);
  }

  /** The role that a record of the employee names, in order of precedence; null for none or unknown. */
  async jobProfile({ records }: Employee): Promise<Role | null> {
    const { catalogue, directory } = this.#options;
    for (const { integration: name, row } of records) {
      const integration = row.roleKeys && directory.integration(name);
      const role = integration && (await catalogue.byKeys(integration, row.roleKeys ?? [], this.#options.call));
      if (role) return role;
    }
    return null;
  }

  /** What a role expects, by name. */
  async expectedSkills(role: Role): Promise<Sourced<ExpectedSkill>> {
    const { value, source } = await this.#options.catalogue.expectedSkills(role, this.#options.call);
    const skillOf = this.#skillOf(role.integration, value ?? []);
    const nodes = (value ?? []).flatMap((row) => {
      const found = skillOf(row);
      return found ? [expectedSkillOf(row, found)] : [];
    });
    const byName = nodes.toSorted((a, b) => a.skill.name.localeCompare(b.skill.name, 'en'));
    return { nodes: byName.slice(0, MAX_EXPECTED_SKILLS), sources: [source] };
  }

  /** What the employee's roles expect and the employee has not reached, of all integrations. */
  async skillGaps(employee: Employee): Promise<Sourced<SkillGap<Integration>>> {
    const said = await this.#expectations.load(employee);
    const parts = await Promise.all(said.map((one) => this.#gapsAt(employee, one)));
    const nodes = widestFirst(parts.flatMap(({ gaps }) => gaps)).slice(0, MAX_GAPS);
    return { nodes, sources: parts.map(({ source }) => source) };
  }

  /** The roles suggested to the employee, the best match first. */
  async careerPaths(employee: Employee): Promise<Sourced<CareerPath>> {
    const said = await this.#paths.load(employee);
    const paths = said.flatMap(({ integration, rows, fetchedAt }) => {
      if (rows === null || fetchedAt === null) return [];
      return rows.map(({ path }): CareerPath => {
        const { jobProfile, kindLabel, match } = path;
        const known = this.#options.catalogue.peek(integration, jobProfile.remoteId);
        const role = known ?? new JobProfile(integration, jobProfile, fetchedAt);
        return { employee, jobProfile: role, kindLabel, match, row: path };
      });
    });
    const byMatch = paths.toSorted((a, b) => (b.match ?? -1) - (a.match ?? -1));
    return { nodes: byMatch.slice(0, MAX_CAREER_PATHS), sources: said.map(({ source }) => source) };
  }

  /** What is missing for a suggested role, beside the ratings that the same integration has of the employee. */
  async gapsOfPath({ employee, jobProfile, row }: CareerPath): Promise<readonly SkillGap<Integration>[]> {
    const { integration } = jobProfile;
    const said = (await this.#expectations.load(employee)).find((one) => one.integration === integration);
    const expected =
      row.expectedSkills ?? (await this.#options.catalogue.expectedSkills(jobProfile, this.#options.call)).value ?? [];
    const ratings = said?.rows?.flatMap((one) => one.ratings) ?? null;
    const skillOf = this.#skillOf(integration, [...expected, ...(ratings ?? [])]);
    return gapsOf({ employee, integration, expected, ratings, skillOf });
  }

  /**
   * What an answer says is expected of skills that are held, and what the role expects besides: a skill that is not held
   * is on no profile of an employee, and its gap is the widest.
   */
  async #gapsAt(
    employee: Employee,
    { integration, rows, source }: Said<EmployeeExpectationsRow>,
  ): Promise<{ gaps: SkillGap<Integration>[]; source: Source }> {
    if (rows === null) return { gaps: [], source };
    const ofRole = await this.#expectedOfRole(employee, integration);
    const expected = [...rows.flatMap((row) => row.expected), ...(ofRole?.value ?? [])];
    const ratings = rows.flatMap((row) => row.ratings);
    const skillOf = this.#skillOf(integration, [...expected, ...ratings]);
    const gaps = gapsOf({ employee, integration, expected, ratings, skillOf });
    const isPartial = ofRole !== null && ofRole.value === null && ofRole.source.state !== 'UNSUPPORTED';
    return {
      gaps,
      source: isPartial ? { ...source, state: 'PARTIAL', problem: ofRole.source.problem } : source,
    };
  }

  async #expectedOfRole(employee: Employee, integration: Integration) {
    const { catalogue } = this.#options;
    const record = employee.records.find((one) => one.integration === integration.name && one.row.roleKeys);
    const role = record?.row.roleKeys && (await catalogue.byKeys(integration, record.row.roleKeys, this.#options.call));
    return role ? catalogue.expectedSkills(role, this.#options.call) : null;
  }

  /** How rows of an integration find their skills, all of them learnt first. */
  #skillOf(integration: Integration, rows: readonly (SkillMention | ExpectedSkillRow)[]) {
    const { directory } = this.#options;
    directory.learnSkills(integration.name, rows);
    const view = directory.skills;
    return (row: SkillMention) => view.ofRating(integration.name, row);
  }

  /** Puts one question of all employees to every integration at once, each in calls of its batch size. */
  async #ask<Row>(employees: readonly Employee[], question: Question<Row>): Promise<Said<Row>[][]> {
    const { directory, now = Date.now } = this.#options;
    const synced = syncedOf(directory);
    const answers = await Promise.all(
      directory.integrations.map(async (integration) => {
        const ids = new Set(employees.flatMap((employee) => idsOf(employee, integration)));
        const began = now();
        const outcomes = await this.#outcomes(integration, [...ids], question);
        return { integration, outcomes, waitedMs: now() - began };
      }),
    );
    return employees.map((employee) =>
      answers.map(({ integration, outcomes, waitedMs }): Said<Row> => {
        const ids = idsOf(employee, integration);
        if (outcomes === null || ids.length === 0) {
          const known = {
            recordsKnown: directory.employeeCount(integration.name),
            wasSynced: synced.has(integration),
          };
          const source = notAsked(integration, question.operation, known);
          return { integration, rows: null, fetchedAt: null, source };
        }
        const found = ids.flatMap((id) => outcomes.get(id) ?? []);
        const rows = found.some((one) => !('value' in one))
          ? null
          : found.flatMap((one) => ('value' in one ? one.value : []));
        const leading = leadingOf(found);
        const reading = 'value' in leading ? { ...leading, rows: [] } : leading;
        const fetchedAt = 'fetchedAt' in leading ? leading.fetchedAt : null;
        return { integration, rows, fetchedAt, source: answered(integration, reading, waitedMs, now()) };
      }),
    );
  }

  /**
   * Null where the integration has no such port. What was not offered before is asked again: 404 may have meant one
   * person without a path, and no route that is missing.
   */
  async #outcomes<Row>(
    integration: Integration,
    ids: readonly string[],
    { readsOf }: Question<Row>,
  ): Promise<Outcomes<Row> | null> {
    const reads = readsOf(integration);
    if (!reads) return null;
    const { call } = this.#options;
    const found = await readThrough(reads, ids, call);
    call.receipt?.batch(integration.name, [...found.values()].filter(({ state }) => state === 'CACHED').length);
    return found;
  }
}

/** What stands for all records of one employee in one integration: the one that has none of its rows, else the oldest. */
function leadingOf<Value>(found: readonly Found<Value>[]): Found<Value> {
  const [first] = found.toSorted((a, b) => ageOf(a) - ageOf(b));
  if (!first) throw new Error('an answer without records');
  return first;
}

function ageOf(found: Found<unknown>): number {
  return 'fetchedAt' in found ? found.fetchedAt : -Infinity;
}

function idsOf({ records }: Employee, integration: Integration): string[] {
  return records.flatMap((record) => (record.integration === integration.name ? [record.row.remoteId] : []));
}
