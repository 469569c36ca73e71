/** The closed list of what can go wrong with a provider; the names are those of GraphQL's ProviderProblemCode. */
export const PROBLEM_CODES = [
  'UNREACHABLE',
  'UNAVAILABLE',
  'TIMEOUT',
  'BREAKER_OPEN',
  'RATE_LIMITED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_OFFERED',
  'FIRST_SYNC_PENDING',
  'SETUP_INCOMPLETE',
  'NOT_FOUND',
  'REJECTED',
  'CONFLICT',
  'UNREADABLE',
  'OUTCOME_UNKNOWN',
  'SUPERSEDED',
  'INTERNAL',
] as const;

export type ProblemCode = (typeof PROBLEM_CODES)[number];

/**
 * A problem as plain data: what is stored with a task item and shown to a client. Never holds secrets;
 * `providerMessage` alone may hold personal data, and stays out of logs.
 */
export interface Problem {
  code: ProblemCode;
  message: string;
  retryable: boolean;
  retryAfterSeconds: number | null;
  providerCode: string | null;
  requestId: string | null;
  /** The provider's own words, bounded and as text; absent where it said none. */
  providerMessage?: string | null;
}

/** Codes after which the same attempt may succeed later, unchanged. */
const RETRYABLE: ReadonlySet<ProblemCode> = new Set([
  'UNREACHABLE',
  'UNAVAILABLE',
  'TIMEOUT',
  'BREAKER_OPEN',
  'RATE_LIMITED',
  'FIRST_SYNC_PENDING',
]);

/**
 * The problem without the provider's own words, for readers other than the one who made the request: they may name a
 * person.
 */
export function withoutWords(problem: Problem): Problem {
  return problem.providerMessage ? { ...problem, providerMessage: null } : problem;
}

export interface ProviderErrorDetails {
  /** Overrides whether the code counts as retryable. */
  retryable?: boolean;
  retryAfterSeconds?: number | null;
  providerCode?: string | null;
  /** The provider's own words (`providerText`); those of a cause when left out. */
  providerMessage?: string | null;
  requestId?: string | null;
  /** The HTTP status; null without an answer. */
  status?: number | null;
  /**
   * True when a write may have taken effect although it failed: no answer after it was sent, or a 5xx.
   * Meaningless for reads.
   */
  mayHaveApplied?: boolean;
  /** True when not the provider failed or was asked too often, but a system behind it. */
  behind?: boolean;
  cause?: unknown;
}

/**
 * The only error that provider code throws. The message is ours, without ids or personal data; the vendor's words are
 * separate.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly code: ProblemCode;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | null;
  readonly providerCode: string | null;
  readonly providerMessage: string | null;
  readonly requestId: string | null;
  readonly status: number | null;
  readonly mayHaveApplied: boolean;
  readonly behind: boolean;

  constructor(code: ProblemCode, message: string, details: ProviderErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.retryable = details.retryable ?? RETRYABLE.has(code);
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
    this.providerCode = details.providerCode ?? null;
    const { cause } = details;
    this.providerMessage = details.providerMessage ?? (cause instanceof ProviderError ? cause.providerMessage : null);
    this.requestId = details.requestId ?? null;
    this.status = details.status ?? null;
    this.mayHaveApplied = details.mayHaveApplied ?? false;
    this.behind = details.behind ?? false;
  }

  /** The same error with these details instead of its own. */
  with(details: ProviderErrorDetails): ProviderError {
    const { code, message, retryable, retryAfterSeconds, providerCode, providerMessage } = this;
    const { requestId, status, mayHaveApplied, behind, cause } = this;
    const own = {
      retryable,
      retryAfterSeconds,
      providerCode,
      providerMessage,
      requestId,
      status,
      mayHaveApplied,
      behind,
    };
    return new ProviderError(code, message, { ...own, cause, ...details });
  }

  toProblem(): Problem {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      retryAfterSeconds: this.retryAfterSeconds,
      providerCode: this.providerCode,
      requestId: this.requestId,
      ...(this.providerMessage === null ? {} : { providerMessage: this.providerMessage }),
    };
  }
}

/** Thrown where the gateway itself ended a call or the wait for it, which says nothing about the provider. */
export class GivenUp extends ProviderError {}

/** Converts any thrown value to a problem; anything but a ProviderError becomes INTERNAL, without details. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProviderError) return error.toProblem();
  return new ProviderError('INTERNAL', 'The gateway failed on this item.', { cause: error }).toProblem();
}

/** The problem of an answer from which unreadable records are missing. */
export function someUnreadable(): Problem {
  return new ProviderError('UNREADABLE', 'The provider sent some records that could not be read.').toProblem();
}
