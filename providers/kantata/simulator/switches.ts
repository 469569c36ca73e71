/** What the sheet leaves open or assumed, one switch each (sheet 16). */
export interface Switches {
  /** The one token accepted. */
  token: string;
  /** `strict`: foreign keys only where included, as the published schema says (sheet 3.4). */
  foreignKeys: 'free' | 'strict';
  /** Older answers had no `meta` (sheet 3.1). */
  meta: 'present' | 'absent';
  /** Whether `user_ids` filters memberships, is ignored, or lets nothing through. */
  userIdsFilter: 'honoured' | 'ignored' | 'empty';
  /** The same of `by_skill_ids`. */
  skillIdsFilter: 'honoured' | 'ignored' | 'empty';
  /** A bulk create with a fault writes nothing, or the valid ones; both answer 422 (sheet 11). */
  bulkMode: 'atomic' | 'partial';
  /** Created rows newest first and paged, or all of them as they were sent (sheet 11). */
  bulkAnswer: 'paged' | 'requestOrder';
  /** Whether errors carry `index`, unconfirmed (sheet 9.1), and whether it is the right one: `first` says 0 whichever it is. */
  errorIndex: boolean | 'first';
  /** Ways an error body is seen (sheet 9.1). */
  errorBody: 'objects' | 'strings' | 'message';
  /** Seconds in a Retry-After beside 429; null, as documented, for none (sheet 12). */
  retryAfter: number | null;
  /** The feed of events: open, for account administrators only, or not enabled (sheet 14). */
  eventFeed: 'open' | 'forbidden' | 'missing';
  /** Users whose skills the token's user may not edit (sheet 9.3). */
  lockedUsers: readonly string[];
  /** Whether the token's user may not edit the library of skills (sheet 13). */
  skillsLocked: boolean;
}

export const SIMULATOR_TOKEN = 'kantata-simulator-token';

export const DEFAULT_SWITCHES: Switches = {
  token: SIMULATOR_TOKEN,
  foreignKeys: 'free',
  meta: 'present',
  userIdsFilter: 'honoured',
  skillIdsFilter: 'honoured',
  bulkMode: 'atomic',
  bulkAnswer: 'paged',
  errorIndex: true,
  errorBody: 'objects',
  retryAfter: null,
  eventFeed: 'open',
  lockedUsers: [],
  skillsLocked: false,
};
