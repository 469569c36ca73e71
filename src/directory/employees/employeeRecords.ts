import type { EmployeeRow, Employment } from '../../domain/records.ts';
import { inSteps, type Steps } from '../../lib/steps.ts';
import type { PendingWritesState } from '../views/pendingWritesState.ts';
import { sameRow } from '../views/sameRow.ts';
import { StringPool } from '../views/stringPool.ts';
import { PendingWrites } from '../views/pendingWrites.ts';
import type { WriteStamp } from '../views/pendingWritesState.ts';

/**
 * One integration's employees. A written record wins over reads that began before the write. Methods that change
 * records answer the ids of those that changed, appeared or disappeared.
 */
export class EmployeeRecords {
  readonly #rows = new Map<string, EmployeeRow>();
  /** Written employees that reads may not show yet. */
  readonly #written = new PendingWrites();
  readonly #pool = new StringPool();
  #settled: readonly EmployeeRow[] = [];

  rowOf(id: string): EmployeeRow | null {
    return this.#rows.get(id) ?? null;
  }

  rows(): Iterable<EmployeeRow> {
    return this.#rows.values();
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Applies rows of a sync that began then. */
  put(rows: readonly EmployeeRow[], began: number): string[] {
    const changed: string[] = [];
    this.#written.reading(began);
    for (const row of rows) {
      if (this.#written.isNewer(row.remoteId, began) || sameRow(this.#rows.get(row.remoteId), row)) continue;
      this.#rows.set(row.remoteId, this.#compact(row));
      changed.push(row.remoteId);
    }
    return changed;
  }

  /** Removes records that a delta sync, begun then, reports as removed. */
  remove(ids: readonly string[], began: number): string[] {
    return ids.filter((id) => !this.#written.isNewer(id, began) && this.#rows.delete(id));
  }

  /** After a full sync that began then: removes records that it did not find. */
  *retain(found: { has(id: string): boolean }, began: number, now: number): Steps<string[]> {
    const gone: string[] = [];
    yield* inSteps([...this.#rows.keys()], (id) => {
      if (this.#written.stays(id, found.has(id), began, now)) return;
      this.#rows.delete(id);
      gone.push(id);
    });
    this.#settled = this.#written.fullSyncEnded(began, now).flatMap((id) => this.rowOf(id) ?? []);
    return gone;
  }

  /** The records written before the last full sync, as they are now. */
  get settled(): readonly EmployeeRow[] {
    return this.#settled;
  }

  /** A full sync of another process, begun then, has ended. */
  syncedElsewhere(began: number, now: number): void {
    this.#written.syncedElsewhere(began, now);
  }

  get written(): PendingWritesState {
    return this.#written.copy();
  }

  /** Fills empty records from a snapshot of another process. */
  *restore(rows: readonly EmployeeRow[], written: PendingWritesState): Steps<void> {
    yield* inSteps(rows, (row) => void this.#rows.set(row.remoteId, this.#compact(row)));
    this.#written.restore(written);
  }

  /** Adopts the writes that these earlier records have and the snapshot does not. */
  adoptWritesOf(before: EmployeeRecords, copied: PendingWritesState): void {
    for (const [id, at] of before.#written.unknownTo(copied)) {
      const row = before.rowOf(id);
      if (row) this.write(row, at);
    }
  }

  /**
   * Applies a write of that time, unless a sync has read the record since. `created` defaults to whether it was
   * unknown.
   */
  write(row: EmployeeRow, { at, created }: { at: number; created?: boolean | undefined }): string[] {
    const id = row.remoteId;
    const isKnown = this.#rows.has(id);
    const written: WriteStamp = { at, created: created ?? !isKnown };
    if (!this.#written.accept(id, written, isKnown)) return [];
    this.#rows.set(id, this.#compact(row));
    return [id];
  }

  /** Stores once what thousands of people share: departments, locations, titles, managers. */
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
      ...(row.employment ? { employment: this.#compactEmployment(row.employment) } : {}),
    };
  }

  /** Fields that were not shown stay absent. Values of custom fields are seldom shared. */
  #compactEmployment(employment: Employment): Employment {
    const compact = { ...employment };
    for (const field of ['jobCode', 'exitDate', 'employmentType', 'grade', 'band'] as const) {
      const text = compact[field];
      if (text !== undefined) compact[field] = this.#pool.of(text);
    }
    return compact;
  }
}
