import { allRateAlike, rowKey } from '../../directory/ratings/ratingSnapshot.ts';
import type { RatingRow } from '../../domain/records.ts';

/** Longest time a written row is laid over reads: Kombo's own sync may be a day away (kombo.md#sync). */
const KEEP_MS = 24 * 60 * 60_000;
/**
 * Most rows that are kept, some 50 MB; employees written to longest ago give way, whose reads have mostly caught up by
 * then.
 */
const MAX_ROWS = 100_000;

export interface OverlaidRow {
  row: RatingRow;
  /** True while the row comes from a write and the provider's reads do not show it yet. */
  pending: boolean;
}

/** A row that a write returned. */
interface WrittenRow {
  row: RatingRow;
  at: number;
  /** The record of its skill, as of then. */
  skillId: string;
}

/** What writes did to the ratings of one employee. Times are milliseconds since the epoch. */
interface Written {
  rows: Map<string, WrittenRow>;
  /** When a skill was taken away, by the id of its record. */
  removed: Map<string, number>;
  latest: number;
}

export interface OverlayOptions {
  now?: (() => number) | undefined;
  /** The id of the skill record that a row speaks of; where rows do not carry it themselves. */
  skillOf?: ((row: RatingRow) => string) | undefined;
  /** Most rows that are kept; only tests have other ones. */
  most?: number | undefined;
}

/**
 * Rows that writes returned, laid over what the provider reads until a read shows them or something later; and rows of
 * skills that writes took away, hidden until a read has none of them or something later.
 */
export class Overlay {
  /** By employee, those written to least recently first. */
  readonly #written = new Map<string, Written>();
  /** The same rows by skill. */
  readonly #bySkill = new Map<string, Set<WrittenRow>>();
  #rows = 0;
  /**
   * What is shown of rows with nothing written over them: the same array for the same rows, which tells that nothing
   * changed.
   */
  readonly #plain = new WeakMap<readonly RatingRow[], readonly OverlaidRow[]>();
  readonly #now: () => number;
  readonly #skillOf: (row: RatingRow) => string;
  readonly #most: number;

  constructor({ now = Date.now, skillOf = (row) => row.skillId, most = MAX_ROWS }: OverlayOptions = {}) {
    this.#now = now;
    this.#most = most;
    this.#skillOf = skillOf;
  }

  /** Takes a row that was stored then; nothing where a later write is known, or it is too old to stand over reads. */
  put(row: RatingRow, at = this.#now()): void {
    if (this.#now() - at > KEEP_MS) return;
    const { rows, removed } = this.#entry(row.employeeId, at);
    const skillId = this.#skillOf(row);
    if ((removed.get(skillId) ?? -Infinity) > at || (rows.get(rowKey(row))?.at ?? -Infinity) > at) return;
    removed.delete(skillId);
    this.#drop(rows, rowKey(row));
    const written = { row, at, skillId };
    rows.set(rowKey(row), written);
    const ofSkill = this.#bySkill.get(skillId);
    if (ofSkill) ofSkill.add(written);
    else this.#bySkill.set(skillId, new Set([written]));
    this.#rows += 1;
    this.#dropOld();
  }

  /** Takes note that an employee lost a skill then, named by its record; nothing in the cases above. */
  remove(employeeId: string, skillId: string, at = this.#now()): void {
    if (this.#now() - at > KEEP_MS) return;
    const { rows, removed } = this.#entry(employeeId, at);
    for (const [key, written] of rows) {
      if (written.skillId !== skillId) continue;
      if (written.at > at) return;
      this.#drop(rows, key);
    }
    removed.set(skillId, Math.max(at, removed.get(skillId) ?? at));
  }

  /** Whether anything of this employee was written at that time or later: a read that began then may not show it. */
  wroteSince(employeeId: string, at: number): boolean {
    return (this.#written.get(employeeId)?.latest ?? -Infinity) >= at;
  }

  /**
   * The rows of one employee as read, with written ones in their place and without what was taken away. Forgets what
   * the read has caught up with, unless told not to: a read of a single row says nothing of the copies that answer the
   * next question.
   */
  over(
    employeeId: string,
    read: readonly RatingRow[],
    options: { forget: boolean } = { forget: true },
  ): readonly OverlaidRow[] {
    const entry = this.#written.get(employeeId);
    if (!entry) return this.#asRead(read);
    const { rows: written, removed } = entry;
    const hidden = read.filter((row) => this.#hides(row));
    const left = hidden.length === 0 ? read : read.filter((row) => !hidden.includes(row));
    const byKey = new Map(left.map((row) => [rowKey(row), { row, pending: false }]));
    for (const [key, { row, at }] of written) {
      const shown = byKey.get(key)?.row;
      if (this.#now() - at <= KEEP_MS && !(shown && caughtUp(shown, row))) byKey.set(key, { row, pending: true });
      else if (options.forget) this.#drop(written, key);
    }
    if (options.forget && removed.size > 0) {
      const still = new Set(hidden.map((row) => this.#skillOf(row)));
      for (const skillId of removed.keys()) if (!still.has(skillId)) removed.delete(skillId);
    }
    if (written.size === 0 && removed.size === 0) this.#written.delete(employeeId);
    return [...byKey.values()];
  }

  /**
   * The same for the rows of one skill, named by its record, of whoever holds it. Forgets nothing: it does not see all
   * that was written of an employee.
   */
  overSkill(skillId: string, read: readonly RatingRow[]): readonly OverlaidRow[] {
    if (this.#written.size === 0) return this.#asRead(read);
    const written = [...(this.#bySkill.get(skillId) ?? [])].filter(({ at }) => this.#now() - at <= KEEP_MS);
    const isTaken = read.some((row) => this.#hides(row));
    if (written.length === 0 && !isTaken) return this.#asRead(read);
    const left = isTaken ? read.filter((row) => !this.#hides(row)) : read;
    const byKey = new Map(left.map((row) => [rowKey(row), { row, pending: false }]));
    for (const { row } of written) {
      const shown = byKey.get(rowKey(row))?.row;
      if (!(shown && caughtUp(shown, row))) byKey.set(rowKey(row), { row, pending: true });
    }
    return [...byKey.values()];
  }

  /**
   * Whether two reads show the same ratings of an employee. Where the later one shows what was written before, in the
   * provider's own words and with its own time, nothing is other than it was shown already.
   */
  showsAlike(employeeId: string, before: readonly RatingRow[], after: readonly RatingRow[]): boolean {
    if (!this.#written.has(employeeId)) return allRateAlike(before, after);
    const shown = this.over(employeeId, before, { forget: false });
    const laid = new Map(shown.filter(({ pending }) => pending).map(({ row }) => [rowKey(row), row]));
    const next = this.over(employeeId, after, { forget: false }).map(({ row }) => {
      const written = laid.get(rowKey(row));
      return written && sameValue(row, written) ? written : row;
    });
    return allRateAlike(
      shown.map(({ row }) => row),
      next,
    );
  }

  /** Whether a read still shows what was taken away before: not where the row has changed since. */
  #hides(row: RatingRow): boolean {
    const removed = this.#written.get(row.employeeId)?.removed;
    if (removed === undefined || removed.size === 0) return false;
    const at = removed.get(this.#skillOf(row));
    if (at === undefined || this.#now() - at > KEEP_MS) return false;
    return row.changedAt === null || !(Date.parse(row.changedAt) > at);
  }

  /** What is written of an employee, who moves to the end. */
  #entry(employeeId: string, at: number): Written {
    const known = this.#written.get(employeeId) ?? { rows: new Map(), removed: new Map(), latest: at };
    const entry = { ...known, latest: Math.max(known.latest, at) };
    this.#written.delete(employeeId);
    this.#written.set(employeeId, entry);
    return entry;
  }

  #asRead(read: readonly RatingRow[]): readonly OverlaidRow[] {
    const known = this.#plain.get(read);
    if (known) return known;
    const rows = read.map((row) => ({ row, pending: false }));
    this.#plain.set(read, rows);
    return rows;
  }

  #drop(rows: Map<string, WrittenRow>, key: string): void {
    const written = rows.get(key);
    if (!written) return;
    rows.delete(key);
    this.#rows -= 1;
    const ofSkill = this.#bySkill.get(written.skillId);
    ofSkill?.delete(written);
    if (ofSkill?.size === 0) this.#bySkill.delete(written.skillId);
  }

  /** Employees whose ratings nobody reads again would be kept for good. */
  #dropOld(): void {
    const now = this.#now();
    for (const [employeeId, { rows, latest }] of this.#written) {
      if (now - latest <= KEEP_MS && this.#rows <= this.#most) return;
      for (const key of rows.keys()) this.#drop(rows, key);
      this.#written.delete(employeeId);
    }
  }
}

function caughtUp(shown: RatingRow, written: RatingRow): boolean {
  if (shown.changedAt !== null && written.changedAt !== null && shown.changedAt >= written.changedAt) return true;
  return sameValue(shown, written);
}

function sameValue({ value: a }: RatingRow, { value: b }: RatingRow): boolean {
  if (a === null || b === null) return a === b;
  // The scale may stand in one of the rows only.
  if (a.kind === 'number') return b.kind === 'number' && a.value === b.value;
  if (b.kind === 'number') return false;
  return a.optionId === null || b.optionId === null ? a.name === b.name : a.optionId === b.optionId;
}
