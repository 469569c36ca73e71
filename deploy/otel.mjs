/**
 * Sends the gateway's traces to an OpenTelemetry collector, by OTLP over HTTP with JSON (docs/observability.md):
 *
 *   npm install --no-save @opentelemetry/sdk-trace-base@2 @opentelemetry/core@2 @opentelemetry/context-async-hooks@2
 *   OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 NODE_OPTIONS="--import ./deploy/otel.mjs" npm start
 *
 * How often it sends is the SDK's OTEL_BSP_SCHEDULE_DELAY, 5 s; what is left at a stop is sent by the gateway's forceFlush().
 *
 * An example that works as it is; any other SDK that is registered before the gateway starts does as well.
 */
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';

const endpoint = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
/** Of the traces that no client has decided about, the share that is kept. */
const share = Number(process.env['OTEL_TRACES_SAMPLER_ARG'] ?? 1);
const service = process.env['OTEL_SERVICE_NAME'] ?? 'skills-gateway';

/** A value as OTLP writes it; the gateway's attributes are texts, numbers and booleans. */
const valueOf = (value) =>
  typeof value === 'number'
    ? Number.isInteger(value)
      ? { intValue: String(value) }
      : { doubleValue: value }
    : typeof value === 'boolean'
      ? { boolValue: value }
      : { stringValue: String(value) };

const attributesOf = (attributes) => Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));

/** Nanoseconds as text, for they are more than a number holds. */
const nanoseconds = ([seconds, rest]) => String(BigInt(seconds) * 1_000_000_000n + BigInt(rest));

const spanOf = (span) => ({
  traceId: span.spanContext().traceId,
  spanId: span.spanContext().spanId,
  ...(span.parentSpanContext ? { parentSpanId: span.parentSpanContext.spanId } : {}),
  name: span.name,
  // OTLP counts kinds from 1, for 0 is unknown there.
  kind: span.kind + 1,
  startTimeUnixNano: nanoseconds(span.startTime),
  endTimeUnixNano: nanoseconds(span.endTime),
  attributes: attributesOf(span.attributes),
  status: { code: span.status.code },
});

/** ExportResultCode of @opentelemetry/core. */
const [SUCCESS, FAILED] = [0, 1];

async function send(spans) {
  const resource = { attributes: attributesOf({ 'service.name': service }) };
  const scopeSpans = [{ scope: { name: 'skills-gateway' }, spans: spans.map(spanOf) }];
  try {
    const answer = await fetch(`${endpoint.replace(/\/$/, '')}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] }),
      signal: AbortSignal.timeout(10_000),
    });
    return answer.ok ? { code: SUCCESS } : { code: FAILED, error: new Error(`HTTP ${answer.status}`) };
  } catch (error) {
    return { code: FAILED, error };
  }
}

const exporter = {
  export: async (spans, done) => done(await send(spans)),
  shutdown: async () => {},
};

if (endpoint) {
  const provider = new BasicTracerProvider({
    spanProcessors: [new BatchSpanProcessor(exporter)],
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(share) }),
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
}
