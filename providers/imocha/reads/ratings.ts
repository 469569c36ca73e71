import type { Call, RatingByPartsPort, RatingsByEmployeesPort, RatingsWalkPort } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { RatingRow } from '../../../src/domain/records.ts';
import { together } from '../../../src/outbound/allOrAbort.ts';
import {
  isObject,
  optionalId,
  pagesReader,
  readRows,
  tellsUnread,
  type Json,
} from '../../../src/outbound/payload/payload.ts';
import { OPERATIONS } from '../client.ts';
import type { Reading } from '../mappers/ratings.ts';
import { requiredKey } from '../mappers/vendorKeys.ts';
import { listOf, ownerOf, type Reads } from './lists.ts';

/** All ratings, by profile. */
export function ratingsPort(reads: Reads): RatingsWalkPort {
  const { client } = reads;
  return {
    // The only bulk read: there is no call for many ids (imocha.md#skills-profiles).
    keep: true,
    async *walk(call) {
      const read = ratingsReader(reads, call);
      // The vendor counts profiles, not ratings.
      for await (const { items } of client.profiles(call)) {
        const whole = items.filter(isObject).flatMap((profile) => optionalId(ownerOf(profile)) ?? []);
        yield { rows: read(items), total: null, whole };
      }
    },
    async *changedSince(since, call) {
      // Of whom something could not be read, the rows beside it are news, and say nothing of what is gone.
      const partial = new Set<string | null>();
      const noting: Call = {
        ...call,
        onUnreadable(record) {
          partial.add(record.id);
          call.onUnreadable?.(record);
        },
      };
      const read = pagesReader(listOf(reads, OPERATIONS.profiles, noting, 'ratings'), { isAmongKnown: true });
      const ratings = profileRatings(reads, noting);
      const toChanged = (raw: Json) => ({ id: requiredKey(raw, 'employeeId'), rows: ratings(raw) });
      for await (const { items } of client.profiles(call, since)) {
        const changed = read(items, toChanged);
        const whole = changed.map(({ id }) => id).filter((id) => !partial.has(id));
        yield { rows: changed.flatMap(({ rows }) => rows), whole };
      }
    },
  };
}

/**
 * Reads the ratings of the profiles of a walk. Those without a skill say nothing of whether the others can be read.
 */
export function ratingsReader(reads: Reads, call: Call): (items: readonly unknown[]) => RatingRow[] {
  const read = pagesReader(listOf(reads, OPERATIONS.profiles, call, 'ratings'));
  const ratings = profileRatings(reads, call);
  return (items) => read(items.filter(hasSkills), ratings).flat();
}

/** Reads the ratings of one profile of a walk. */
function profileRatings({ toRatings, drift }: Reads, call: Call): (profile: Json) => RatingRow[] {
  const tell = tellsUnread(call, 'ratings', ownerOf);
  return (profile) => toRatings(profile, { operation: OPERATIONS.profiles, drift, leftOut: () => tell?.(profile) });
}

function hasSkills(item: unknown): boolean {
  return !isObject(item) || !Array.isArray(item['skills']) || item['skills'].length > 0;
}

/** The ratings of given employees. */
export function ratingsByEmployeesPort(reads: Reads): RatingsByEmployeesPort {
  const ratingsOf = employeesReader(reads);
  return { batchSize: 1, filtered: false, read: ratingsOf };
}

/**
 * One rating, named [employee, profile skill, channel]: there is no row of its own, so the profile is read
 * (imocha.md#one-skills-profile).
 */
export function ratingByPartsPort(reads: Reads): RatingByPartsPort {
  const ratingsOf = employeesReader(reads);
  return {
    employeePart: 0,
    async read(parts, call) {
      const [employeeId = ''] = parts;
      const rows = await ratingsOf([employeeId], call);
      return rows.find((row) => row.parts.length === parts.length && row.parts.every((p, i) => p === parts[i])) ?? null;
    },
  };
}

/** One call per employee; the upstream's pool bounds how many at once. The first failure calls the others off. */
function employeesReader({ client, toRatings, drift }: Reads): RatingsByEmployeesPort['read'] {
  const readOne = async (employeeId: string, shared: Call): Promise<RatingRow[]> => {
    const leftOut = () => shared.onUnreadable?.({ of: 'ratings', id: employeeId });
    const reading: Reading = { operation: OPERATIONS.profile, drift, leftOut };
    const items = await client.profilesOf(employeeId, shared);
    if (items.some((item) => isForeign(item, employeeId))) throw foreignProfile(drift);
    return readRows(items, (raw) => toRatings(raw, reading, employeeId), { ...reading, path: 'items' }).flat();
  };
  return async (employeeIds, call) => (await together(call, [...new Set(employeeIds)], readOne)).flat();
}

function isForeign(item: unknown, employeeId: string): boolean {
  const id = isObject(item) ? optionalId(item['employeeId']) : null;
  return id !== null && id !== employeeId;
}

function foreignProfile(drift: Reads['drift']): ProviderError {
  drift({
    operation: OPERATIONS.profile,
    path: 'employeeId',
    expected: 'the asked employee',
    found: 'another employee',
  });
  return new ProviderError('UNREADABLE', 'The provider answered with an employee that was not asked for.', {
    providerCode: 'FILTER_IGNORED',
    retryable: false,
  });
}
