/** Ratings of given employees, with given skills, and by their own id: the list of ratings, filtered. */
import type {
  Call,
  RatingByPartsPort,
  RatingsByEmployeesPort,
  RatingsBySkillsPort,
} from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { RatingRow } from '../../../src/domain/records.ts';
import { chunked } from '../../../src/lib/chunk.ts';
import { together } from '../../../src/outbound/allOrAbort.ts';
import { isObject, optionalId } from '../../../src/outbound/payload/payload.ts';
import type { Upstream } from '../../../src/outbound/upstream.ts';
import { endless, listPages } from '../client.ts';
import { toRating } from '../mappers/mappers.ts';
import { IDS_PER_CALL } from '../raw.ts';
import { liveReader, RATINGS } from './lists.ts';

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
