import type { Problem } from '../../domain/problem.ts';
import type { OverlaidRow } from './writeOverlay.ts';

/** An older copy. `atOnce`: the provider has just failed, and was not waited for. */
interface StaleReading {
  state: 'STALE';
  rows: readonly OverlaidRow[];
  fetchedAt: number;
  problem: Problem;
  atOnce?: boolean;
}

/** What one integration says of one employee's ratings. */
export type Reading =
  | { state: 'FRESH' | 'CACHED'; rows: readonly OverlaidRow[]; fetchedAt: number }
  | StaleReading
  | { state: 'PARTIAL'; rows: readonly OverlaidRow[]; fetchedAt: number; problem: Problem }
  | { state: 'UNREACHABLE'; problem: Problem }
  | { state: 'UNSUPPORTED'; problem: Problem | null };
