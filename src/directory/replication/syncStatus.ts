import type { Operation } from '../../domain/operations.ts';
import type { Directory } from '../directory.ts';
import type { Drift } from '../../integrations/drift.ts';
import type { Integration, SyncStatus } from '../../integrations/integration.ts';
import type { WalkedPort } from '../../domain/ports.ts';
import type { UnreadableRecords } from '../../integrations/unreadableRecords.ts';

/** What syncing an integration has shown besides its records, as plain data. Stored in Redis, so its names stay. */
export interface ReplicatedStatus {
  sync: SyncStatus;
  readFrom: readonly (readonly [WalkedPort, number])[];
  changesNotOffered: readonly WalkedPort[];
  notOffered: readonly (readonly [Operation, string])[];
  ratingFilterHonoured: boolean;
  skillFilterHonoured: boolean;
  ratingsAt: number | null;
  /** Absent, like the next two, in entries of an earlier version. */
  unread?: UnreadableRecords['all'];
  /** The drift that the publisher found itself. */
  drift?: readonly Drift[];
  answered?: readonly Operation[];
}

/** The current status of an integration. */
export function statusOf(directory: Directory, integration: Integration): ReplicatedStatus {
  return {
    sync: { ...integration.sync },
    readFrom: [...integration.readFrom],
    changesNotOffered: [...integration.changesNotOffered],
    notOffered: [...integration.notOffered],
    ratingFilterHonoured: integration.ratingFilterHonoured,
    skillFilterHonoured: integration.skillFilterHonoured,
    ratingsAt: directory.ratings(integration.name).at,
    unread: integration.unreadable.all,
    drift: integration.drifts.told,
    answered: integration.answered,
  };
}

/**
 * Applies the status that another replica published. What this replica found out by its own requests (an ignored
 * filter, an operation that is not offered) stands until the publisher's view changes: `before` is what it published
 * last.
 */
export function applyStatus(integration: Integration, next: ReplicatedStatus, before: ReplicatedStatus | null): void {
  integration.unreadable.replace(next.unread ?? []);
  integration.drifts.foundElsewhere(next.drift ?? []);
  integration.answeredElsewhere(next.answered ?? []);
  // Last, so that watchers of `sync` see the above.
  integration.sync = { ...next.sync };
  integration.readFrom.clear();
  for (const [port, at] of next.readFrom) integration.readFrom.set(port, at);
  integration.changesNotOffered.clear();
  for (const port of next.changesNotOffered) integration.changesNotOffered.add(port);
  if (next.ratingFilterHonoured !== (before?.ratingFilterHonoured ?? true)) {
    integration.ratingFilterHonoured = next.ratingFilterHonoured;
  }
  if (next.skillFilterHonoured !== (before?.skillFilterHonoured ?? true)) {
    integration.skillFilterHonoured = next.skillFilterHonoured;
  }
  const [known, published] = [new Map(before?.notOffered), new Map(next.notOffered)];
  for (const [operation, reason] of published) {
    if (known.get(operation) !== reason) integration.foundElsewhere(operation, reason);
  }
  for (const operation of known.keys()) if (!published.has(operation)) integration.foundElsewhere(operation, null);
}
