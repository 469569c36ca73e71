import { context, propagation, SpanKind, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import type { Ports } from '../domain/ports.ts';
import type { TraceTry } from '../outbound/upstream.ts';
import { tracedPorts } from './tracedPorts.ts';

/** Follows what is asked of integrations. */
export interface IntegrationTracing {
  /** The same ports, each question a span. */
  ports(integration: string, ports: Ports): Ports;
  /** A span for each call over HTTP. */
  tries(integration: string, baseUrl: string): TraceTry;
}

/** Of a trace context, what goes to a provider; baggage is the clients' and stays here. */
const HEADERS = ['traceparent', 'tracestate'] as const;

/** Spans by the registered SDK. `propagates`: whether providers are told of the trace. */
export function integrationSpans(tracer: Tracer, propagates: boolean): IntegrationTracing {
  return {
    ports: (integration, ports) => tracedPorts(tracer, integration, ports),
    tries(integration, baseUrl) {
      const { hostname, port, protocol } = new URL(baseUrl);
      const server = {
        'server.address': hostname,
        'server.port': Number(port || (protocol === 'http:' ? 80 : 443)),
        'gateway.integration': integration,
      };
      return ({ operation, method, purpose, number }) => {
        const span = tracer.startSpan(`${method} ${operation}`, {
          kind: SpanKind.CLIENT,
          attributes: {
            ...server,
            'http.request.method': method,
            'gateway.operation': operation,
            'gateway.purpose': purpose,
            ...(number > 1 ? { 'http.request.resend_count': number - 1 } : {}),
          },
        });
        return {
          headers: propagates ? headersOf(span) : {},
          ended(outcome, status) {
            if (status !== null) span.setAttribute('http.response.status_code', status);
            if (outcome !== 'ok') {
              span.setAttribute('error.type', outcome);
              span.setStatus({ code: SpanStatusCode.ERROR });
            }
            span.end();
          },
        };
      };
    },
  };
}

function headersOf(span: ReturnType<Tracer['startSpan']>): Record<string, string> {
  const carrier: Record<string, string> = {};
  propagation.inject(trace.setSpan(context.active(), span), carrier);
  return Object.fromEntries(HEADERS.flatMap((name) => (carrier[name] === undefined ? [] : [[name, carrier[name]]])));
}
