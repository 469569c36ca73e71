import { readFile } from 'node:fs/promises';
import { isBeating } from './heartbeat.ts';
import { isAlive, markOf, ownPlace, type ProcessMark, type ProcessPlace } from './processAge.ts';

/** What stands in a lock; those of former versions have no place. */
export type Owner = ProcessMark & Partial<ProcessPlace>;

/** What stands in a lock that its owner gave up. */
export const RELEASED = 'released';

/** This process as an owner. */
export function ownMark(): Owner {
  return { ...(markOf(process.pid) ?? { pid: process.pid, startTime: null }), ...ownPlace() };
}

/** Null where the lock is released, gone or cannot be read. */
export async function readOwner(path: string): Promise<Owner | null> {
  const text = await readFile(path, 'utf8').catch(() => RELEASED);
  if (text === RELEASED) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number') return null;
    const textOf = (name: string): string | null => {
      const found: unknown = Reflect.get(value, name);
      return typeof found === 'string' ? found : null;
    };
    const mark = { pid: value.pid, startTime: textOf('startTime') };
    const host = textOf('host');
    return host === null ? mark : { ...mark, host, pidNamespace: textOf('pidNamespace') };
  } catch {
    return null;
  }
}

/** Whether the owner of a lock is alive; takes some seconds where only its signs of life can tell. */
export async function isOwned(path: string, owner: Owner, sleep?: (milliseconds: number) => Promise<void>) {
  const { host, pidNamespace } = ownPlace();
  const isForeign = owner.host !== undefined && (owner.host !== host || owner.pidNamespace !== pidNamespace);
  return isForeign ? isBeating(path, sleep) : isAlive(owner);
}
