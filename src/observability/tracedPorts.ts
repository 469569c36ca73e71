import { SpanKind, type Tracer } from '@opentelemetry/api';
import type { Ports } from '../domain/ports.ts';
import { inSpan } from './span.ts';
import { askingField } from './tracedFields.ts';

type Method = (...given: unknown[]) => unknown;

/**
 * The same ports, each question a span under whoever asks: the calls that a read is cut into, their waits and their repeats
 * belong to it. A walk is a span for each page, for it goes on for minutes and its reader does other things between.
 */
export function tracedPorts(tracer: Tracer, integration: string, ports: Ports): Ports {
  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => [name, tracedPort(tracer, `${integration} ${name}`, port as object)]),
  );
}

function tracedPort(tracer: Tracer, name: string, port: object): object {
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...given: unknown[]) => {
        const [asked] = given;
        const field = askingField();
        const attributes = {
          ...(Array.isArray(asked) ? { 'gateway.asked': asked.length } : {}),
          ...(field === undefined ? {} : { 'gateway.field': field }),
        };
        const ask = () => (value as Method).apply(target, given);
        if (key !== 'walk' && key !== 'changedSince') {
          return inSpan(tracer, name, { kind: SpanKind.INTERNAL, attributes }, ask);
        }
        return pages(tracer, name, ask() as AsyncIterable<unknown>);
      };
    },
  });
}

/** Each page in a span of its own; the generator runs in the context in which its page was asked for. */
async function* pages(tracer: Tracer, name: string, walk: AsyncIterable<unknown>): AsyncGenerator {
  const iterator = walk[Symbol.asyncIterator]();
  try {
    for (;;) {
      const page = await inSpan(tracer, `${name} page`, {}, () => iterator.next());
      if (page.done === true) return;
      yield page.value;
    }
  } finally {
    await iterator.return?.();
  }
}
