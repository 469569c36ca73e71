import { randomUUID } from 'node:crypto';
import { GraphQLError, Kind } from 'graphql';
import { StoreUnavailableError } from '../../domain/storeUnavailable.ts';
import type { Log } from '../../lib/log.ts';
import { shortened } from './shortenError.ts';

/** Seconds, after which a store that is away or full is worth another try. */
const RETRY_AFTER = '5';

/**
 * What a client may see of an error. Those that the gateway threw on purpose carry `extensions.code` and pass; what
 * graphql-js says of the input becomes BAD_USER_INPUT; anything else is INTERNAL with a correlation id, under which the
 * log has the truth, with the id of the request it belongs to: the one given, or the one that `requests` knows of it. Errors of
 * answers without any data are in `dataless`.
 */
export function createMaskError(
  log: Log,
  requests: WeakMap<object, string>,
  dataless: WeakSet<object> = new WeakSet(),
): (error: unknown, requestId?: string) => GraphQLError {
  return (error, given) => {
    if (error instanceof GraphQLError) {
      if (isGraphQLToTheRoot(error) && typeof error.extensions['code'] === 'string') {
        if ('originalError' in error.extensions) {
          // Yoga says of a body that is no JSON how V8 says it, and shows part of the body. No JSON is no request of any kind.
          delete error.extensions['originalError'];
          error.extensions.http = { status: 400 };
        }
        return shortened(error);
      }
      if (isAboutInput(error)) {
        error.extensions['code'] = 'BAD_USER_INPUT';
        // `spec`: with application/json, where 200 is the older rule, the status stays 200.
        if (error.path === undefined) error.extensions.http = { spec: true, status: 400 };
        return shortened(error);
      }
    }
    const cause = rootOf(error);
    // A request whose client went away fails everywhere; nobody reads the answer and nothing is wrong.
    if (cause instanceof Error && cause.name === 'AbortError') {
      log.debug({ err: cause }, 'work stopped with its request');
      return internal(error, {});
    }
    if (cause instanceof StoreUnavailableError) {
      log.warn({ err: cause }, 'the task store is not available');
      const hasData = !(typeof error === 'object' && error !== null && dataless.has(error));
      return storeUnavailable(error, { refused: cause.refused, hasData });
    }
    const correlationId = randomUUID();
    const requestId = given ?? (typeof error === 'object' && error !== null ? requests.get(error) : undefined);
    log.error({ correlationId, requestId, err: cause }, 'unexpected error');
    return internal(error, { correlationId });
  };
}

/** `unexpected` makes yoga answer 500 where there is no data; it is not sent. */
function internal(error: unknown, extensions: Record<string, unknown>): GraphQLError {
  return inPlaceOf(error, 'The gateway failed to answer this.', { code: 'INTERNAL', ...extensions, unexpected: true });
}

/** Not the gateway's failure, and it passes: clients may try again. */
function storeUnavailable(error: unknown, { refused, hasData }: { refused: boolean; hasData: boolean }): GraphQLError {
  const message = refused
    ? 'The task store takes no requests now, and nothing was stored: try again later.'
    : 'The task store does not answer now, and a write may or may not have been stored: try again under the same idempotency key.';
  // `spec`: with application/json, where 200 is the older rule, the status stays 200.
  const http = { spec: true, status: 503, headers: { 'retry-after': RETRY_AFTER } };
  return inPlaceOf(error, message, { code: 'STORE_UNAVAILABLE', ...(hasData ? {} : { http }), unexpected: true });
}

function inPlaceOf(error: unknown, message: string, extensions: Record<string, unknown>): GraphQLError {
  const located = error instanceof GraphQLError ? error : null;
  return new GraphQLError(message, {
    nodes: located?.nodes,
    source: located?.source,
    positions: located?.positions,
    path: located?.path,
    extensions,
  });
}

function rootOf(error: unknown): unknown {
  let root = error;
  while (root instanceof GraphQLError && root.originalError) root = root.originalError;
  return root;
}

function isGraphQLToTheRoot(error: GraphQLError): boolean {
  return rootOf(error) instanceof GraphQLError;
}

const TOO_MANY = 'Too many errors processing variables';

/**
 * Whether graphql-js complains of a variable or an argument. Such errors name a node of the document; a GraphQLError
 * without one was thrown while a value was serialised, and may show it.
 */
function isAboutInput(error: GraphQLError): boolean {
  if (error.path === undefined) {
    const kind = error.nodes?.[0]?.kind;
    // A condition on the root of the operation names the variable that gives it no Boolean.
    if (kind === Kind.VARIABLE_DEFINITION || kind === Kind.VARIABLE) return true;
    // After fifty complaints of variables comes one that there are too many, which names no node.
    return error.message.startsWith(TOO_MANY);
  }
  const root = rootOf(error);
  return root instanceof GraphQLError && root !== error && root.nodes !== undefined;
}
