/** How compiled queries complete values (specification, 6.4.3), in the good case; see compiledQuery.ts. */
import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLString,
  type GraphQLFieldResolver,
  type GraphQLLeafType,
  type GraphQLResolveInfo,
} from 'graphql';

/** Thrown where the ordinary executor has to answer. One object: it is no failure, and needs no stack. */
export const UNFIT = new Error('not for a compiled query');

/** What one run has besides the values: the arguments and infos of fields are made once a run, by the field's place. */
export interface Run {
  context: unknown;
  /** What the root fields are read from; undefined for a whole operation. */
  rootValue: unknown;
  /** Gives the values of what was deferred; see hole.ts. */
  fieldResolver: GraphQLFieldResolver<unknown, unknown>;
  variables: Record<string, unknown>;
  args: (Record<string, unknown> | undefined)[];
  infos: (GraphQLResolveInfo | undefined)[];
}

/** Turns what a resolver gave into what is answered, or a promise of it. Throws UNFIT. */
export type Complete = (value: unknown, run: Run) => unknown;

export function listOf(completeItem: Complete): Complete {
  return (value, run) => {
    if (!Array.isArray(value)) throw UNFIT;
    const answer: unknown[] = [];
    let isPending = false;
    for (const item of value as readonly unknown[]) {
      const completed = isPromise(item)
        ? later(item, (settled) => completeItem(settled, run))
        : completeItem(item, run);
      if (completed instanceof Promise) isPending = true;
      answer.push(completed);
    }
    return isPending ? later(Promise.all(answer), (settled) => settled) : answer;
  };
}

/** A scalar or enum. What its serialisation would only hand through is handed through here. */
export function leafOf(type: GraphQLLeafType): Complete {
  const isPlain = PLAIN.get(type);
  return (value) => {
    if (isPlain?.(value) === true) return value;
    const serialized = value instanceof Error ? null : type.serialize(value);
    if (serialized === null || serialized === undefined) throw UNFIT;
    return serialized;
  };
}

const isText = (value: unknown) => typeof value === 'string';

const PLAIN: ReadonlyMap<GraphQLLeafType, (value: unknown) => boolean> = new Map<
  GraphQLLeafType,
  (value: unknown) => boolean
>([
  [GraphQLString, isText],
  [GraphQLID, isText],
  [GraphQLFloat, Number.isFinite],
  [GraphQLBoolean, (value) => typeof value === 'boolean'],
]);

export function propertyOf(source: unknown, name: string): unknown {
  if (typeof source !== 'object' || source === null) return undefined;
  const value = (source as Record<string, unknown>)[name];
  if (typeof value === 'function') throw UNFIT;
  return value;
}

/** Given where a type is asked for: no rule of this graph looks at it, and one that does gets the ordinary executor. */
export const NO_INFO = new Proxy({} as GraphQLResolveInfo, {
  get() {
    throw UNFIT;
  },
});

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return typeof (value as { then?: unknown }).then === 'function';
}

/** A promise of this language's own, so that `instanceof` tells it, and heard by at least one handler: a sibling may have thrown already, and then nobody else listens. */
export function later<T, Result>(promise: PromiseLike<T>, complete: (value: T) => Result): Promise<Awaited<Result>> {
  const result = Promise.resolve(promise).then(complete) as Promise<Awaited<Result>>;
  result.catch(() => {});
  return result;
}
