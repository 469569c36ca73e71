import type { Call } from '../../domain/ports.ts';

/** How long one try may take, in milliseconds. */
export interface TryTimes {
  /** Longest silence: until the answer's headers, and between two pieces of its body. */
  silentMs: number;
  /** All of it, since a body that drips is never silent, and would hold its place for ever. */
  wholeMs: number;
}

/** By what a try is for: a read that somebody waits for, another read, or a write. */
export type TimesOfTries = Readonly<Record<'request' | 'background' | 'write', TryTimes>>;

/** Those of a try. Nobody's patience ends a write: a try that is given up leaves open whether it took effect. */
export function timesOf(times: TimesOfTries, kind: 'read' | 'write', purpose: Call['purpose']): TryTimes {
  return kind === 'write' ? times.write : purpose === 'request' ? times.request : times.background;
}

/** The same for every try. */
export function alike(silentMs: number, wholeMs = silentMs): TimesOfTries {
  const times = { silentMs, wholeMs };
  return { request: times, background: times, write: times };
}
