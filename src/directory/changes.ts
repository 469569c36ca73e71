import type { Call, ChangesPage, WalkPort } from '../domain/ports.ts';
import { ProviderError } from '../domain/problem.ts';
import type { Directory } from './directory.ts';
import { inSlices } from './inSlices.ts';
import type { Integration, WalkedPort } from './integration.ts';

/**
 * How far a read of changes reaches back before the last read: clocks differ, and a change may be shown later than it is
 * dated. What comes twice changes nothing.
 */
export const OVERLAP_MS = 5 * 60_000;

export interface ReadChangesOptions {
  directory: Directory;
  integration: Integration;
  signal: AbortSignal;
  now?: () => number;
}

/** Whether anything of an integration can be read by its changes. */
export function tellsChanges({ ports }: Integration): boolean {
  const { employees, skills, ratings } = ports;
  return [employees, skills, ratings].some((port) => port?.changedSince !== undefined);
}

/**
 * Reads what changed since the last read of each kind that went well; a kind never read is left to the walk. Rejects by
 * abort or with the first kind's failure: the others were read, and the failed one is read from the same instant again.
 */
export async function readChanges(options: ReadChangesOptions): Promise<void> {
  const { directory, integration, signal, now = Date.now } = options;
  const { name, ports } = integration;
  const call: Call = { signal, purpose: 'walk', unread: ({ of, id }) => integration.unread.add(of, id) };
  const failures: unknown[] = [];
  /** When the read began; null where there was none, or none that went well. */
  const read = async <Row>(
    kind: WalkedPort,
    port: WalkPort<Row> | undefined,
    take: (page: ChangesPage<Row>, began: number) => Promise<void> | void,
  ): Promise<number | null> => {
    const from = integration.readFrom.get(kind);
    if (!port?.changedSince || from === undefined || integration.changesNotOffered.has(kind)) return null;
    const began = now();
    const since = new Date(from - OVERLAP_MS).toISOString();
    try {
      for await (const page of port.changedSince(since, call)) await take(page, began);
      integration.readFrom.set(kind, began);
      return began;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ProviderError && error.code === 'NOT_OFFERED') integration.changesNotOffered.add(kind);
      else failures.push(error);
      return null;
    }
  };

  const { employees, skills, ratings } = ports;
  await read('employees', employees, (page, began) => {
    for (const { remoteId } of page.rows) integration.missed.employees.delete(remoteId);
    directory.putEmployees(name, page.rows, began);
    if (page.removed) directory.removeEmployees(name, page.removed, began);
  });
  await read('skills', skills, (page, began) => {
    for (const { remoteId } of page.rows) integration.missed.skills.delete(remoteId);
    directory.putSkills(name, page.rows, began);
    if (page.removed) directory.removeSkills(name, page.removed, began);
  });
  const kept = directory.ratings(name);
  if (kept.at !== null && (ratings?.keep === true || !integration.ratingFilterHonoured)) {
    const began = await read('ratings', ratings, async (page) => {
      directory.learnSkills(name, page.rows);
      await inSlices(kept.change(page));
    });
    if (began !== null) kept.at = began;
  }
  await directory.settled();
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  integration.sync = { ...integration.sync, lastDeltaAt: new Date(now()).toISOString() };
}
