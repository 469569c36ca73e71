import type { HttpResponse } from './transport.ts';

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

/** More seconds than a day are an instant. */
const LONGEST_WINDOW_S = 86_400;

/** What an answer's headers say; null when they say too little to be of use. */
export function quotaOf(
  headers: HttpResponse['headers'],
  names: QuotaHeaders = QUOTA_HEADERS,
  now = Date.now(),
): Quota | null {
  const remaining = wholeOf(headers[names.remaining]);
  const reset = wholeOf(headers[names.reset]);
  if (remaining === null || reset === null) return null;
  const resetAt = reset > LONGEST_WINDOW_S ? reset * 1000 : now + reset * 1000;
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
  const digits = /^\s*(\d{1,12})\b/.exec(value ?? '')?.[1];
  return digits === undefined ? null : Number(digits);
}
