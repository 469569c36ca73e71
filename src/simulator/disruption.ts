import type { FaultShape } from './faults.ts';

/** How a whole simulated provider misbehaves for a while. */
export type DisruptionKind = 'UNAVAILABLE' | 'SLOW' | 'RATE_LIMITED';

export interface Disruption {
  kind: DisruptionKind;
  /** When it ends, in milliseconds since the epoch on the simulator's clock. */
  until: number;
}

/** What a simulator is asked to do: a disruption and how long it lasts, or null to be well again. */
export type DisruptionRequest = { kind: DisruptionKind; milliseconds: number } | null;

/** What each kind does to every call. Three seconds are far above a healthy answer and below the usual deadline of ten. */
export const DISRUPTION_FAULTS: Readonly<Record<DisruptionKind, FaultShape>> = {
  UNAVAILABLE: { kind: 'status', status: 503 },
  SLOW: { kind: 'latency', milliseconds: 3_000 },
  RATE_LIMITED: { kind: 'status', status: 429 },
};

const DEFAULT_SECONDS = 60;
const MAX_SECONDS = 600;

/**
 * Reads a JSON text such as `{"kind": "SLOW", "seconds": 60}`; a minute where `seconds` is left out, and `{"kind": null}` ends
 * a disruption. Throws an Error that names what is wrong.
 */
export function readDisruption(text: string): DisruptionRequest {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Error('The body is not JSON.');
  }
  const { kind, seconds = DEFAULT_SECONDS } = (body ?? {}) as { kind?: unknown; seconds?: unknown };
  if (kind === null) return null;
  const kinds = Object.keys(DISRUPTION_FAULTS) as DisruptionKind[];
  const known = kinds.find((each) => each === kind);
  if (known === undefined) throw new Error(`kind must be one of ${kinds.join(', ')}, or null.`);
  if (typeof seconds !== 'number' || !(seconds >= 1 && seconds <= MAX_SECONDS)) {
    throw new Error(`seconds must be a number from 1 to ${MAX_SECONDS}.`);
  }
  return { kind: known, milliseconds: seconds * 1000 };
}
