import type { Call, WalkPage, WalkPort } from '../../../src/domain/ports.ts';
import { ProviderError } from '../../../src/domain/problem.ts';
import type { EmployeeRow } from '../../../src/domain/records.ts';
import { pagesReader, tellsUnread } from '../../../src/outbound/payload/payload.ts';
import { OPERATIONS } from '../client.ts';
import { toEmployee } from '../mappers/mappers.ts';
import { listOf, ownerOf, type Reads } from './lists.ts';
import { ratingsReader } from './ratings.ts';

/**
 * The employee list's path and shape are assumed (imocha.md#employee-list): where it is not as assumed, the profiles
 * must do.
 */
export function employeesPort(reads: Reads): WalkPort<EmployeeRow> {
  return {
    async *walk(call) {
      let started = false;
      try {
        const read = pagesReader(listOf(reads, OPERATIONS.employees, call, 'employees'));
        for await (const { items, total } of reads.client.employees(call)) {
          const rows = read(items, toEmployee);
          started = true;
          yield { rows, total };
        }
        if (started) return;
      } catch (error) {
        if (started || !isMissing(error)) throw error;
      }
      yield* employeesOfProfiles(reads, call);
    },
  };
}

/** Everybody with a profile: less of each employee than the list has, but their ratings come along. */
async function* employeesOfProfiles(reads: Reads, call: Call): AsyncGenerator<WalkPage<EmployeeRow>> {
  const people = listOf(reads, OPERATIONS.profiles, call, 'employees');
  const ratings = tellsUnread(call, 'ratings', ownerOf);
  const leftOut = (item: unknown) => {
    people.leftOut?.(item);
    ratings?.(item);
  };
  const read = pagesReader({ ...people, leftOut });
  const readRatings = ratingsReader(reads, call);
  for await (const { items, total } of reads.client.profiles(call)) {
    const found = read(items, (raw) => ({ raw, row: toEmployee(raw) }));
    yield { rows: found.map(({ row }) => row), total, ratings: readRatings(found.map(({ raw }) => raw)) };
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof ProviderError && (error.code === 'NOT_OFFERED' || error.code === 'UNREADABLE');
}
