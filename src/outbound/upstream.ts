import { setMaxListeners } from 'node:events';
import { ExponentialBackoff, type IBackoff } from 'cockatiel';
import type { Call, NoteDrift } from '../domain/ports.ts';
import { ProviderError, type ProblemCode } from '../domain/problem.ts';
import { type Said, saidBy } from './policy/circuitBreaker.ts';
import { attemptSignal } from './transport/attemptSignal.ts';
import { Gate, type GateOptions, LONGEST_WAIT_MS, type TooMany } from './policy/admission.ts';
import { guarded, type ReportThrow } from './guarded.ts';
import { linkedSignal } from '../lib/linkedSignal.ts';
import { NotSent } from './policy/notSent.ts';
import { withoutCredentials } from './payload/providerText.ts';
import { secondsFromNow, secondsUntil } from './policy/rateLimitHeaders.ts';
import { sleep } from '../lib/sleep.ts';
import type { HttpRequest, HttpResponse, Transport } from './transport/undiciTransport.ts';
import { timesOf } from './policy/attemptTimeouts.ts';

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
  /** `ok`, the problem's code, or `ABORTED`. */
  outcome: string;
  /** From when it was let out. */
  milliseconds: number;
  /** Until then: for its turn under the provider's limits. */
  waitedMs: number;
}

/** One try that goes out. */
export interface Try {
  operation: string;
  method: HttpRequest['method'];
  purpose: Call['purpose'];
  /** 1 for the first. */
  number: number;
}

/** Whoever follows tries: headers to send along, and to be told of the end. */
export type TraceTry = (attempt: Try) => {
  headers: Record<string, string>;
  /** `status` is HTTP's; null where there was no answer. */
  ended(outcome: string, status: number | null): void;
};

export interface UpstreamOptions extends GateOptions {
  integration: string;
  transport: Transport;
  /** Sent with every request, e.g. the credentials. */
  headers: Record<string, string>;
  /** The provider's own reading of an answer: a ProviderError for a failure, null when it is fine. */
  failureOf(response: HttpResponse): ProviderError | null;
  onCall?: ((record: CallRecord) => void) | undefined;
  /** Called as each try goes out. */
  onTry?: TraceTry | undefined;
  onDrift?: NoteDrift | undefined;
  /** Hears of what the other hooks throw, which changes no answer. */
  onThrow?: ReportThrow | undefined;
  /** Milliseconds; only tests replace it. */
  now?: (() => number) | undefined;
}

/** How adapters call a vendor: one request in, an answer that is fine out, under the policy of this file. */
export interface Upstream {
  /** Throws ProviderError, or the signal's reason when the call was aborted. */
  send(request: UpstreamRequest, call: Call): Promise<HttpResponse>;
  /** Notes a shape that could not be read. */
  drift: NoteDrift;
  /** Ends reads at once; writes under way get so long, a little while when left out. */
  close(graceMs?: number): Promise<void>;
}

let turns: Promise<void> = Promise.resolve();

/**
 * Resolves in a turn of the event loop that no other walk's answer has: a page takes some 10 ms to parse and take in, and
 * those of all walks together must not hold a request up one after another.
 */
function ownTurn(): Promise<void> {
  turns = turns.then(
    () =>
      new Promise((resolve) => {
        setImmediate(resolve);
      }),
  );
  return turns;
}

/**
 * Wraps a transport in the policy, once for all providers: breaker, pool per kind, request rate, retry of what is safe.
 * Order: a try passes the breaker, waits for a place in the pool and a token of the rate together, people first, is
 * announced where it is a task's write, and goes out. None begins after the call's deadline.
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { limits, transport, integration } = options;
  const now = options.now ?? (() => performance.now());
  const gate = new Gate(
    {
      ...options,
      onBreaker: guarded('onBreaker', (status) => options.onBreaker?.(status), options.onThrow),
      onQuota: guarded('onQuota', (quota) => options.onQuota?.(quota), options.onThrow),
    },
    now,
  );
  const onCall = guarded('onCall', (record: CallRecord) => options.onCall?.(record), options.onThrow);
  const onTry = guarded('onTry', (attempt: Try) => options.onTry?.(attempt), options.onThrow);
  const drift = guarded<Parameters<NoteDrift>, void>(
    'onDrift',
    (note, sampleOf) => options.onDrift?.(note, sampleOf),
    options.onThrow,
  );

  /** The answer of one request that was let out. */
  const answerTo = async (http: HttpRequest, call: Call, sentAt: number): Promise<HttpResponse> => {
    const ending = attemptSignal(call, now);
    try {
      const response = await transport.send({ ...http, signal: ending.signal });
      if (call.purpose === 'walk') await ownTurn();
      const failure = presentable(options.failureOf(response), options.headers);
      gate.heard(response.headers, { sentAt, tooMany: failure ? tooManyOf(failure, response.headers) : null });
      if (failure) throw failure;
      return response;
    } catch (error) {
      // The provider is not to blame for a time that somebody else has set.
      throw ending.late ? new CutShort(ending.late) : error;
    } finally {
      ending.clear();
    }
  };

  const attempt = async (
    request: UpstreamRequest,
    http: HttpRequest,
    call: Call,
    number = 1,
  ): Promise<HttpResponse> => {
    const came = now();
    const release = await gate.enter(request.kind, call);
    let said: Said = 'aborted';
    const sending = request.kind === 'write' ? call.sending : undefined;
    try {
      await sending?.announce();
      call.signal?.throwIfAborted();
      const started = now();
      const ended = call.receipt?.call(integration);
      const { operation, method } = request;
      const traced = onTry({ operation, method, purpose: call.purpose, number });
      let outcome = 'ok';
      let status: number | null = null;
      try {
        const headers = traced ? { ...http.headers, ...traced.headers } : http.headers;
        const leave = sending && (() => sending.leave());
        const response = await answerTo({ ...http, headers, leave }, call, started);
        said = 'ok';
        status = response.status;
        return response;
      } catch (error) {
        const isAnswer = error instanceof ProviderError && !(error instanceof NotSent) && !call.signal?.aborted;
        outcome = isAnswer ? error.code : 'ABORTED';
        status = isAnswer ? error.status : null;
        said = isAnswer ? saidBy(error) : 'aborted';
        throw error instanceof CutShort ? error.late : error;
      } finally {
        ended?.(outcome !== 'ok');
        if (traced) guarded('onTry', () => traced.ended(outcome, status), options.onThrow)();
        onCall({
          integration,
          operation,
          kind: request.kind,
          purpose: call.purpose,
          outcome,
          milliseconds: now() - started,
          waitedMs: started - came,
        });
      }
    } finally {
      release(said);
    }
  };

  // Not cockatiel's retry policy: its waits do not end on abort (RetryPolicy.execute, 3.2.1).
  const repeated = async (request: UpstreamRequest, http: HttpRequest, call: Call): Promise<HttpResponse> => {
    let backoff: IBackoff<unknown> | undefined;
    let failure: unknown;
    let mayHaveApplied = false;
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(request, http, call, tries);
      } catch (error) {
        // The reason may itself look retryable, e.g. a deadline that is a TIMEOUT.
        call.signal?.throwIfAborted();
        // What the provider said before says more, also whether a write may have taken effect.
        if (error instanceof NotSent) throw failure ?? error;
        mayHaveApplied ||= request.kind === 'write' && error instanceof ProviderError && error.mayHaveApplied;
        failure = mayHaveApplied ? afterUncertain(error) : error;
        // It has taken minutes, and may be going on: a task comes back to it later.
        if (request.kind === 'write' && isLate(error)) throw failure;
        backoff = backoff ? backoff.next(undefined) : BACKOFF.next();
        const wait = waitAfter(error, backoff.duration);
        if (wait === null || tries >= limits.attempts || !gate.mayPause(wait, call)) throw failure;
        await sleep(wait, call.signal, gate.waking);
      }
    }
  };

  const closing = new AbortController();
  setMaxListeners(Number.POSITIVE_INFINITY, closing.signal);

  return {
    async send(request, given) {
      if (closing.signal.aborted) throw closed();
      given.signal?.throwIfAborted();
      // A write that is given up leaves open whether it took effect; of reads only copies would be missing.
      const ending = request.kind === 'read' ? linkedSignal(closing.signal, given.signal) : null;
      const call = ending ? { ...given, signal: ending.signal } : given;
      const http: HttpRequest = {
        method: request.method,
        path: pathWithQuery(request.path, request.query),
        headers:
          request.body === undefined ? options.headers : { ...options.headers, 'content-type': 'application/json' },
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
        signal: call.signal,
        times: timesOf(limits.times, request.kind, call.purpose),
      };
      // A page's fifty calls listen to one signal, and Node warns of the eleventh listener.
      if (given.signal) setMaxListeners(Number.POSITIVE_INFINITY, given.signal);
      const repeatable = request.repeatable ?? request.kind === 'read';
      const arrived = call.receipt?.wait(integration);
      try {
        return await (repeatable ? repeated(request, http, call) : attempt(request, http, call));
      } finally {
        arrived?.();
        ending?.clear();
      }
    },
    drift,
    close(graceMs) {
      closing.abort(closed());
      return transport.close(graceMs);
    },
  };
}

/** What is told of what an upstream that is closed was asked or still busy with. */
function closed(): NotSent {
  return new NotSent('UNREACHABLE', 'The gateway has let go of the provider.');
}

/** What a refusal for too many requests says of the wait; null for another failure, or where others are asked too often. */
function tooManyOf(
  { code, behind, retryAfterSeconds }: ProviderError,
  headers: HttpResponse['headers'],
): TooMany | null {
  if (code !== 'RATE_LIMITED' || behind) return null;
  return { waitMs: (retryAfterOf(headers) ?? 0) * 1000, isExplained: (retryAfterSeconds ?? 0) > 0 };
}

/** Kinds with which a provider judges what was sent: had an earlier try of the same taken effect, this one would have, too. */
const JUDGED: ReadonlySet<ProblemCode> = new Set(['REJECTED', 'NOT_FOUND', 'CONFLICT']);

/** The failure of a write of which an earlier try may have taken effect, whatever became of this one. */
function afterUncertain(error: unknown): unknown {
  if (!(error instanceof ProviderError) || error.mayHaveApplied || JUDGED.has(error.code)) return error;
  return error.with({ mayHaveApplied: true, cause: error });
}

/** Whether it went out and was not answered in time. */
function isLate(error: unknown): boolean {
  return error instanceof ProviderError && error.code === 'TIMEOUT' && error.mayHaveApplied;
}

/** A failure whose words may be shown: refused credentials are the operator's matter, and others may be repeated in them. */
function presentable(failure: ProviderError | null, headers: Record<string, string>): ProviderError | null {
  const words = failure?.providerMessage ?? null;
  if (failure === null || words === null) return failure;
  const shown = failure.code === 'UNAUTHENTICATED' ? null : withoutCredentials(words, headers);
  return shown === words ? failure : failure.with({ providerMessage: shown });
}

/** The end of a try by the call's own deadline. */
class CutShort extends Error {
  readonly late: ProviderError;

  constructor(late: ProviderError) {
    super(late.message);
    this.late = late;
  }
}

/** Exponential with decorrelated jitter from 200 ms. */
const BACKOFF = new ExponentialBackoff({ initialDelay: 200, maxDelay: LONGEST_WAIT_MS });

/** Milliseconds until the next try: the provider's own Retry-After where it gives one; null when trying again is no use. */
function waitAfter(error: unknown, backoff: number): number | null {
  if (!(error instanceof ProviderError) || !error.retryable) return null;
  // Zero is also what a moment that has passed comes to: no reason to come back without a pause.
  if (error.retryAfterSeconds === null || error.retryAfterSeconds === 0) return backoff;
  const wait = error.retryAfterSeconds * 1000;
  return wait <= LONGEST_WAIT_MS ? wait : null;
}

function pathWithQuery(path: string, query: UpstreamRequest['query']): string {
  if (!query) return path;
  const pairs = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs).toString()}`;
}

/** No vendor's window is longer than a day; what asks for more would hold a task for ever. */
const LONGEST_ASKED_SECONDS = 86_400;

/**
 * Seconds from a Retry-After header (seconds or HTTP date, RFC 9110 10.2.3) or a reset header (seconds, or an instant as
 * seconds since 1970), a day at most; null when neither says.
 */
export function retryAfterOf(headers: HttpResponse['headers'], resetHeader?: string): number | null {
  const value = headers['retry-after'] ?? (resetHeader === undefined ? undefined : headers[resetHeader]);
  if (value === undefined || value === '') return null;
  // A reset may have its window behind it, as in `57;w=60`.
  const number = Number(value.split(';')[0]);
  if (Number.isFinite(number)) return asked(secondsFromNow(number, headers));
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : asked(secondsUntil(date, headers));
}

function asked(seconds: number): number {
  return Math.min(LONGEST_ASKED_SECONDS, Math.max(0, Math.ceil(seconds)));
}
