import type { EmployeeRow } from '../domain/records.ts';
import { inSteps, type Steps } from '../domain/steps.ts';
import { same } from './takeOver.ts';
import { TextPool } from './textPool.ts';

/** How long a created employee is kept that no walk shows: a provider that is a mirror may sync once a day (DESIGN: Reading). */
const CREATED_MS = 24 * 60 * 60_000;

/**
 * One integration's employees. What a write stored stands over reads that began before it. What changes answers with the
 * ids of the records that are then others, appeared or disappeared.
 */
export class EmployeeHoldings {
  readonly #rows = new Map<string, EmployeeRow>();
  /** Employees that writes stored and reads may not show yet. */
  readonly #written = new Map<string, { at: number; created: boolean }>();
  readonly #pool = new TextPool();

  rowOf(id: string): EmployeeRow | null {
    return this.#rows.get(id) ?? null;
  }

  rows(): Iterable<EmployeeRow> {
    return this.#rows.values();
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Takes rows of a read that began then. */
  put(rows: readonly EmployeeRow[], began: number): string[] {
    const changed: string[] = [];
    for (const row of rows) {
      if (this.#isNewer(row.remoteId, began) || same(this.#rows.get(row.remoteId), row)) continue;
      this.#rows.set(row.remoteId, this.#compact(row));
      changed.push(row.remoteId);
    }
    return changed;
  }

  /** Forgets records that a read of changes, begun then, says are gone. */
  remove(ids: readonly string[], began: number): string[] {
    return ids.filter((id) => !this.#isNewer(id, began) && this.#rows.delete(id));
  }

  /** After a whole walk that began then: records that it did not find are gone. */
  *retain(found: { has(id: string): boolean }, began: number, now: number): Steps<string[]> {
    const gone: string[] = [];
    yield* inSteps([...this.#rows.keys()], (id) => {
      const written = this.#written.get(id);
      if (written && written.at < began && (found.has(id) || !isAwaited(written, now))) this.#written.delete(id);
      if (found.has(id) || this.#written.has(id)) return;
      this.#rows.delete(id);
      gone.push(id);
    });
    return gone;
  }

  /** Takes what a write stored. */
  write(row: EmployeeRow, at: number): void {
    const id = row.remoteId;
    const created = !this.#rows.has(id) || this.#written.get(id)?.created === true;
    this.#written.set(id, { at, created });
    this.#rows.set(id, this.#compact(row));
  }

  #isNewer(id: string, began: number): boolean {
    return (this.#written.get(id)?.at ?? -Infinity) >= began;
  }

  /** What thousands of people share is kept once: departments, places, titles, managers. */
  #compact(row: EmployeeRow): EmployeeRow {
    const of = (text: string | null) => this.#pool.of(text);
    return {
      ...row,
      jobTitle: of(row.jobTitle),
      statusLabel: of(row.statusLabel),
      startDate: of(row.startDate),
      department: of(row.department),
      location: of(row.location),
      managerRemoteId: of(row.managerRemoteId),
      managerEmail: of(row.managerEmail),
      changedAt: of(row.changedAt),
    };
  }
}

/** A created employee that no walk may have shown yet. */
function isAwaited({ at, created }: { at: number; created: boolean }, now: number): boolean {
  return created && now - at < CREATED_MS;
}
