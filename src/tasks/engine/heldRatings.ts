import type { Call, Ports } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import type { RatingRow } from '../../domain/records.ts';
import type { ItemWrite } from '../task.ts';

/** A bare tag writes nothing where the skill is held; so the worker reads the pair first. */
export function isBareTag(work: ItemWrite): boolean {
  return work.operation === 'assign' && work.write.value === null;
}

/**
 * The row with which each bare tag's employee holds its skill already; null where not held, or where the provider shows
 * no ratings at all. Throws ProviderError, also where the row may be one that could not be read. Falls back to the walk where the provider ignores the filter.
 */
export async function heldRatings(
  works: readonly ItemWrite[],
  ports: Ports,
  call: Call,
): Promise<(RatingRow | null)[]> {
  const writes = works.map((work) => (isBareTag(work) && work.operation === 'assign' ? work.write : null));
  const employees = [...new Set(writes.flatMap((write) => (write ? [write.employeeId] : [])))];
  if (employees.length === 0 || !ports.ratingsByEmployees) return writes.map(() => null);
  const unread = new Set<string | null>();
  const rows = await readRatings(employees, ports, { ...call, onUnreadable: ({ id }) => unread.add(id) });
  return writes.map((write) => {
    if (!write) return null;
    const { employeeId, skillId } = write;
    const row = rows.find((one) => one.employeeId === employeeId && one.skillId === skillId);
    if (row) return row;
    // The row that could not be read may be the one that a bare tag would make blank.
    if (unread.has(employeeId) || unread.has(null)) {
      throw new ProviderError('UNREADABLE', 'Whether the skill is held already could not be read.');
    }
    return null;
  });
}

async function readRatings(employees: readonly string[], ports: Ports, call: Call): Promise<RatingRow[]> {
  try {
    return (await ports.ratingsByEmployees?.read(employees, call)) ?? [];
  } catch (error) {
    const ignored = error instanceof ProviderError && error.providerCode === 'FILTER_IGNORED';
    if (!ignored || !ports.ratings) throw error;
  }
  const wanted = new Set(employees);
  const rows: RatingRow[] = [];
  for await (const page of ports.ratings.walk(call))
    rows.push(...page.rows.filter((row) => wanted.has(row.employeeId)));
  return rows;
}
