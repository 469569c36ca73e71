import type { Link } from '../domain/links.ts';

/**
 * Stores the decisions about records, by tenant. They survive a restart; a `save` that resolved stored all of its
 * decisions, one that rejected none or all.
 */
export interface LinkStore {
  /** The decisions in force, one per pair of records in either order, in the order in which they were made. */
  load(tenant: string): Promise<Link[]>;
  /** Adds decisions in this order. They supersede earlier ones about the same pair, which stay as history. */
  save(tenant: string, links: readonly Link[]): Promise<void>;
  /**
   * Calls back whenever another process may have saved decisions. Resolves, with a function that stops it, once no
   * later save can be missed. Absent where no other process can save.
   */
  follow?(tenant: string, onChange: () => void): Promise<() => void>;
}
