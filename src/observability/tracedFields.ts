import { context, createContextKey, trace } from '@opentelemetry/api';
import { getNamedType, isCompositeType, isObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { inSpan } from './span.ts';

const traced = new WeakSet<GraphQLSchema>();
const FIELD = createContextKey('the field that is resolved');

/**
 * Makes each field of Query and Mutation a span from now on, and has what objects' fields below ask for name them: spans of
 * their own they have none, for a page has thousands of them. In place, for the types of a schema know each other; a schema is
 * made once a process.
 */
export function traceFields(schema: GraphQLSchema): void {
  if (traced.has(schema)) return;
  traced.add(schema);
  const roots = new Set([schema.getQueryType(), schema.getMutationType()]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type) && !type.name.startsWith('__') && type !== schema.getSubscriptionType()) {
      traceFieldsOf(type, roots.has(type));
    }
  }
}

/** The field on whose behalf something is asked now, e.g. `Employee.skills`: where many wait for one answer, the first. */
export function askingField(): string | undefined {
  return context.active().getValue(FIELD) as string | undefined;
}

function traceFieldsOf(type: GraphQLObjectType, isRoot: boolean): void {
  for (const field of Object.values(type.getFields())) {
    const { resolve } = field;
    // Scalars are read from what is there.
    if (!resolve || !(isRoot || isCompositeType(getNamedType(field.type)))) continue;
    const name = `${type.name}.${field.name}`;
    field.resolve = (...given) =>
      context.with(context.active().setValue(FIELD, name), () =>
        isRoot ? inSpan(trace.getTracer('skills-gateway'), name, {}, () => resolve(...given)) : resolve(...given),
      );
  }
}
