/**
 * Executes a query that defers: the first part has everything that is not deferred, each later part one whole fragment with
 * its path (the incremental delivery of August 2022). What is deferred is executed on the object that it was deferred on, as
 * if that were the root of a query, by the same two executors as any query.
 */
import {
  defaultFieldResolver,
  execute,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  GraphQLSchema,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLDirective,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
} from 'graphql';
import { createQueryCompiler, type QueryCompiler } from './compiledQuery.ts';
import { later } from './completion.ts';
import { deferredParts } from './deferredParts.ts';
import { digHoles, Hole, HOLE, takeHoles } from './hole.ts';
import type { Part } from './incrementalResult.ts';
import { createSplitDocument, type Split } from './splitDocument.ts';

/** Executes a query; gives a whole result where nothing of it is deferred in the end. */
export type DeferredQuery = (args: ExecutionArgs) => Promise<ExecutionResult | AsyncIterableIterator<Part>>;

export interface DeferredQueryOptions {
  schema: GraphQLSchema;
  /** The schema's @defer. */
  directive: GraphQLDirective;
  /** Executes queries of the schema. */
  compiler: QueryCompiler;
}

/** Where a part is executed: a schema whose queries begin at the type of the object, and what compiles them. */
interface Root {
  schema: GraphQLSchema;
  compiler: QueryCompiler;
}

export function createDeferredQuery({ schema, directive, compiler }: DeferredQueryOptions): DeferredQuery {
  digHoles(schema);
  const splitDocument = createSplitDocument(directive);
  const roots = new Map<GraphQLObjectType, Root>();
  const query = schema.getQueryType();
  if (query) roots.set(query, { schema, compiler });

  const rootAt = (type: GraphQLObjectType): Root => {
    const known = roots.get(type);
    if (known) return known;
    const config = { ...schema.toConfig(), query: type, mutation: null, subscription: null, assumeValid: true };
    const own = new GraphQLSchema(config);
    const root = { schema: own, compiler: createQueryCompiler(own) };
    roots.set(type, root);
    return root;
  };

  const executeAt = async (root: Root, args: ExecutionArgs): Promise<ExecutionResult> => {
    const own = { ...args, schema: root.schema };
    return (await root.compiler.execute(own)) ?? (await execute(own));
  };

  return async (args) => {
    const operation = getOperationAST(args.document, args.operationName);
    const { coerced } = getVariableValues(schema, operation?.variableDefinitions ?? [], args.variableValues ?? {});
    // The executor says what is wrong.
    if (!operation || !coerced) return execute(args);
    let split: Split;
    try {
      split = splitDocument(args.document, operation, coerced);
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error], data: null };
      throw error;
    }
    /** Leaves holes. Those of the first part are filled at once: they share its deadline and the batches of its loaders. */
    const resolver =
      (isFirst: boolean): GraphQLFieldResolver<unknown, unknown> =>
      (source, given, context, info) => {
        const deferred =
          info.fieldName === HOLE ? split.deferred.get(info.fieldNodes[0]?.alias?.value ?? '') : undefined;
        if (!deferred) return defaultFieldResolver(source, given, context, info);
        const document = split.documentOf(deferred);
        const hole = new Hole(deferred, () =>
          later(Promise.resolve(), () =>
            executeAt(rootAt(info.parentType), {
              ...args,
              document,
              rootValue: source,
              fieldResolver: resolver(false),
            }),
          ),
        );
        if (isFirst) void hole.result;
        return hole;
      };
    const whole = { ...args, document: split.document, fieldResolver: resolver(true) };
    const first = await executeAt({ schema, compiler }, whole);
    const holes = takeHoles(first.data, []);
    return holes.length > 0 ? deferredParts(first, holes) : first;
  };
}
