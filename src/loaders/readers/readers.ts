import type { CountsOf } from '../../cache/cacheCounts.ts';
import type { SharedCaches } from '../../cache/sharedCache.ts';
import type { Directory } from '../../directory/directory.ts';
import { RatingReader } from './employeeRatingReader.ts';

export interface ReadersOptions {
  directory: Directory;
  /** False keeps and shares nothing between requests but what the directory holds (CACHE=off). */
  cache: boolean;
  /** Copies that replicas share; absent where there is one process, and not used where `cache` is false. */
  shared?: SharedCaches | undefined;
  /** Where reads of copies are counted. */
  counts?: CountsOf | undefined;
  now?: (() => number) | undefined;
}

/** The readers of all integrations, by name. They outlive requests. */
export function createReaders({
  directory,
  cache,
  shared,
  counts,
  now,
}: ReadersOptions): ReadonlyMap<string, RatingReader> {
  return new Map(
    directory.integrations.map((integration) => {
      const { name } = integration;
      return [name, new RatingReader({ directory, integration, cache, shared: shared?.(name), counts, now })];
    }),
  );
}
