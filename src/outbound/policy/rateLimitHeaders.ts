import type { HttpResponse } from '../transport/undiciTransport.ts';

/** Which headers tell of a provider's limits, in lower case; data on its card. */
export interface QuotaHeaders {
  limit: string;
  remaining: string;
  /** In seconds from now, or since 1970. */
  reset: string;
  /** Most writes in flight at once. */
  concurrency: string;
}

/** Those of the IETF's draft (draft-ietf-httpapi-ratelimit-headers-07), and what stands beside them. */
export const QUOTA_HEADERS: QuotaHeaders = {
  limit: 'ratelimit-limit',
  remaining: 'ratelimit-remaining',
  reset: 'ratelimit-reset',
  concurrency: 'concurrency-limit',
};

/** What a provider last said of its request limit. */
export interface Quota {
  /** Requests in the window; null when not said. */
  limit: number | null;
  remaining: number;
  /** Milliseconds since 1970. */
  resetAt: number;
}

/** So many seconds since 1970 were over in 2001: less is a time to wait, more an instant. More than the second, in milliseconds. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MILLISECONDS = 1e11;

/**
 * Seconds from now, out of a header's number, which is either that or an instant since 1970 in seconds or milliseconds. Theirs
 * and our clocks may be hours apart.
 */
export function secondsFromNow(value: number, headers: HttpResponse['headers'], now = Date.now()): number {
  if (value < EPOCH_SECONDS) return value;
  return secondsUntil(value < EPOCH_MILLISECONDS ? value * 1000 : value, headers, now);
}

/** Seconds until an instant (milliseconds since 1970), by the provider's own clock where the answer tells it. */
export function secondsUntil(instant: number, headers: HttpResponse['headers'], now = Date.now()): number {
  const answeredAt = Date.parse(headers.date ?? '');
  return (instant - (Number.isNaN(answeredAt) ? now : answeredAt)) / 1000;
}

/** What an answer's headers say; null when they say too little to be of use. */
export function quotaOf(
  headers: HttpResponse['headers'],
  names: QuotaHeaders = QUOTA_HEADERS,
  now = Date.now(),
): Quota | null {
  const remaining = wholeOf(headers[names.remaining]);
  const reset = wholeOf(headers[names.reset]);
  if (remaining === null || reset === null) return null;
  const resetAt = now + secondsFromNow(reset, headers, now) * 1000;
  return { limit: wholeOf(headers[names.limit]), remaining, resetAt };
}

/** Most writes in flight at once as the answer says; null when it does not. */
export function concurrencyOf(headers: HttpResponse['headers'], names: QuotaHeaders = QUOTA_HEADERS): number | null {
  return wholeOf(headers[names.concurrency]);
}

/** Of two statements on one window, whose answers may overtake one another, the one that leaves less. */
export function laterQuota(known: Quota | null, said: Quota): Quota {
  const sameWindow = known !== null && Math.abs(known.resetAt - said.resetAt) <= 1500;
  return sameWindow && known.remaining < said.remaining ? known : said;
}

/** The number a header begins with: drafts put the window behind it, as in `100;w=60`. */
function wholeOf(value: string | undefined): number | null {
  const digits = /^\s*(\d{1,15})\b/.exec(value ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}
