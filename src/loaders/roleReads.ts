import type { CountsOf } from '../cache/cacheCounts.ts';
import { EntityReads } from '../cache/entityReads.ts';
import type { SharedCaches } from '../cache/sharedCache.ts';
import type { Directory } from '../directory/directory.ts';
import type { Integration, Operation } from '../directory/integration.ts';
import type { Call } from '../domain/ports.ts';
import type { CareerPathRow, EmployeeExpectationsRow } from '../domain/roles.ts';
import { AGES, CACHED_ROWS } from './ages.ts';

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
  /** In rows of the size of a rating. */
  sizeOf(row: Row): number;
}

export type RowsOfEmployees<Row> = EntityReads<readonly Row[]>;

/** What roles mean to single employees, read through like ratings. Outlives requests. */
export class RoleReads {
  readonly #gaps = new Map<string, RowsOfEmployees<EmployeeExpectationsRow>>();
  readonly #paths = new Map<string, RowsOfEmployees<PathOfEmployee>>();

  constructor(options: RoleReadsOptions) {
    for (const integration of options.directory.integrations) {
      const { name, ports } = integration;
      const { skillGaps, careerPaths } = ports;
      if (skillGaps) {
        const port: Port<EmployeeExpectationsRow> = {
          operation: 'READ_SKILL_GAPS',
          kind: 'skillGaps',
          batchSize: skillGaps.batchSize,
          read: (ids, call) => skillGaps.read(ids, call),
          employeeOf: (row) => row.employeeId,
          sizeOf: ({ expected, ratings }) => expected.length + ratings.length,
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
          sizeOf: ({ path }) => (path.expectedSkills ?? []).length + 1,
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

  /** Takes note that something of an employee was written then, the employee named by the record there. */
  written(integration: string, employeeId: string, at: number): void {
    this.#gaps.get(integration)?.outdate(employeeId, at);
    this.#paths.get(integration)?.outdate(employeeId, at);
  }
}

function readsOf<Row>(
  integration: Integration,
  { operation, kind, batchSize, read, employeeOf, sizeOf }: Port<Row>,
  { cache, shared, counts, now = Date.now }: RoleReadsOptions,
): RowsOfEmployees<Row> {
  return new EntityReads({
    integration: integration.name,
    kind,
    ages: AGES[kind],
    batchSize,
    room: CACHED_ROWS[kind],
    sizeOf: (rows) => rows.reduce((sum, row) => sum + sizeOf(row), 1),
    keeps: cache,
    shared: cache ? shared?.(integration.name) : undefined,
    counts: counts?.(integration.name, kind),
    now,
    read: async (ids, call) => {
      const rows = await read(ids, call);
      integration.worked(operation);
      return new Map(ids.map((id) => [id, rows.filter((row) => employeeOf(row) === id)]));
    },
    failed: (error) => integration.failed(operation, error),
  });
}
