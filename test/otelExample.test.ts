import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDataDir } from './support/dataDir.ts';
import { startProgram } from './support/processes.ts';

const SPANS = `
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
const tracer = trace.getTracer('skills-gateway');
tracer.startActiveSpan('outer', (outer) => {
  const inner = tracer.startSpan('inner', { kind: SpanKind.CLIENT, attributes: { text: 'a', number: 2 } });
  inner.setStatus({ code: SpanStatusCode.ERROR });
  inner.end();
  outer.end();
});
await trace.getTracerProvider().getDelegate().forceFlush();
`;

let collector: Server;
let endpoint: string;
const received: { path: string | undefined; body: string }[] = [];

beforeEach(async () => {
  received.length = 0;
  collector = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      received.push({ path: request.url, body });
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
});

afterEach(() => {
  collector.closeAllConnections();
  collector.close();
});

/** Spans in the order in which they came. */
const spans = () =>
  received.flatMap(({ body }) => {
    const { resourceSpans } = JSON.parse(body) as {
      resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[];
    };
    return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
  });

it('the example of an SDK sends spans to a collector', async () => {
  const program = ['--import', './deploy/otel.mjs', '--input-type=module', '--eval', SPANS];
  await promisify(execFile)(process.execPath, program, {
    env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
  });
  expect(received.map(({ path }) => path)).toEqual(['/v1/traces']);
  const [inner, outer] = spans();
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

it('a program that is stopped sends the spans of its end first', async () => {
  const folder = await createDataDir();
  const program = startProgram(
    'main',
    {
      PORT: '0',
      SIMULATOR_PEOPLE: '20',
      SIMULATOR_LIMITS: 'none',
      DATA_DIR: folder.path,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      // So that nothing else sends them.
      OTEL_BSP_SCHEDULE_DELAY: '600000',
    },
    { arguments: ['--import', './deploy/otel.mjs', '--import', 'tsx', 'src/main.ts'] },
  );
  const [, url = ''] = await program.prints(/"url":"(http[^"]*)","msg":"ready"/);
  await fetch(`${url}?query={__typename}`, { headers: { accept: 'application/json' } });
  await program.stop('SIGTERM');
  expect(await program.exited).toBe(0);
  expect(spans().map(({ name }) => name)).toContain('HTTP /graphql');
  await folder.remove();
}, 60_000);
