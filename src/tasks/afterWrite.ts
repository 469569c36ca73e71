import type { Directory } from '../directory/directory.ts';
import type { EmployeeWrite } from '../domain/ports.ts';
import type { EmployeeRow, RatingRow } from '../domain/records.ts';
import type { TaskItem } from './task.ts';

/** Who takes note of a rating that was written: the readers are a neighbour's, and given. */
export interface RatingListener {
  written(row: RatingRow): void;
}

/** Makes reads show what a task item stored, although the provider's own reads may lag behind. */
export function afterWrite(
  { integration, outcome, work }: Pick<TaskItem, 'integration' | 'outcome' | 'work'>,
  { directory, readers }: { directory: Directory; readers: ReadonlyMap<string, RatingListener> },
): void {
  if (outcome?.kind === 'rating') readers.get(integration)?.written(outcome.row);
  if (outcome?.kind === 'employee' && work.operation === 'upsertEmployees') {
    directory.writeEmployee(integration, outcome.row ?? storedAs(outcome.remoteId, work.write));
  }
}

/** What a provider that answers with an id alone now holds: the record as it was known, with what was written. */
function storedAs(remoteId: string, write: EmployeeWrite): EmployeeRow {
  const { existing } = write;
  const { givenName = existing?.givenName ?? null, familyName = existing?.familyName ?? null } = write;
  const written = [givenName, familyName].filter((part) => part !== null).join(' ');
  return {
    remoteId,
    sourceId: existing?.sourceId ?? null,
    name: write.givenName === undefined && write.familyName === undefined ? (existing?.name ?? null) : written,
    givenName,
    familyName,
    workEmail: write.workEmail,
    employeeNumber: write.employeeNumber ?? existing?.employeeNumber ?? null,
    jobTitle: write.jobTitle ?? existing?.jobTitle ?? null,
    status: existing?.status ?? null,
    statusLabel: existing?.statusLabel ?? null,
    startDate: write.startDate ?? existing?.startDate ?? null,
    department: write.department ?? existing?.department ?? null,
    location: write.location ?? existing?.location ?? null,
    // Both tell of one manager: a new one's address must not stand beside the old one's id.
    ...(write.managerRemoteId === undefined && write.managerEmail === undefined
      ? { managerRemoteId: existing?.managerRemoteId ?? null, managerEmail: existing?.managerEmail ?? null }
      : { managerRemoteId: write.managerRemoteId ?? null, managerEmail: write.managerEmail ?? null }),
    url: existing?.url ?? null,
    changedAt: existing?.changedAt ?? null,
  };
}
