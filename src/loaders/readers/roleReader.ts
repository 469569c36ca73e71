import type { Operation } from '../../domain/operations.ts';
import type { CountsOf } from '../../cache/cacheCounts.ts';
import { bytesOf } from '../../cache/bytesOf.ts';
import { EntityReads } from '../../cache/readThroughCache.ts';
import { UnknownIds } from '../../cache/unknownIds.ts';
import type { SharedCaches } from '../../cache/sharedCache.ts';
import type { Directory } from '../../directory/directory.ts';
import type { Integration } from '../../integrations/integration.ts';
import type { Call, JobProfilesPort } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import type { CareerPathRow, EmployeeExpectationsRow, JobProfileRow } from '../../domain/roles.ts';
import { AGES, CACHED_BYTES } from './ttl.ts';
import { kindOptions } from './cacheOptions.ts';

export interface RoleReadsOptions {
  directory: Directory;
  /** False keeps and shares nothing between requests (CACHE=off). */
  cache: boolean;
  shared?: SharedCaches | undefined;
  /** Where reads of copies are counted. */
  counts?: CountsOf | undefined;
  now?: (() => number) | undefined;
}

export interface PathOfEmployee {
  employeeId: string;
  path: CareerPathRow;
}

/** How entities of one kind are read of an integration that can. */
interface Port<Row> {
  operation: Operation;
  kind: 'skillGaps' | 'careerPaths';
  batchSize: number;
  /** One call of the provider. */
  read(ids: readonly string[], call: Call): Promise<readonly Row[]>;
  employeeOf(row: Row): string;
}

/** The one id under which a whole list of roles is read. */
export const ALL_ROLES = 'all';

export type RowsOfEmployees<Row> = EntityReads<readonly Row[]>;

/** Roles and what they mean to single employees, read through like ratings. Outlives requests. */
export class RoleReads {
  readonly #gaps = new Map<string, RowsOfEmployees<EmployeeExpectationsRow>>();
  readonly #paths = new Map<string, RowsOfEmployees<PathOfEmployee>>();
  readonly #lists = new Map<string, EntityReads<readonly JobProfileRow[]>>();
  readonly #roles = new Map<string, EntityReads<JobProfileRow>>();

  /** False where nothing outlives a request. */
  readonly keeps: boolean;

  constructor(options: RoleReadsOptions) {
    this.keeps = options.cache;
    for (const integration of options.directory.integrations) {
      const { name, ports } = integration;
      const { skillGaps, careerPaths, jobProfiles } = ports;
      if (jobProfiles) {
        this.#lists.set(name, listReads(integration, jobProfiles, options));
        this.#roles.set(name, roleReads(integration, jobProfiles, options));
      }
      if (skillGaps) {
        const port: Port<EmployeeExpectationsRow> = {
          operation: 'READ_SKILL_GAPS',
          kind: 'skillGaps',
          batchSize: skillGaps.batchSize,
          read: (ids, call) => skillGaps.read(ids, call),
          employeeOf: (row) => row.employeeId,
        };
        this.#gaps.set(name, readsOf(integration, port, options));
      }
      if (careerPaths) {
        const port: Port<PathOfEmployee> = {
          operation: 'READ_CAREER_PATHS',
          kind: 'careerPaths',
          batchSize: 1,
          read: async ([employeeId = ''], call) =>
            (await careerPaths.read(employeeId, call)).map((path) => ({ employeeId, path })),
          employeeOf: (row) => row.employeeId,
        };
        this.#paths.set(name, readsOf(integration, port, options));
      }
    }
  }

  /** What the roles of employees expect; null where the integration has no such port. */
  gaps({ name }: Integration): RowsOfEmployees<EmployeeExpectationsRow> | null {
    return this.#gaps.get(name) ?? null;
  }

  /** The roles suggested to employees; null where the integration has no such port. */
  paths({ name }: Integration): RowsOfEmployees<PathOfEmployee> | null {
    return this.#paths.get(name) ?? null;
  }

  /** The list of all roles, under ALL_ROLES; null where the integration has no such port. */
  lists({ name }: Integration): EntityReads<readonly JobProfileRow[]> | null {
    return this.#lists.get(name) ?? null;
  }

  /** Roles read alone, with what they expect; null where the integration has no such port. */
  roles({ name }: Integration): EntityReads<JobProfileRow> | null {
    return this.#roles.get(name) ?? null;
  }

  /** Takes note that something of an employee was written then, the employee named by the record there. */
  written(integration: string, employeeId: string, at: number): void {
    this.#gaps.get(integration)?.outdate(employeeId, at);
    this.#paths.get(integration)?.outdate(employeeId, at);
  }
}

function listReads(
  integration: Integration,
  port: JobProfilesPort,
  options: RoleReadsOptions,
): EntityReads<readonly JobProfileRow[]> {
  return new EntityReads<readonly JobProfileRow[]>({
    ...optionsOf(integration, 'jobProfileLists', options),
    batchSize: 1,
    // A walk may take longer than a request.
    outlivesCallers: true,
    // One list, kept whatever its length like the directory: a walk for every question would be worse.
    room: 1,
    sizeOf: () => 1,
    read: async ([id = ''], call) => {
      const rows: JobProfileRow[] = [];
      for await (const page of port.walk(call)) {
        rows.push(...page.rows);
        if (rows.length > MAX_ROLES) throw tooManyRoles(integration);
      }
      integration.worked('READ_JOB_PROFILES');
      return new Map([[id, rows]]);
    },
    failed: (error) => integration.failed('READ_JOB_PROFILES', error),
  });
}

/** Several times what any account has; the list is kept whole, so one without a last page must end somewhere. */
const MAX_ROLES = 50_000;

function tooManyRoles(integration: Integration): ProviderError {
  const expected = `a last page within ${MAX_ROLES} records`;
  integration.onDrift({ operation: 'jobProfiles', path: '', expected, found: 'more records' });
  return new ProviderError('UNREADABLE', 'The provider sent more roles than any account has.', { retryable: false });
}

function roleReads(
  integration: Integration,
  port: JobProfilesPort,
  options: RoleReadsOptions,
): EntityReads<JobProfileRow> {
  const unknown = new UnknownIds({ keeps: options.cache, now: options.now ?? Date.now });
  return new EntityReads({
    ...optionsOf(integration, 'jobProfiles', options),
    batchSize: 1,
    room: CACHED_BYTES.jobProfiles,
    sizeOf: bytesOf,
    read: async ([id = ''], call) => {
      const row = unknown.has(id) ? null : await port.read(id, call);
      if (row === null) {
        unknown.add(id);
        // Thrown, so that it is kept no longer than that: the role may come.
        throw new ProviderError('NOT_FOUND', 'The provider does not know this role.');
      }
      return new Map([[id, row]]);
    },
    // One role that is missing is no failure of the provider, and does not switch the operation off.
    failed: (error) =>
      error instanceof ProviderError && (error.code === 'NOT_FOUND' || error.code === 'NOT_OFFERED')
        ? error.toProblem()
        : integration.failed('READ_JOB_PROFILES', error),
  });
}

function optionsOf({ name }: Integration, kind: keyof typeof AGES, options: RoleReadsOptions) {
  const { cache, shared, counts, now = Date.now } = options;
  return kindOptions(name, kind, { cache, shared: shared?.(name), counts, now });
}

function readsOf<Row>(
  integration: Integration,
  { operation, kind, batchSize, read, employeeOf }: Port<Row>,
  options: RoleReadsOptions,
): RowsOfEmployees<Row> {
  return new EntityReads<readonly Row[]>({
    ...optionsOf(integration, kind, options),
    batchSize,
    room: CACHED_BYTES[kind],
    sizeOf: bytesOf,
    read: async (ids, call) => {
      const rows = await read(ids, call);
      integration.worked(operation);
      return new Map(ids.map((id) => [id, rows.filter((row) => employeeOf(row) === id)]));
    },
    failed: (error) => integration.failed(operation, error),
  });
}
