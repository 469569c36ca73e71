import type { IncomingHttpHeaders } from 'node:http';
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { getOperationAST } from 'graphql';
import type { Observed } from '../graphql/observer.ts';
import { inSpan } from './span.ts';

/** One request in its trace. */
export interface RequestTrace extends Pick<Observed, 'traceId' | 'within'> {
  operation: NonNullable<Observed['operation']> | null;
  ended(status: number | null, outcome: string): void;
}

/** Gives each request its place in a trace. */
export interface RequestTraces {
  began(headers: IncomingHttpHeaders, via: 'HTTP' | 'WS'): RequestTrace | null;
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** Spans by the registered SDK: one a request, under the client's own where it sends a traceparent, and one an execution. */
export function requestSpans(tracer: Tracer): RequestTraces {
  return {
    began(headers, via) {
      const parent = propagation.extract(ROOT_CONTEXT, headers);
      const name = via === 'HTTP' ? 'HTTP /graphql' : 'WebSocket /graphql';
      const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes: { 'url.path': '/graphql' } }, parent);
      const within = trace.setSpan(parent, span);
      return {
        traceId: span.spanContext().traceId,
        within: (work) => context.with(within, work),
        operation: ({ document, operationName }, work) => {
          const operation = getOperationAST(document, operationName);
          const type = operation?.operation ?? 'query';
          const attributes = {
            'graphql.operation.type': type,
            ...(operation?.name ? { 'graphql.operation.name': operation.name.value } : {}),
          };
          // The name is the client's and goes into an attribute: names of spans are to be few.
          return context.with(within, () => inSpan(tracer, `GraphQL ${type}`, { attributes }, work));
        },
        ended(status, outcome) {
          if (via === 'HTTP' && status !== null) span.setAttribute('http.response.status_code', status);
          span.setAttribute('gateway.outcome', outcome);
          if (outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    },
  };
}

/** Without an SDK: nothing is traced, and the log still names the client's trace. */
export const clientTraces: RequestTraces = {
  began(headers) {
    const given = headers['traceparent'];
    const traceId = typeof given === 'string' ? TRACEPARENT.exec(given)?.[1] : undefined;
    return traceId === undefined ? null : { traceId, within: (work) => work(), operation: null, ended: () => {} };
  },
};
