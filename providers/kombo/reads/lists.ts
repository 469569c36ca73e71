import type {
  Call,
  ChangesPage,
  RatingsWalkPort,
  UnreadableRecord,
  WalkPage,
  WalkPort,
} from '../../../src/domain/ports.ts';
import type { EmployeeRow, SkillRow } from '../../../src/domain/records.ts';
import {
  isObject,
  type Json,
  optionalId,
  pagesReader,
  type RowsContext,
  tellsUnread,
} from '../../../src/outbound/payload/payload.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { type List, listPages } from '../client.ts';
import { isDeleted, toEmployee, toRating, toSkill } from '../mappers/mappers.ts';
import { PATHS } from '../raw.ts';

/** A list, what its records are, and the column that says whose one is that cannot be read. */
export interface ReadList extends List {
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
/** Ratings, as a whole or filtered. */
export const RATINGS: ReadList = {
  operation: 'ratings',
  path: PATHS.ratings,
  optional: true,
  of: 'ratings',
  column: 'employee_id',
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
export function liveReader(
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
