import type { IncomingHttpHeaders } from 'node:http';
import type { ExecutionArgs } from 'graphql';

/** How answers travel: one JSON, an event stream, parts of one answer, or messages on a WebSocket. */
export type Carrier = 'http' | 'sse' | 'parts' | 'ws';

/** What becomes of errors on their way out, for whoever counts them. */
export interface SentError {
  extensions?: Record<string, unknown> | undefined;
}

/** One request for GraphQL, as it is watched from its arrival to its end. */
export interface Observed {
  /** The trace that it belongs to, its own or the client's, for the log; null without one. */
  readonly traceId: string | null;
  /** Runs work as a part of the request: what is traced in there belongs to it. */
  within<Result>(work: () => Result): Result;
  /** As `within`, for one execution of a document; null where nobody wants to know. */
  readonly operation:
    (<Result>(args: Pick<ExecutionArgs, 'document' | 'operationName'>, work: () => Result) => Result) | null;
  /** The answer comes in events or parts. */
  carriedBy(carrier: Carrier): void;
  /** A stream of this field has begun; the answered function is called at its end, once or more often. */
  subscribed(field: string): () => void;
  /** Errors that are sent to the client, as they are sent. */
  errors(errors: readonly SentError[]): void;
  /** `status` is HTTP's, null where none was sent, or 200 on a WebSocket; `aborted`: the client went away or stopped it. */
  ended(end: { status: number | null; aborted: boolean }): void;
}

/** Who watches the HTTP side, for metrics and traces. */
export interface Observer {
  /** A request for GraphQL has come: its headers, or those of the WebSocket that it came on. */
  began(headers: IncomingHttpHeaders, via: 'HTTP' | 'WS'): Observed;
  /** A WebSocket was opened; the answered function is called when it is closed. */
  socketOpened(): () => void;
}
