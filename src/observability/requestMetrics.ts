import { Counter, Gauge, Histogram, type Registry } from '@prometheus-io/client';
import type { Carrier, Observed, Observer, SentError } from '../graphql/observer.ts';
import { Bounded } from './bounded.ts';
import type { RequestTrace, RequestTraces } from './requestTraces.ts';

/** From an answer out of memory to the longest deadline. */
const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Codes are the gateway's own, a few dozen. */
const MAX_CODES = 64;
const MAX_FIELDS = 32;

const CODE = /^[A-Z][A-Z0-9_]*$/;

/** Counts requests, the errors in their answers, and streams; joins them to traces where there are any. */
export class RequestMetrics implements Observer {
  readonly #requests: Counter<'transport' | 'outcome'>;
  readonly #seconds: Histogram<'transport'>;
  readonly #errors: Counter<'code'>;
  readonly #subscribers: Gauge<'transport' | 'field'>;
  readonly #sockets: Gauge;
  readonly #codes = new Bounded(MAX_CODES);
  readonly #fields = new Bounded(MAX_FIELDS);
  readonly #traces: RequestTraces | null;

  constructor(registry: Registry, traces: RequestTraces | null) {
    this.#traces = traces;
    const registers = [registry];
    this.#requests = new Counter({
      name: 'gateway_requests_total',
      help: 'Requests for GraphQL that have ended, by transport (http, sse, parts, ws) and outcome.',
      labelNames: ['transport', 'outcome'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'gateway_request_duration_seconds',
      help: 'Time from a request to the end of its answer; streams are left out, they last as long as their reader.',
      labelNames: ['transport'],
      buckets: SECONDS,
      registers,
    });
    this.#errors = new Counter({
      name: 'gateway_errors_total',
      help: 'Errors in answers, by extensions.code.',
      labelNames: ['code'],
      registers,
    });
    this.#subscribers = new Gauge({
      name: 'gateway_subscribers',
      help: 'Subscriptions that are open, by transport (sse, ws) and field.',
      labelNames: ['transport', 'field'],
      registers,
    });
    this.#sockets = new Gauge({ name: 'gateway_websockets', help: 'WebSockets that are open.', registers });
  }

  began(...[headers, via]: Parameters<Observer['began']>): Observed {
    return new Request(this, via === 'WS' ? 'ws' : 'http', this.#traces?.began(headers, via) ?? null);
  }

  socketOpened(): () => void {
    this.#sockets.inc();
    return () => this.#sockets.dec();
  }

  subscribed(transport: Carrier, name: string): () => void {
    const field = this.#fields.of(name);
    let open = true;
    this.#subscribers.inc({ transport, field });
    return () => {
      if (open) this.#subscribers.dec({ transport, field });
      open = false;
    };
  }

  failed({ extensions }: SentError): void {
    const code = extensions?.['code'];
    this.#errors.inc({ code: typeof code === 'string' && CODE.test(code) ? this.#codes.of(code) : 'other' });
  }

  ended(transport: Carrier, outcome: string, seconds: number, isStream: boolean): void {
    this.#requests.inc({ transport, outcome });
    if (!isStream) this.#seconds.observe({ transport }, seconds);
  }
}

/** One request on its way. */
class Request implements Observed {
  readonly traceId: string | null;
  readonly operation: Observed['operation'];
  readonly #metrics: RequestMetrics;
  readonly #trace: RequestTrace | null;
  readonly #began = performance.now();
  #carrier: Carrier;
  #hasErrors = false;
  #isStream = false;

  constructor(metrics: RequestMetrics, carrier: Carrier, trace: RequestTrace | null) {
    this.#metrics = metrics;
    this.#carrier = carrier;
    this.#trace = trace;
    this.traceId = trace?.traceId ?? null;
    this.operation = trace?.operation ?? null;
  }

  within<Result>(work: () => Result): Result {
    return this.#trace ? this.#trace.within(work) : work();
  }

  carriedBy(carrier: Carrier): void {
    this.#carrier = carrier;
  }

  subscribed(field: string): () => void {
    this.#isStream = true;
    return this.#metrics.subscribed(this.#carrier === 'ws' ? 'ws' : 'sse', field);
  }

  errors(errors: readonly SentError[]): void {
    this.#hasErrors = true;
    for (const error of errors) this.#metrics.failed(error);
  }

  ended({ status, aborted }: Parameters<Observed['ended']>[0]): void {
    const outcome = outcomeOf(status, aborted, this.#hasErrors);
    this.#metrics.ended(this.#carrier, outcome, (performance.now() - this.#began) / 1000, this.#isStream);
    this.#trace?.ended(status, outcome);
  }
}

/** `refused` and `failed` before there was data, `errors` beside it. */
function outcomeOf(status: number | null, aborted: boolean, hasErrors: boolean): string {
  if (aborted || status === null) return 'aborted';
  if (status >= 500) return 'failed';
  if (status >= 400) return 'refused';
  return hasErrors ? 'errors' : 'ok';
}
