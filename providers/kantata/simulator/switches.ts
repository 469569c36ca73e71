/** What kantata.md assumes or leaves open, one switch each. */
export interface Switches {
  /** The one token accepted. */
  token: string;
  /** `strict`: foreign keys only where included, as the published schema says (kantata.md#foreign-keys). */
  foreignKeys: 'free' | 'strict';
  /** Older answers had no `meta` (kantata.md#envelope). */
  meta: 'present' | 'absent';
  /** Whether `user_ids` filters memberships, is ignored, or lets nothing through. */
  userIdsFilter: 'honoured' | 'ignored' | 'empty';
  /** The same of `by_skill_ids`. */
  skillIdsFilter: 'honoured' | 'ignored' | 'empty';
  /** A bulk create with a fault writes nothing, or the valid ones; both answer 422 (kantata.md#bulk-creates). */
  bulkMode: 'atomic' | 'partial';
  /** Created rows newest first and paged, or all of them as they were sent (kantata.md#bulk-creates). */
  bulkAnswer: 'paged' | 'requestOrder';
  /**
   * Whether errors carry `index`, unconfirmed (kantata.md#errors), and whether it is the right one: `first` says 0
   * whichever it is.
   */
  errorIndex: boolean | 'first';
  /** Ways an error body is seen (kantata.md#errors). */
  errorBody: 'objects' | 'strings' | 'message';
  /** Seconds in a Retry-After beside 429; null, as documented, for none (kantata.md#rate-limits). */
  retryAfter: number | null;
  /** The feed of events: open, for account administrators only, or not enabled (kantata.md#events). */
  eventFeed: 'open' | 'forbidden' | 'missing';
  /** Users whose skills the token's user may not edit (kantata.md#validation). */
  lockedUsers: readonly string[];
  /** Whether the token's user may not edit the library of skills (kantata.md#permissions). */
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
