const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Pauses after the first try, the second, …; the schedule that Standard Webhooks gives: ten tries in a little over three days. */
const PAUSES_MS = [
  5_000,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** Up to so much longer, so that what failed together does not come back together. */
const JITTER = 0.1;

/** Longest pause that a receiver may ask for. */
const LONGEST_ASKED_MS = HOUR;

/** What a failed try says of the next one. */
export interface Failure {
  /** Tries before this one. */
  attempts: number;
  /** Of the answer; null where there was none. */
  status: number | null;
  retryAfter: string | null;
}

/** When to try again, in milliseconds since the epoch; null to give up: after the last try, and at once on 410 Gone. */
export function nextTry({ attempts, status, retryAfter }: Failure, now: number, random: () => number): number | null {
  const pause = PAUSES_MS[attempts];
  if (pause === undefined || status === 410) return null;
  const asked = status === 429 || status === 503 ? pauseAsked(retryAfter, now) : 0;
  return now + Math.max(asked, Math.round(pause * (1 + JITTER * random())));
}

/** Retry-After as seconds or a date (RFC 9110, 10.2.3), in milliseconds; 0 for anything else. */
function pauseAsked(retryAfter: string | null, now: number): number {
  if (retryAfter === null) return 0;
  const pause = /^\d{1,9}$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - now;
  return Number.isNaN(pause) ? 0 : Math.min(LONGEST_ASKED_MS, Math.max(0, pause));
}
