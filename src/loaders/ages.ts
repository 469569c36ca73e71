import type { Ages } from '../cache/copy.ts';

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

/**
 * Rows kept an integration, one more for each entity. A row takes some 300 bytes: at most about 75 MB for employees, of
 * whom 20,000 with a dozen ratings fit in, and 30 MB for skills.
 */
export const CACHED_ROWS = {
  employeeRatings: 250_000,
  skillRatings: 100_000,
  skillGaps: 50_000,
  careerPaths: 50_000,
  jobProfiles: 50_000,
} as const;
