import type { Copy } from './cacheEntry.ts';

/** What lies under an id. */
export interface Found {
  copy: Copy<unknown> | null;
  /** Tells the last write: a copy is put only while that is still the last. */
  mark: string;
}

/**
 * Copies of one integration's entities that replicas share, by kind and id. For reading faster, never for reading at all:
 * nothing here rejects, and nothing takes longer than a fraction of a second.
 */
export interface SharedCache {
  /** What lies under each id; null when it cannot be said now, and then nothing is put after the read either. */
  get(kind: string, ids: readonly string[]): Promise<ReadonlyMap<string, Found> | null>;
  /** Puts copies, each unless it was written to since its mark was seen; they are dropped after that time. */
  put(kind: string, copies: readonly (Found & { id: string; copy: Copy<unknown> })[], keepMs: number): void;
  /** Drops copies that a write then has outdated, and refuses those of reads that are under way. All replicas may say so. */
  drop(kind: string, ids: readonly string[], at: number): void;
}

/** The shared cache of each integration, by its name. */
export type SharedCaches = (integration: string) => SharedCache;
