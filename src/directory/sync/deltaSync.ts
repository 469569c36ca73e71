import type { Call, ChangesPage, WalkPort } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import type { Directory } from '../directory.ts';
import { runInSlices } from '../../lib/runInSlices.ts';
import type { Integration } from '../../integrations/integration.ts';
import type { WalkedPort } from '../../domain/ports.ts';
import { isOverBound, RecordBound, type MAX_RECORDS } from './recordBound.ts';

/**
 * How far a delta sync reaches back before the last one: clocks differ, and a change may appear later than it is dated.
 * Reading it twice changes nothing.
 */
export const OVERLAP_MS = 5 * 60_000;

export interface DeltaSyncOptions {
  directory: Directory;
  integration: Integration;
  signal: AbortSignal;
  now?: () => number;
  /** The most records to read; only tests replace it. */
  most?: typeof MAX_RECORDS;
}

/** Whether any kind of the integration's records can be read by changes. */
export function supportsDeltaSync({ ports }: Integration): boolean {
  const { employees, skills, ratings } = ports;
  return [employees, skills, ratings].some((port) => port?.changedSince !== undefined);
}

/**
 * Reads what changed since the last successful sync of each kind; a kind that was never read is left to the full sync.
 * Rejects on abort, or with the first failure: the other kinds were read, and the failed one is retried from the same
 * instant.
 */
export async function deltaSync(options: DeltaSyncOptions): Promise<void> {
  const { directory, integration, signal, now = Date.now, most } = options;
  const { name, ports } = integration;
  const call: Call = { signal, purpose: 'walk', onUnreadable: ({ of, id }) => integration.unreadable.add(of, id) };
  const failures: unknown[] = [];
  /** When the read began; null where there was none, or where it failed. */
  const read = async <Row>(
    kind: WalkedPort,
    port: WalkPort<Row> | undefined,
    take: (page: ChangesPage<Row>, began: number) => Promise<void> | void,
    /** Undoes what an endless list has brought. */
    drop: (began: number) => void = () => {},
  ): Promise<number | null> => {
    const from = integration.readFrom.get(kind);
    if (!port?.changedSince || from === undefined || integration.changesNotOffered.has(kind)) return null;
    const began = now();
    const bound = new RecordBound(integration, kind, most);
    const since = new Date(from - OVERLAP_MS).toISOString();
    try {
      for await (const page of port.changedSince(since, call)) {
        bound.add(page.rows.length + (page.removed?.length ?? 0));
        await take(page, began);
      }
      integration.readFrom.set(kind, began);
      return began;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ProviderError && isOverBound(error)) drop(began);
      if (error instanceof ProviderError && error.code === 'NOT_OFFERED') integration.changesNotOffered.add(kind);
      else failures.push(error);
      return null;
    }
  };

  const { employees, skills, ratings } = ports;
  const newEmployees: string[] = [];
  await read(
    'employees',
    employees,
    (page, began) => {
      for (const { remoteId } of page.rows) {
        integration.missed.employees.delete(remoteId);
        if (!directory.hasEmployee(name, remoteId)) newEmployees.push(remoteId);
      }
      directory.putEmployees(name, page.rows, began);
      if (page.removed) directory.removeEmployees(name, page.removed, began);
    },
    (began) => directory.removeEmployees(name, newEmployees, began),
  );
  const newSkills: string[] = [];
  await read(
    'skills',
    skills,
    (page, began) => {
      for (const { remoteId } of page.rows) {
        integration.missed.skills.delete(remoteId);
        if (!directory.hasSkill(name, remoteId)) newSkills.push(remoteId);
      }
      directory.putSkills(name, page.rows, began);
      if (page.removed) directory.removeSkills(name, page.removed, began);
    },
    (began) => directory.removeSkills(name, newSkills, began),
  );
  const kept = directory.ratings(name);
  if (kept.at !== null && (ratings?.keep === true || !integration.ratingFilterHonoured)) {
    const began = await read('ratings', ratings, async (page) => {
      directory.learnSkills(name, page.rows);
      await runInSlices(kept.change(page));
    });
    if (began !== null) kept.at = began;
  }
  await directory.settled();
  signal.throwIfAborted();
  if (failures.length > 0) throw failures[0];
  integration.sync = { ...integration.sync, lastDeltaAt: new Date(now()).toISOString() };
}
