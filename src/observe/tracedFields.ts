import { trace } from '@opentelemetry/api';
import type { GraphQLSchema } from 'graphql';
import { inSpan } from './span.ts';

const traced = new WeakSet<GraphQLSchema>();

/**
 * Makes each field of Query and Mutation a span from now on. Fields below have none: a page has thousands of them, and what
 * they ask of providers is a span of its own. In place, for the types of a schema know each other; a schema is made once a
 * process.
 */
export function traceRootFields(schema: GraphQLSchema): void {
  if (traced.has(schema)) return;
  traced.add(schema);
  const tracer = trace.getTracer('skills-gateway');
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const { resolve } = field;
      const name = `${type?.name}.${field.name}`;
      if (resolve) field.resolve = (...given) => inSpan(tracer, name, {}, () => resolve(...given));
    }
  }
}
