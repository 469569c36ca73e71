import type { Ages } from '../../cache/cacheEntry.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** How long a provider that is down may be stood in for; beyond, an empty answer is more honest. */
const STAND_IN_MS = 12 * HOUR_MS;

/** How long copies are good for, by kind. */
export const AGES = {
  /** A page and its neighbours; while people look at them, refreshes run beside. */
  employeeRatings: { freshMs: MINUTE_MS, staleMs: 5 * MINUTE_MS, errorMs: STAND_IN_MS },
  skillRatings: { freshMs: MINUTE_MS, staleMs: 5 * MINUTE_MS, errorMs: STAND_IN_MS },
  /** Compared with ratings, and read together with them. */
  skillGaps: { freshMs: MINUTE_MS, staleMs: 5 * MINUTE_MS, errorMs: STAND_IN_MS },
  /** As long as the directory's own walks lie apart: roles change more slowly than people. */
  careerPaths: { freshMs: 15 * MINUTE_MS, staleMs: HOUR_MS, errorMs: STAND_IN_MS },
  jobProfileLists: { freshMs: 15 * MINUTE_MS, staleMs: HOUR_MS, errorMs: STAND_IN_MS },
  jobProfiles: { freshMs: 15 * MINUTE_MS, staleMs: HOUR_MS, errorMs: STAND_IN_MS },
} as const satisfies Record<string, Ages>;

const MEGABYTE = 1024 * 1024;

/**
 * Bytes kept an integration, as `bytesOf` counts them: some 800 for a rating, half of which is shared with others in truth.
 * 10,000 employees with a dozen ratings fit in. Counted in rows, a provider's long texts would be free.
 */
export const CACHED_BYTES = {
  employeeRatings: 100 * MEGABYTE,
  skillRatings: 40 * MEGABYTE,
  skillGaps: 20 * MEGABYTE,
  careerPaths: 20 * MEGABYTE,
  jobProfiles: 20 * MEGABYTE,
} as const;
