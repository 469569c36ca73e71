import type { Link } from '../domain/links.ts';

/**
 * Where the decisions about records live: they survive a restart, and what `save` answered is stored, all of it or nothing.
 * Scoped by tenant.
 */
export interface LinkStore {
  /** The decisions that count, one a pair of records whichever way round it was named, in the order they were made. */
  load(tenant: string): Promise<Link[]>;
  /** Adds decisions in this order. An earlier one about the same pair no longer counts; it is kept as history. */
  save(tenant: string, links: readonly Link[]): Promise<void>;
  /**
   * Calls back whenever another process may have saved something; resolves when nothing saved from now on is missed, with
   * the way to stop. Absent where no other process can.
   */
  follow?(tenant: string, hear: () => void): Promise<() => void>;
}
