import { withTimeout } from '../lib/timeout.ts';

/** A scraper gives up after ten seconds by default, and a store that is away must not cost the other numbers. */
const LONGEST_MS = 1_000;

/** What a store says, where it says it in time; null where it fails or takes longer. */
export function forScrape<Value>(asked: Promise<Value | null>): Promise<Value | null> {
  return withTimeout<Value | null>(
    LONGEST_MS,
    asked.catch(() => null),
    () => null,
  );
}
