/**
 * How often entities of one kind were found: as a copy that is fresh (hit), one that answers and is read anew (stale), one of
 * another replica (shared), or not at all, so that the provider was asked (miss). Plain numbers, for a page adds hundreds.
 */
export interface CacheCounts {
  hit: number;
  stale: number;
  shared: number;
  miss: number;
}

/** Where the reads of one integration's entities of one kind are counted. */
export type CountsOf = (integration: string, kind: string) => CacheCounts;

export function newCounts(): CacheCounts {
  return { hit: 0, stale: 0, shared: 0, miss: 0 };
}
