import type { Hold } from '../../src/tasks/engine/lease.ts';

/** A hold that lasts until the signal is aborted. */
export function holding(signal: AbortSignal = new AbortController().signal): Hold {
  return { signal, holds: () => !signal.aborted };
}
