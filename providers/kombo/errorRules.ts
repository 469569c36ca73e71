/** What the vendor's codes and statuses mean here: data, after kombo.md#error-codes. */
import type { ProblemCode } from '../../src/domain/problem.ts';

export interface Rule {
  code: ProblemCode;
  /** Where it differs from the kind's own answer. */
  retryable?: boolean;
  /** Waits so long when no header says how long. */
  waitSeconds?: number;
  /** Refused before anything was done, whatever the HTTP status. A vendor's code without this may have taken effect. */
  refused?: boolean;
  /** Said by the HR system, which reads do not need (kombo.md#sync). */
  behind?: boolean;
}

/**
 * A first sync takes seconds to hours, and the vendor asks not to poll hard (kombo.md#error-codes): a minute outlasts
 * every retry.
 */
export const FIRST_SYNC: Rule = { code: 'FIRST_SYNC_PENDING', waitSeconds: 60, refused: true };
export const REJECTED: Rule = { code: 'REJECTED', refused: true };
const NOT_OFFERED: Rule = { code: 'NOT_OFFERED', refused: true };
const SETUP: Rule = { code: 'SETUP_INCOMPLETE', refused: true };
const UNAUTHENTICATED: Rule = { code: 'UNAUTHENTICATED', refused: true };
const FORBIDDEN: Rule = { code: 'FORBIDDEN', refused: true };

/**
 * Retryable is what the vendor's own guide calls safe to retry (kombo.md#error-codes): the two rate limits and the
 * source being down.
 */
export const BY_CODE: Readonly<Record<string, Rule>> = {
  'PLATFORM.RATE_LIMIT_EXCEEDED': { code: 'RATE_LIMITED', refused: true },
  // Backoff from about a second (kombo.md#concurrency-limit); `ratelimit-reset` belongs to the other limit.
  'PLATFORM.CONCURRENCY_LIMIT_EXCEEDED': { code: 'RATE_LIMITED', waitSeconds: 1, refused: true },
  'PLATFORM.INTEGRATION_NOT_FOUND': SETUP,
  'PLATFORM.INPUT_INVALID': REJECTED,
  'PLATFORM.UNKNOWN_ERROR': { code: 'UNAVAILABLE', retryable: false },
  'PLATFORM.IP_NOT_WHITELISTED': FORBIDDEN,
  'PLATFORM.AUTHENTICATION_INVALID': UNAUTHENTICATED,
  'PLATFORM.TASK_TIMED_OUT': { code: 'TIMEOUT', retryable: false },
  'INTEGRATION.PERMISSION_MISSING': FORBIDDEN,
  'INTEGRATION.AUTHENTICATION_INVALID': UNAUTHENTICATED,
  'INTEGRATION.QA_FAILED': SETUP,
  'INTEGRATION.SETUP_SYNC_PENDING': FIRST_SYNC,
  'INTEGRATION.SETUP_INCOMPLETE': SETUP,
  'INTEGRATION.INACTIVE': SETUP,
  'INTEGRATION.MODEL_NOT_AVAILABLE': NOT_OFFERED,
  'INTEGRATION.MODEL_DISABLED': NOT_OFFERED,
  'INTEGRATION.ACTION_NOT_AVAILABLE': NOT_OFFERED,
  'INTEGRATION.ACTION_DISABLED': NOT_OFFERED,
  'REMOTE.SERVICE_UNAVAILABLE': { code: 'UNAVAILABLE', behind: true },
  'REMOTE.RATE_LIMIT_EXCEEDED': { code: 'RATE_LIMITED', refused: true, behind: true },
  'REMOTE.INPUT_INVALID': REJECTED,
  'REMOTE.UNKNOWN_HTTP_ERROR': { code: 'UNAVAILABLE', retryable: false, behind: true },
  'HRIS.EMPLOYEE_ALREADY_EXISTS': { code: 'CONFLICT', refused: true },
  'HRIS.STAFFING_ENTITY_CLOSED': REJECTED,
};

const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'NOT_OFFERED',
  408: 'TIMEOUT',
  409: 'CONFLICT',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

/** What a status means where no known code comes with it. */
export function ruleOfStatus(status: number): Rule {
  const code = BY_STATUS[status];
  if (code !== undefined) return { code };
  // Not built, so nothing was done.
  if (status === 501) return NOT_OFFERED;
  // Of code-less failures the vendor calls only the load balancer's 503 safe to retry (kombo.md#error-codes).
  if (status === 504) return { code: 'TIMEOUT', retryable: false };
  if (status >= 500) return { code: 'UNAVAILABLE', retryable: false };
  return { code: status >= 400 ? 'REJECTED' : 'UNREADABLE' };
}

/** Our words for each kind; the vendor's stand beside them. */
export const MESSAGES: Partial<Record<ProblemCode, string>> = {
  UNAVAILABLE: 'The HR system or the service in front of it failed.',
  TIMEOUT: 'The HR system did not finish in time.',
  RATE_LIMITED: 'The provider takes no more requests for now.',
  UNAUTHENTICATED: 'The provider, or the HR system behind it, does not accept the credentials.',
  FORBIDDEN: 'The credentials do not permit this.',
  NOT_OFFERED: 'The provider does not offer this for the connected HR system.',
  FIRST_SYNC_PENDING: 'The first sync of the HR system has not finished.',
  SETUP_INCOMPLETE: 'The integration is not set up, not active, or not known to the provider.',
  NOT_FOUND: 'The provider does not know the record.',
  REJECTED: 'The provider rejected the input.',
  CONFLICT: 'The record exists already, or its state forbids this.',
  UNREADABLE: 'The provider sent an answer of an unknown shape.',
};
