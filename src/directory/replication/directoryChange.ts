import type { PendingWritesState } from '../views/pendingWritesState.ts';
import type { EmployeeRow, RatingRow, SkillRow } from '../../domain/records.ts';
import type { SkillMention } from '../../domain/roles.ts';

/**
 * What a sync has changed in the directory, as plain data: only actual differences. Replayed in order, any number of
 * times, changes bring another directory to the same state. Writes and links are not included: every replica receives
 * their events itself. The kinds are stored in Redis, so their names stay as they are.
 */
export type DirectoryChange =
  /** Rows of a sync that began then. */
  | { kind: 'employees'; rows: readonly EmployeeRow[]; began: number }
  | { kind: 'skills'; rows: readonly SkillRow[]; began: number }
  /** Records that such a sync found removed. */
  | { kind: 'employeesGone' | 'skillsGone'; ids: readonly string[]; began: number }
  /** A full sync that began then has ended: writes stored before it are no longer pending. */
  | { kind: 'employeesWalked' | 'skillsWalked'; began: number; now: number }
  | { kind: 'learnt'; mentions: readonly SkillMention[] }
  /** `whole`: employees whose ratings are all among the rows; `removed`: keys of removed rows. */
  | { kind: 'ratings'; rows: readonly RatingRow[]; whole: readonly string[]; removed: readonly string[] }
  /** A resync: the next snapshot is to be loaded, because too many ratings changed, or because Redis lost entries. */
  | { kind: 'anew' };

/** All records of one integration at one instant. The rows belong to the directory and must not be changed. */
export interface RecordsSnapshot {
  employees: readonly EmployeeRow[];
  employeesWritten: PendingWritesState;
  skills: readonly SkillRow[];
  skillsWritten: PendingWritesState;
  learnt: readonly SkillMention[];
  /** One list of ratings per employee; null without a rating snapshot. */
  ratings: readonly (readonly RatingRow[])[] | null;
  ratingsAt: number | null;
}

/** The same while it is being loaded, with the ratings as a stream. */
export type RecordsSnapshotSource = Omit<RecordsSnapshot, 'ratings'> & {
  ratings: AsyncIterable<readonly RatingRow[]> | null;
};
