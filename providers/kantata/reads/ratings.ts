import type {
  Call,
  RatingByPartsPort,
  RatingsByEmployeesPort,
  RatingsBySkillsPort,
  RatingsWalkPort,
} from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { RatingRow } from '../../../src/domain/records.ts';
import { pagesReader, tellsUnread } from '../../../src/outbound/payload/payload.ts';
import { MEMBERSHIP_INCLUDES, type KantataClient } from '../client.ts';
import type { Envelope } from '../envelope.ts';
import { toRating } from '../mappers/mappers.ts';
import { together } from '../../../src/outbound/allOrAbort.ts';
import { ID_PATTERN, IDS_PER_CALL, ROUTES } from '../raw.ts';
import { chunked } from '../../../src/lib/chunk.ts';

/** Ascending by creation, so that rows added during a scan come last (kantata.md#paging). */
export const MEMBERSHIP_ORDER = 'created_at:asc';

/** Walks every membership that the token may see. */
export function ratingsWalk(client: KantataClient): RatingsWalkPort {
  const walked = { operation: 'ratings', column: 'user_id' };
  return {
    keep: false,
    async *walk(call) {
      const request = {
        operation: 'ratings',
        route: ROUTES.skillMemberships,
        query: { include: MEMBERSHIP_INCLUDES, order: MEMBERSHIP_ORDER },
      };
      const read = membershipReader(walked, client, call);
      for await (const page of client.walk(request, call)) yield { rows: read(page), total: page.count };
    },
    async *changedSince(since, call) {
      const query = { include: MEMBERSHIP_INCLUDES, order: MEMBERSHIP_ORDER, updated_after: since };
      const request = { operation: 'ratings', route: ROUTES.skillMemberships, query };
      const read = membershipReader(walked, client, call, { isAmongKnown: true });
      for await (const page of client.walk(request, call)) yield { rows: read(page) };
    },
  };
}

/** A filter of the memberships list, and the column by which an answer shows whether it was honoured. */
interface Filter {
  operation: string;
  parameter: string;
  column: string;
  of: string;
  idOf(row: RatingRow): string;
}

const BY_EMPLOYEES: Filter = {
  operation: 'ratingsByEmployees',
  parameter: 'user_ids',
  column: 'user_id',
  of: 'user',
  idOf: (row) => row.employeeId,
};
const BY_SKILLS: Filter = {
  operation: 'ratingsBySkills',
  parameter: 'by_skill_ids',
  column: 'skill_id',
  of: 'skill',
  idOf: (row) => row.skillId,
};

/**
 * Reads memberships by `user_ids` in the comma form; its acceptance is assumed (kantata.md#filters), so every page is
 * checked.
 */
export function ratingsByEmployees(client: KantataClient): RatingsByEmployeesPort {
  return filteredBy(client, BY_EMPLOYEES);
}

/** Reads memberships by `by_skill_ids`, which takes the comma form by its documentation (kantata.md#lookup-by-ids). */
export function ratingsBySkills(client: KantataClient): RatingsBySkillsPort {
  return filteredBy(client, BY_SKILLS);
}

function filteredBy(client: KantataClient, filter: Filter): RatingsByEmployeesPort & RatingsBySkillsPort {
  const { operation, parameter, column, of, idOf } = filter;
  return {
    batchSize: IDS_PER_CALL,
    filtered: true,
    async read(given, call) {
      // What is no id of Kantata's has no rows; sent, it would be dropped and might leave the filter blank
      // (kantata.md#lookup-by-ids).
      const ids = [...new Set(given)].filter((id) => ID_PATTERN.test(id));
      const pages = await together(call, chunked(ids, IDS_PER_CALL), (chunk, shared) => {
        const asked = new Set(chunk);
        const query = { [parameter]: chunk.join(','), include: MEMBERSHIP_INCLUDES, order: MEMBERSHIP_ORDER };
        const mapped = new Map<Envelope, RatingRow[]>();
        const read = membershipReader(filter, client, shared);
        return client
          .readAll({ operation, route: ROUTES.skillMemberships, query }, shared, (page) => {
            const rows = read(page);
            if (rows.some((row) => !asked.has(idOf(row)))) throw filterIgnored(operation, client, { column, of });
            mapped.set(page, rows);
          })
          .then((all) => all.flatMap((page) => mapped.get(page) ?? []));
      });
      return [...new Map(pages.flat().map((row) => [row.remoteId, row])).values()];
    },
  };
}

/**
 * One membership by its id, by `only` on the list: the show route hides what default filters hide
 * (kantata.md#lookup-by-ids).
 */
export function ratingByParts(client: KantataClient): RatingByPartsPort {
  const operation = 'ratingByParts';
  return {
    async read([id = ''], call) {
      // A piece that is no number is dropped, and a blank `only` counts as absent (kantata.md#lookup-by-ids).
      if (!ID_PATTERN.test(id)) return null;
      const query = { only: id, include: MEMBERSHIP_INCLUDES };
      // The first page decides: where `only` is ignored, the row is not looked for among all of them.
      for await (const page of client.walk({ operation, route: ROUTES.skillMemberships, query }, call)) {
        return (
          membershipReader({ operation, column: 'user_id' }, client, call)(page).find((row) => row.remoteId === id) ??
          null
        );
      }
      return null;
    },
  };
}

/** The error for an answer that holds what was not asked, noted as drift. */
export function filterIgnored(
  operation: string,
  client: KantataClient,
  { column, of }: Pick<Filter, 'column' | 'of'> = BY_EMPLOYEES,
): ProviderError {
  client.drift({
    operation,
    path: `skill_memberships.*.${column}`,
    expected: `asked ${of}`,
    found: `other ${of}`,
  });
  return new ProviderError('UNREADABLE', `The provider ignores the filter by ${of}.`, {
    providerCode: 'FILTER_IGNORED',
    retryable: false,
  });
}

/** Reads the pages of one list; `column` says whose a row is that cannot be read. */
function membershipReader(
  { operation, column }: Pick<Filter, 'operation' | 'column'>,
  client: KantataClient,
  call: Call,
  known?: { isAmongKnown: boolean },
) {
  const leftOut = tellsUnread(call, 'ratings', (raw) => raw[column]);
  const read = pagesReader({ operation, path: 'skill_memberships', drift: client.drift, leftOut }, known);
  return (page: Envelope): RatingRow[] => read(page.records, (raw) => toRating(raw, page));
}
