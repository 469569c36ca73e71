import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const SPANS = `
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
const tracer = trace.getTracer('skills-gateway');
tracer.startActiveSpan('outer', (outer) => {
  const inner = tracer.startSpan('inner', { kind: SpanKind.CLIENT, attributes: { text: 'a', number: 2 } });
  inner.setStatus({ code: SpanStatusCode.ERROR });
  inner.end();
  outer.end();
});
`;

it('the example of an SDK sends spans to a collector', async () => {
  const bodies: string[] = [];
  const collector = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      bodies.push(`${request.method} ${request.url} ${body}`);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const { port } = collector.address() as AddressInfo;
  const program = ['--import', './deploy/otel.mjs', '--input-type=module', '--eval', SPANS];
  await promisify(execFile)(process.execPath, program, {
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` },
  });
  collector.closeAllConnections();
  collector.close();
  expect(bodies).toHaveLength(1);
  const [, path, ...rest] = bodies[0]?.split(' ') ?? [];
  expect(path).toBe('/v1/traces');
  const { resourceSpans } = JSON.parse(rest.join(' ')) as {
    resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[];
  };
  const [inner, outer] = resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
  expect(inner).toMatchObject({
    name: 'inner',
    kind: 3,
    parentSpanId: outer?.['spanId'],
    traceId: outer?.['traceId'],
    status: { code: 2 },
    attributes: [
      { key: 'text', value: { stringValue: 'a' } },
      { key: 'number', value: { intValue: '2' } },
    ],
  });
  expect(Number(outer?.['endTimeUnixNano'])).toBeGreaterThan(Number(outer?.['startTimeUnixNano']) - 1);
}, 30_000);
