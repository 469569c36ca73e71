import type { EmployeeRow, RatingRow, SkillRow } from '../../domain/records.ts';
import type { SkillMention } from '../../domain/roles.ts';
import type { WriteStamp } from '../views/pendingWrites.ts';

/**
 * What reading a provider has changed in the directory, as plain data: only what is other than before. PublishResult again in order,
 * any number of times, it brings another directory to the same state. Writes and links are not among it: all replicas hear
 * those by themselves.
 */
export type DirectoryChange =
  /** Rows of a read that began then. */
  | { kind: 'employees'; rows: readonly EmployeeRow[]; began: number }
  | { kind: 'skills'; rows: readonly SkillRow[]; began: number }
  /** Records that such a read says are gone. */
  | { kind: 'employeesGone' | 'skillsGone'; ids: readonly string[]; began: number }
  /** A whole walk that began then has ended: what writes stored before it is no longer laid over. */
  | { kind: 'employeesWalked' | 'skillsWalked'; began: number; now: number }
  | { kind: 'learnt'; mentions: readonly SkillMention[] }
  /** `whole`: employees all of whose kept ratings are among the rows; `removed`: keys of rows that are gone. */
  | { kind: 'ratings'; rows: readonly RatingRow[]; whole: readonly string[]; removed: readonly string[] }
  /** A copy of all is to follow: so many ratings are others that it says so more cheaply, or what was told is lost. */
  | { kind: 'anew' };

/** What writes stored and reads may not show yet, of one kind of records. */
export interface PendingWritesState {
  written: readonly (readonly [id: string, at: WriteStamp])[];
  /** When the walk began whose records stand there; null before the first. */
  walkedFrom: number | null;
}

/** All that is held of one integration, at one instant. The rows are the directory's own: not to be changed. */
export interface RecordsSnapshot {
  employees: readonly EmployeeRow[];
  employeesWritten: PendingWritesState;
  skills: readonly SkillRow[];
  skillsWritten: PendingWritesState;
  learnt: readonly SkillMention[];
  /** Lists of one employee's kept ratings; null where none are kept yet. */
  ratings: readonly (readonly RatingRow[])[] | null;
  ratingsAt: number | null;
}

/** Such a copy on its way in, the ratings in parts as they come. */
export type RecordsSnapshotSource = Omit<RecordsSnapshot, 'ratings'> & {
  ratings: AsyncIterable<readonly RatingRow[]> | null;
};
