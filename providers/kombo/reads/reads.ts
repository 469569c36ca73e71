/** The reading ports: employees, skills, ratings as walks, and ratings of given employees. */
import type {
  Call,
  ChangesPage,
  RatingByPartsPort,
  RatingsByEmployeesPort,
  RatingsBySkillsPort,
  RatingsWalkPort,
  UnreadableRecord,
  WalkPage,
  WalkPort,
} from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { EmployeeRow, RatingRow, SkillRow } from '../../../src/domain/records.ts';
import { together } from '../../../src/outbound/allOrAbort.ts';
import {
  isObject,
  type Json,
  optionalId,
  pagesReader,
  type RowsContext,
  tellsUnread,
} from '../../../src/outbound/payload/payload.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { endless, type List, listPages } from '../client.ts';
import { isDeleted, toEmployee, toRating, toSkill } from '../mappers/mappers.ts';
import { IDS_PER_CALL, PATHS } from '../raw.ts';
import { chunked } from '../../../src/lib/chunk.ts';

/** A list, what its records are, and the column that says whose one is that cannot be read. */
interface ReadList extends List {
  of: UnreadableRecord['of'];
  column: string;
}

const EMPLOYEES: ReadList = {
  operation: 'employees',
  path: PATHS.employees,
  optional: false,
  of: 'employees',
  column: 'id',
};
const SKILLS: ReadList = { operation: 'skills', path: PATHS.skills, optional: true, of: 'skills', column: 'id' };
const RATINGS: ReadList = {
  operation: 'ratings',
  path: PATHS.ratings,
  optional: true,
  of: 'ratings',
  column: 'employee_id',
};

/** A filter of the ratings list, and the column by which an answer shows whether it was honoured. */
interface Filter {
  operation: string;
  parameter: string;
  column: string;
  named: string;
}

const BY_EMPLOYEES: Filter = {
  operation: 'ratingsByEmployees',
  parameter: 'employee_ids',
  column: 'employee_id',
  named: 'employee',
};
const BY_SKILLS: Filter = {
  operation: 'ratingsBySkills',
  parameter: 'skill_ids',
  column: 'skill_id',
  named: 'skill',
};

export function employeesPort(upstream: Upstream): WalkPort<EmployeeRow> {
  return {
    walk: (call) => walk(upstream, EMPLOYEES, toEmployee, call),
    changedSince: (since, call) => changedSince(upstream, EMPLOYEES, toEmployee, since, call),
  };
}

export function skillsPort(upstream: Upstream): WalkPort<SkillRow> {
  return {
    walk: (call) => walk(upstream, SKILLS, toSkill, call),
    changedSince: (since, call) => changedSince(upstream, SKILLS, toSkill, since, call),
  };
}

export function ratingsPort(upstream: Upstream): RatingsWalkPort {
  return {
    keep: false,
    walk: (call) => walk(upstream, RATINGS, toRating, call),
    changedSince: (since, call) => changedSince(upstream, RATINGS, toRating, since, call),
  };
}

async function* walk<Row>(
  upstream: Upstream,
  list: ReadList,
  map: (raw: Json) => Row,
  call: Call,
): AsyncGenerator<WalkPage<Row>> {
  const read = liveReader(upstream, list, call);
  // The vendor gives no count (kombo.md#paging).
  for await (const page of listPages(upstream, list, call)) yield { rows: read(page, map), total: null };
}

/** Changed records, deleted ones among them: without `include_deleted` these would not be told (kombo.md#changes). */
async function* changedSince<Row>(
  upstream: Upstream,
  list: ReadList,
  map: (raw: Json) => Row,
  since: string,
  call: Call,
): AsyncGenerator<ChangesPage<Row>> {
  const changed = { ...list, filters: { updated_after: since, include_deleted: 'true' } };
  const read = liveReader(upstream, list, call, { isAmongKnown: true });
  for await (const page of listPages(upstream, changed, call)) {
    const deleted = page.filter((record) => isObject(record) && isDeleted(record)) as Json[];
    const removed = deleted.map((record) => optionalId(record.id)).filter((id) => id !== null);
    yield { rows: read(page, map), removed };
  }
}

/** Reads the pages of one list, deleted records left out. */
function liveReader(
  upstream: Upstream,
  { operation, of, column }: ReadList,
  call: Call,
  known?: { isAmongKnown: boolean },
) {
  const context: RowsContext = {
    operation,
    path: 'data.results',
    drift: upstream.drift.bind(upstream),
    leftOut: tellsUnread(call, of, (raw) => raw[column]),
  };
  const read = pagesReader(context, known);
  return <Row>(page: readonly unknown[], map: (raw: Json) => Row): Row[] =>
    read(
      page.filter((record) => !isObject(record) || !isDeleted(record)),
      map,
    );
}

export function ratingsByEmployeesPort(upstream: Upstream): RatingsByEmployeesPort {
  return filteredBy(upstream, BY_EMPLOYEES);
}

export function ratingsBySkillsPort(upstream: Upstream): RatingsBySkillsPort {
  return filteredBy(upstream, BY_SKILLS);
}

function filteredBy(upstream: Upstream, filter: Filter): RatingsByEmployeesPort & RatingsBySkillsPort {
  return {
    batchSize: IDS_PER_CALL,
    // The filters are an assumption (kombo.md#filters): a tenant may ignore them or filter everything out.
    filtered: true,
    async read(given, call) {
      // No id holds a comma, and a list could not escape it (kombo.md#filters).
      const ids = [...new Set(given)].filter((id) => id !== '' && !id.includes(','));
      const rows = await together(call, chunked(ids, IDS_PER_CALL), (chunk, shared) =>
        readChunk(upstream, filter, chunk, shared),
      );
      return rows.flat();
    },
  };
}

/** One row by its id: there is no single-record GET (kombo.md#filters), so the list is asked with `ids`. */
export function ratingByPartsPort(upstream: Upstream): RatingByPartsPort {
  return {
    async read([id = ''], call) {
      if (id === '' || id.includes(',')) return null;
      const list = { ...RATINGS, operation: 'ratingByParts', filters: { ids: id } };
      // The first page decides: where the filter is ignored, the row is not looked for among all of them.
      for await (const page of listPages(upstream, list, call)) {
        return liveReader(upstream, list, call)(page, toRating).find((row) => row.parts[0] === id) ?? null;
      }
      return null;
    },
  };
}

/** A thousand ratings of each of a hundred people, or a thousand people with each of a hundred skills. */
const MAX_FILTERED_ROWS = 100_000;

async function readChunk(upstream: Upstream, filter: Filter, ids: readonly string[], call: Call): Promise<RatingRow[]> {
  const { operation, parameter, column } = filter;
  const asked = new Set(ids);
  const list = { ...RATINGS, operation, column, filters: { [parameter]: ids.join(',') } };
  const rows: RatingRow[] = [];
  const read = liveReader(upstream, list, call);
  for await (const page of listPages(upstream, list, call)) {
    if (page.some((record) => isForeign(record, column, asked))) throw filterIgnored(upstream, filter);
    rows.push(...read(page, toRating));
    if (rows.length > MAX_FILTERED_ROWS) throw endless(upstream, list, 'more rows than so few ids can have');
  }
  return rows;
}

function isForeign(record: unknown, column: string, asked: ReadonlySet<string>): boolean {
  const id = isObject(record) ? optionalId(record[column]) : null;
  return id !== null && !asked.has(id);
}

function filterIgnored(upstream: Upstream, { operation, column, named }: Filter): ProviderError {
  const path = `data.results.*.${column}`;
  upstream.drift({ operation, path, expected: `the asked ${named}`, found: `another ${named}` });
  const message = `The provider ignored the filter by ${named}s.`;
  return new ProviderError('UNREADABLE', message, { providerCode: 'FILTER_IGNORED', retryable: false });
}
