import { ExponentialBackoff, handleWhen, retry, type IRetryBackoffContext } from 'cockatiel';
import { RateLimiterMemory, RateLimiterQueue } from 'rate-limiter-flexible';
import type { Call, DriftNote } from '../domain/ports.ts';
import { ProviderError } from '../domain/problem.ts';
import type { HttpRequest, HttpResponse, Transport } from './transport.ts';
import { Semaphore } from './semaphore.ts';

/** A provider's limits, as data on its card. */
export interface Limits {
  /** Requests a second; null when unbounded. */
  requestsPerSecond: number | null;
  /** Most reads and writes in flight at once. */
  readsInFlight: number;
  writesInFlight: number;
  /** Tries of a repeatable request, the first included. */
  attempts: number;
  connectTimeoutMs: number;
  headersTimeoutMs: number;
  bodyTimeoutMs: number;
  maxBodyBytes: number;
}

/** A request in the vendor's words. */
export interface UpstreamRequest {
  /** What it is called in metrics, drift and cost tests, e.g. `ratings`. */
  operation: string;
  method: HttpRequest['method'];
  path: string;
  /** Undefined values are left out; everything else is sent as text. */
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  /** Reads may be repeated; a write only when the card or the caller knows that repeating is harmless. */
  kind: 'read' | 'write';
  repeatable?: boolean;
}

/** One answered or failed request, for meters. */
export interface CallRecord {
  integration: string;
  operation: string;
  kind: 'read' | 'write';
  purpose: Call['purpose'];
  /** `ok` or the problem's code. */
  outcome: string;
  milliseconds: number;
}

export interface UpstreamOptions {
  integration: string;
  transport: Transport;
  limits: Limits;
  /** Sent with every request, e.g. the credentials. */
  headers: Record<string, string>;
  /** The provider's own reading of an answer: a ProviderError for a failure, null when it is fine. */
  failureOf(response: HttpResponse): ProviderError | null;
  onCall?: ((record: CallRecord) => void) | undefined;
  onDrift?: ((note: DriftNote) => void) | undefined;
  /** Milliseconds; only tests replace it. */
  now?: (() => number) | undefined;
}

/** How adapters call a vendor: one request in, an answer that is fine out, under the policy of this file. */
export interface Upstream {
  /** Throws ProviderError, or the signal's reason when the call was aborted. */
  send(request: UpstreamRequest, call: Call): Promise<HttpResponse>;
  /** Notes a shape that could not be read. */
  drift(note: DriftNote): void;
  close(): Promise<void>;
}

/** Longest wait between two tries; a provider that asks for more is given up on at once, and the error says when to come back. */
const LONGEST_WAIT_MS = 5_000;

/**
 * Wraps a transport in the policy, once for all providers: pool per kind, request rate, retry of what is safe.
 * Order: a try waits for its place in the pool, then for the rate, then goes out.
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { limits, transport, integration } = options;
  const now = options.now ?? (() => performance.now());
  const pools = { read: new Semaphore(limits.readsInFlight), write: new Semaphore(limits.writesInFlight) };
  const rate =
    limits.requestsPerSecond === null
      ? null
      : new RateLimiterQueue(new RateLimiterMemory({ points: limits.requestsPerSecond, duration: 1 }));

  const attempt = async (request: UpstreamRequest, http: HttpRequest, call: Call): Promise<HttpResponse> => {
    const release = await pools[request.kind].acquire(call.signal);
    try {
      if (rate) await rate.removeTokens(1);
      call.signal?.throwIfAborted();
      const started = now();
      let outcome = 'ok';
      try {
        const response = await transport.send(http);
        const failure = options.failureOf(response);
        if (failure) throw failure;
        return response;
      } catch (error) {
        outcome = error instanceof ProviderError ? error.code : 'ABORTED';
        throw error;
      } finally {
        options.onCall?.({
          integration,
          operation: request.operation,
          kind: request.kind,
          purpose: call.purpose,
          outcome,
          milliseconds: now() - started,
        });
      }
    } finally {
      release();
    }
  };

  const policy = retry(
    handleWhen(
      (error) =>
        error instanceof ProviderError && error.retryable && (error.retryAfterSeconds ?? 0) * 1000 <= LONGEST_WAIT_MS,
    ),
    { maxAttempts: Math.max(0, limits.attempts - 1), backoff: new RetryAfterBackoff() },
  );

  return {
    async send(request, call) {
      const http: HttpRequest = {
        method: request.method,
        path: pathWithQuery(request.path, request.query),
        headers:
          request.body === undefined ? options.headers : { ...options.headers, 'content-type': 'application/json' },
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
        signal: call.signal,
      };
      call.signal?.throwIfAborted();
      const repeatable = request.repeatable ?? request.kind === 'read';
      return repeatable
        ? policy.execute(() => attempt(request, http, call), call.signal)
        : attempt(request, http, call);
    },
    drift: (note) => options.onDrift?.(note),
    close: () => transport.close(),
  };
}

/** The provider's own Retry-After where it gives one, else exponential with decorrelated jitter from 200 ms. */
class RetryAfterBackoff {
  readonly #exponential = new ExponentialBackoff<unknown>({ initialDelay: 200, maxDelay: LONGEST_WAIT_MS });

  next(context: IRetryBackoffContext<unknown>) {
    return new NextRetry(this.#exponential.next(), context);
  }
}

class NextRetry {
  readonly #inner: ReturnType<ExponentialBackoff<unknown>['next']>;
  readonly #context: IRetryBackoffContext<unknown>;

  constructor(inner: ReturnType<ExponentialBackoff<unknown>['next']>, context: IRetryBackoffContext<unknown>) {
    this.#inner = inner;
    this.#context = context;
  }

  get duration(): number {
    const error = 'error' in this.#context.result ? this.#context.result.error : null;
    const asked = error instanceof ProviderError ? error.retryAfterSeconds : null;
    return asked === null ? this.#inner.duration : asked * 1000;
  }

  next(context: IRetryBackoffContext<unknown>): NextRetry {
    return new NextRetry(this.#inner.next(context), context);
  }
}

function pathWithQuery(path: string, query: UpstreamRequest['query']): string {
  if (!query) return path;
  const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs).toString()}`;
}

/** Seconds from a Retry-After header (seconds or HTTP date, RFC 9110 10.2.3) or a reset header in seconds; null when neither says. */
export function retryAfterOf(headers: HttpResponse['headers'], resetHeader?: string): number | null {
  const value = headers['retry-after'] ?? (resetHeader === undefined ? undefined : headers[resetHeader]);
  if (value === undefined || value === '') return null;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, Math.ceil(seconds));
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}
