import type { Directory } from '../directory.ts';
import type { DirectoryChange } from './directoryChange.ts';
import { runInSlices } from '../../lib/runInSlices.ts';
import type { ReplicatedStatus } from './syncStatus.ts';

/** The payload of one change-log entry. */
export interface EntryPayload {
  changes: readonly DirectoryChange[];
  /** The sync status, where it has changed. */
  status?: ReplicatedStatus;
  /** The id of a snapshot that includes everything up to here, where one was written. */
  snapshot?: string;
}

/** Applies another replica's change as if it had been read here. */
export async function applyChange(directory: Directory, integration: string, change: DirectoryChange): Promise<void> {
  switch (change.kind) {
    case 'employees':
      return directory.putEmployees(integration, change.rows, instant(change.began));
    case 'employeesGone':
      return directory.removeEmployees(integration, change.ids, instant(change.began));
    case 'employeesWalked':
      return directory.syncedElsewhere(integration, 'employees', change);
    case 'skills':
      return directory.putSkills(integration, change.rows, instant(change.began));
    case 'skillsGone':
      return directory.removeSkills(integration, change.ids, instant(change.began));
    case 'skillsWalked':
      return directory.syncedElsewhere(integration, 'skills', change);
    case 'learnt':
      return directory.learnSkills(integration, change.mentions);
    case 'ratings':
      return runInSlices(directory.ratings(integration).change(change));
    case 'anew':
      // A resync: the next snapshot brings it.
      return;
  }
}

/** JSON has no Infinity; a read that began at an unknown time counts as newer than all writes. */
function instant(began: number | null): number {
  return began ?? Infinity;
}
