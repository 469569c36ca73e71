import type { CountsOf } from '../../cache/cacheCounts.ts';
import type { EntityReadsOptions } from '../../cache/readThroughCache.ts';
import type { SharedCache } from '../../cache/sharedCache.ts';
import { AGES } from './ttl.ts';

export interface KeepingOptions {
  /** False keeps and shares nothing between requests but what the directory holds (CACHE=off). */
  cache: boolean;
  /** Copies of the integration that replicas share; absent where there is one process, not used where `cache` is false. */
  shared?: SharedCache | undefined;
  /** Where reads of copies are counted. */
  counts?: CountsOf | undefined;
  now: () => number;
}

/** How entities of a kind are kept, whatever they are: the part of the options of EntityReads that follows from their kind. */
export function kindOptions(
  integration: string,
  kind: keyof typeof AGES,
  { cache, shared, counts, now }: KeepingOptions,
): Pick<EntityReadsOptions<never>, 'integration' | 'kind' | 'ages' | 'keeps' | 'shared' | 'counts' | 'now'> {
  return {
    integration,
    kind,
    ages: AGES[kind],
    keeps: cache,
    shared: cache ? shared : undefined,
    counts: counts?.(integration, kind),
    now,
  };
}
