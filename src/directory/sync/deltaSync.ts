import type { Call, ChangesPage, WalkPort } from '../../domain/ports.ts';
import { ProviderError } from '../../domain/problem.ts';
import type { Directory } from '../directory.ts';
import { runInSlices } from '../../lib/runInSlices.ts';
import type { Integration, WalkedPort } from '../../integrations/integration.ts';
import { isOverBound, RecordBound, type MAX_RECORDS } from './recordBound.ts';

/**
 * How far a read of changes reaches back before the last read: clocks differ, and a change may be shown later than it is
 * dated. What comes twice changes nothing.
 */
export const OVERLAP_MS = 5 * 60_000;

export interface DeltaSyncOptions {
  directory: Directory;
  integration: Integration;
  signal: AbortSignal;
  now?: () => number;
  /** Records that are read at most; only tests replace it. */
  most?: typeof MAX_RECORDS;
}

/** Whether anything of an integration can be read by its changes. */
export function supportsDeltaSync({ ports }: Integration): boolean {
  const { employees, skills, ratings } = ports;
  return [employees, skills, ratings].some((port) => port?.changedSince !== undefined);
}

/**
 * Reads what changed since the last read of each kind that went well; a kind never read is left to the walk. Rejects by
 * abort or with the first kind's failure: the others were read, and the failed one is read from the same instant again.
 */
export async function deltaSync(options: DeltaSyncOptions): Promise<void> {
  const { directory, integration, signal, now = Date.now, most } = options;
  const { name, ports } = integration;
  const call: Call = { signal, purpose: 'walk', unread: ({ of, id }) => integration.unread.add(of, id) };
  const failures: unknown[] = [];
  /** When the read began; null where there was none, or none that went well. */
  const read = async <Row>(
    kind: WalkedPort,
    port: WalkPort<Row> | undefined,
    take: (page: ChangesPage<Row>, began: number) => Promise<void> | void,
    /** Undoes what pages without an end have brought. */
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
