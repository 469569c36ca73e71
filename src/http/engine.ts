import {
  createSourceEventStream,
  execute,
  getOperationAST,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { createYoga, isAsyncIterable, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { createQueryCompiler } from './compiledQuery.ts';
import { deferRules, hasDefer, withDefer } from './defer.ts';
import { eachEvent } from './eachEvent.ts';
import { endOnAbort, shuttingDown, ShuttingDown } from './endOnAbort.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { Log } from './log.ts';
import { createMaskError } from './maskError.ts';
import { sendablePart, type Part } from './parts.ts';

/** What a request brings along; yoga's server context. */
export interface RequestScope {
  /** Aborted when the client goes away or the server closes. */
  signal: AbortSignal;
  /** The context that resolvers see, exactly this object. */
  resolverContext: unknown;
  /** Another one, or a promise of it: each event of a subscription has its own, so that it shows what is so by then. */
  newContext: () => unknown;
  /** Shown with the answer; null where it was not asked for. */
  receipt: Receipt | null;
  /** The request's id, for the log. */
  requestId: string;
  /** Whether the client takes an answer in parts. */
  takesParts: boolean;
  /** Whether it gets one, set by the execution. */
  inParts: boolean;
}

export interface Engine {
  yoga: YogaServerInstance<{ scope: RequestScope }, object>;
  /** Documents by their text that parsed; they may still be invalid. */
  documents: LRUCache<string, DocumentNode>;
  /** `requestId` is for the log, where the error did not come out of an execution. */
  maskError: (error: unknown, requestId?: string) => GraphQLError;
}

/**
 * Documents kept parsed. A token of a parsed document takes some 200 bytes, about 50 times its text, so the million
 * characters are 50 MB; a document of more than 50,000 characters is not worth a twentieth of that.
 */
const KEPT = { max: 1_000, maxSize: 1_000_000, maxEntrySize: 50_000 };

/** Validation compares fields in pairs: 10,000 tokens take well under a second, ten times as many do not. */
const MAX_TOKENS = 10_000;

/** Yoga as this gateway uses it: without its own HTTP extras, which `server.ts` covers. */
export function createEngine(given: GraphQLSchema, log: Log): Engine {
  const schema = withDefer(given);
  /** The requests whose execution the errors came out of: yoga masks them without their context. */
  const requests = new WeakMap<object, string>();
  const maskError = createMaskError(log, requests);
  const documents = new LRUCache<string, DocumentNode>({ ...KEPT, sizeCalculation: (_, text) => text.length + 1 });
  const errors = new LRUCache<string, object>({ ...KEPT, sizeCalculation: (_, text) => text.length + 1 });
  const yoga = createYoga<{ scope: RequestScope }>({
    schema,
    plugins: [scoped(schema, requests, maskError)],
    maskedErrors: { maskError: (error) => maskError(error) },
    parserAndValidationCache: {
      documentCache: documents,
      errorCache: { get: (text) => errors.get(text), set: (text, error) => errors.set(text, error as object) },
    },
    // The limit of body.ts holds; yoga's own doubles the CPU of a small query (DEPENDENCIES, section 5).
    maxRequestBodySize: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    // maskError logs, with its correlation id.
    logging: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
  return { yoga, documents, maskError };
}

/** Gives resolvers the scope's own context object, runs queries compiled, bounds documents, and ends streams with their request. */
function scoped(
  schema: GraphQLSchema,
  requests: WeakMap<object, string>,
  maskError: Engine['maskError'],
): Plugin<object, { scope: RequestScope }> {
  const compiler = createQueryCompiler(schema);
  const noted = (result: ExecutionResult, { requestId }: RequestScope): ExecutionResult => {
    for (const error of result.errors ?? []) requests.set(error, requestId);
    return result;
  };
  /** The executor's parts as they are sent, ended when the client goes away. */
  const inParts = (parts: AsyncIterable<Part>, scope: RequestScope): AsyncIterableIterator<Part> => {
    const { requestId, receipt } = scope;
    scope.inParts = true;
    const rules = {
      mask: (error: GraphQLError) => maskError(error, requestId),
      extensions: () => (receipt ? { receipt: receipt.report() } : undefined),
    };
    return endOnAbort(
      eachEvent(parts, (part) => Promise.resolve(sendablePart(noted(part, scope), rules))),
      scope.signal,
      () => null,
    );
  };
  return {
    ...(deferRules ? { onValidate: deferRules } : {}),
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => parseFn(source, { ...options, maxTokens: MAX_TOKENS }));
    },
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args) => {
        const scope = scopeOf(args.contextValue);
        const { resolverContext, receipt } = scope;
        const inScope = { ...args, contextValue: resolverContext };
        const deferred = hasDefer(args.document);
        // Yoga's executor alone knows parts: the compiled way and graphql-js pass the directive over.
        if (deferred && scope.takesParts && isQuery(inScope)) {
          const answer = (await executeFn(inScope)) as ExecutionResult | AsyncIterable<Part>;
          if (isAsyncIterable(answer)) return inParts(answer, scope);
          return withReceipt(noted(answer, scope), receipt);
        }
        const whole = deferred ? execute : (executeFn as typeof execute);
        const result = (await compiler.execute(inScope)) ?? (await whole(inScope));
        return withReceipt(noted(result, scope), receipt);
      });
    },
    onSubscribe({ args, setSubscribeFn }) {
      const scope = scopeOf(args.contextValue);
      setSubscribeFn(async (subscribeArgs: ExecutionArgs) => {
        const inScope = { ...subscribeArgs, contextValue: scope.resolverContext };
        const source = await createSourceEventStream(inScope);
        if (!isAsyncIterable(source)) return noted(source, scope);
        return eachEvent(source, async (rootValue) =>
          noted(await execute({ ...inScope, rootValue, contextValue: await scope.newContext() }), scope),
        );
      });
      return {
        onSubscribeResult({ result, setResult }) {
          if (isAsyncIterable(result)) setResult(endOnAbort(result, scope.signal, farewell));
        },
      };
    },
  };
}

function isQuery({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === OperationTypeNode.QUERY;
}

function withReceipt(result: ExecutionResult, receipt: Receipt | null): ExecutionResult {
  return receipt ? { ...result, extensions: { ...result.extensions, receipt: receipt.report() } } : result;
}

/** Yoga copies what its context factory returns, which would read every getter of it; so the object is put in here. */
function scopeOf(contextValue: unknown): RequestScope {
  return (contextValue as { scope: RequestScope }).scope;
}

/** The last result of a stream that ends with the server. */
function farewell(reason: unknown): { errors: GraphQLError[] } | null {
  return reason instanceof ShuttingDown ? { errors: [shuttingDown()] } : null;
}
