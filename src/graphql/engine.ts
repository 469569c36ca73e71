import type { RequestScope } from './requestScope.ts';
import {
  createSourceEventStream,
  execute,
  getOperationAST,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { createYoga, isAsyncIterable, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';
import { AccessWithdrawn, accessWithdrawn } from '../auth/revocationWatch.ts';
import { createQueryCompiler } from './execution/compiledQuery.ts';
import { operationUnresolved } from './validation/documentCheck.ts';
import { DEFER, deferRules, hasDefer, withDefer } from './execution/defer.ts';
import { createDeferredQuery } from './execution/deferredQuery.ts';
import { eachEvent } from './execution/mapAsyncIterable.ts';
import { endOnAbort, shuttingDown, ShuttingDown } from './execution/endOnAbort.ts';
import { endWithToken, TokenExpired, tokenExpired } from './execution/endOnTokenExpiry.ts';
import type { Audit } from '../domain/audit.ts';
import { closedSchema, withoutSuggestions } from './validation/introspection.ts';
import { createLimitCheck } from './demandControl/limitCheck.ts';
import { NO_LIMITS, type OperationLimits } from './demandControl/limits.ts';
import type { Log } from '../lib/log.ts';
import { createMaskError } from './errors/maskError.ts';
import { observed } from './observation.ts';
import { checkNesting } from './validation/nesting.ts';
import { createOperationMeter } from './demandControl/operationMeter.ts';
import { sendablePart, type Part } from './execution/incrementalResult.ts';
import { noteRefused } from '../auth/auditRefusals.ts';
import { oneOfVariables } from './validation/oneOfVariables.ts';
import { notAcceptable } from './contentChecks.ts';
import { createScopeCheck } from '../auth/scopeCheck.ts';
import { shortErrors } from './errors/shortenError.ts';
import { storableTexts, unstorable } from './validation/storableTexts.ts';
import { subscriptionRules } from './validation/subscriptionRules.ts';
import { ignoreUnknownMembers } from './validation/unknownMembers.ts';

export interface Engine {
  /** As clients know it, `@defer` included. */
  schema: GraphQLSchema;
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

/** What documents may be. */
export interface EngineRules {
  limits?: OperationLimits | undefined;
  /** False keeps the schema to itself: no introspection, and no names suggested in errors. */
  introspection?: boolean | undefined;
  /** Told of writes that a scope is missing for. */
  audit?: Audit | undefined;
}

/** Yoga as this gateway uses it: without its own HTTP extras, which `server.ts` covers. */
export function createEngine(
  given: GraphQLSchema,
  log: Log,
  { limits = NO_LIMITS, introspection = true, audit }: EngineRules = {},
): Engine {
  const schema = withDefer(given);
  /** The requests whose execution the errors came out of: yoga masks them without their context. */
  const requests = new WeakMap<object, string>();
  /** The errors of answers without any data. */
  const dataless = new WeakSet<object>();
  const masked = createMaskError(log, requests, dataless);
  // Before the mask shortens the message, at whose end they stand.
  const maskError: Engine['maskError'] = introspection
    ? masked
    : (error, requestId) => masked(withoutSuggestions(error), requestId);
  const documents = new LRUCache<string, DocumentNode>({ ...KEPT, sizeCalculation: (_, text) => text.length + 1 });
  const errors = new LRUCache<string, object>({ ...KEPT, sizeCalculation: (_, text) => text.length + 1 });
  const yoga = createYoga<{ scope: RequestScope }>({
    schema,
    plugins: [
      ignoreUnknownMembers,
      subscriptionRules,
      oneOfVariables,
      storableTexts,
      shortErrors,
      ...(introspection ? [] : [closedSchema]),
      scoped(schema, { requests, dataless }, maskError, { limits, audit }),
      observed,
    ],
    maskedErrors: { maskError: (error) => maskError(error) },
    parserAndValidationCache: {
      documentCache: documents,
      errorCache: { get: (text) => errors.get(text), set: (text, error) => errors.set(text, error as object) },
    },
    // The limit of body.ts holds; yoga's own doubles the CPU of a small query, as measured.
    maxRequestBodySize: false,
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    batching: false,
    // maskError logs, with its correlation id.
    logging: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
  return { schema, yoga, documents, maskError };
}

/**
 * Gives resolvers the scope's own context object, runs queries compiled, bounds documents, and ends streams with their
 * request.
 */
function scoped(
  schema: GraphQLSchema,
  { requests, dataless }: { requests: WeakMap<object, string>; dataless: WeakSet<object> },
  maskError: Engine['maskError'],
  { limits, audit }: { limits: OperationLimits; audit: Audit | undefined },
): Plugin<object, { scope: RequestScope }> {
  const compiler = createQueryCompiler(schema);
  const deferredQuery = createDeferredQuery({ schema, directive: DEFER, compiler });
  const meter = createOperationMeter(schema);
  const limitCheck = createLimitCheck(meter, limits);
  const scopeCheck = createScopeCheck(schema);
  /** The answer to a viewer who lacks scopes; null to one who has them. */
  const forbidden = ({ document, operationName }: ExecutionArgs, scope: RequestScope): ExecutionResult | null => {
    const errors = scopeCheck(document, operationName, scope.viewer);
    if (!errors) return null;
    if (audit) noteRefused(audit, { outcome: 'forbidden', document, operationName, ...scope });
    return withExtensions({ errors }, scope);
  };
  /** The answer to an operation of which nothing ran, under audit where it would have written. */
  const unrun = (
    { document, operationName }: ExecutionArgs,
    result: ExecutionResult,
    scope: RequestScope,
  ): ExecutionResult => {
    if (audit) noteRefused(audit, { outcome: 'refused', document, operationName, ...scope });
    return result;
  };
  /**
   * Why an operation does not run: its variables cannot be stored, it is too large, or too little is left of the budget
   * that it is taken from.
   */
  const refused = (
    args: ExecutionArgs,
    { spending }: RequestScope,
  ): Promise<GraphQLError | null> | GraphQLError | null => {
    const { document, operationName, variableValues } = args;
    const operation = getOperationAST(document, operationName);
    if (!operation) return null;
    const variables = variableValues ?? undefined;
    const error = unstorable(variables) ?? limitCheck(document, operation, variables);
    return error || !spending ? error : spending.pay(meter.cost(document, operation, variables));
  };
  const noted = (result: ExecutionResult, { requestId }: RequestScope): ExecutionResult => {
    for (const error of result.errors ?? []) {
      requests.set(error, requestId);
      if (!result.data) dataless.add(error);
    }
    return result;
  };
  /** The executor's parts as they are sent, ended when the client goes away. */
  const inParts = (parts: AsyncIterable<Part>, scope: RequestScope): AsyncIterableIterator<Part> => {
    const { requestId } = scope;
    scope.inParts = true;
    const rules = {
      mask: (error: GraphQLError) => maskError(error, requestId),
      extensions: () => extensionsOf(scope),
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
      setParseFn((source, options) => {
        checkNesting(typeof source === 'string' ? source : source.body);
        return parseFn(source, { ...options, maxTokens: MAX_TOKENS });
      });
    },
    onExecute({ setExecuteFn }) {
      setExecuteFn(async (args) => {
        const scope = scopeOf(args.contextValue);
        const lacking = forbidden(args, scope);
        if (lacking) return lacking;
        const stop = unresolved(args) ?? (await refused(args, scope));
        if (stop) return withExtensions(unrun(args, { errors: [stop] }, scope), scope);
        const inScope = { ...args, contextValue: scope.resolverContext };
        if (hasDefer(args.document) && scope.takesParts && isQuery(inScope)) {
          const answer = await deferredQuery(inScope);
          if (isAsyncIterable(answer)) return inParts(answer, scope);
          return withExtensions(noted(answer, scope), scope);
        }
        const result = (await compiler.execute(inScope)) ?? (await execute(inScope));
        return withExtensions(noted(result.data === undefined ? unrun(args, result, scope) : result, scope), scope);
      });
    },
    onSubscribe({ args, setSubscribeFn }) {
      const scope = scopeOf(args.contextValue);
      setSubscribeFn(async (subscribeArgs: ExecutionArgs) => {
        if (!scope.takesEvents) return { errors: [notStreamable()] };
        const lacking = forbidden(subscribeArgs, scope);
        if (lacking) return lacking;
        const stop = await refused(subscribeArgs, scope);
        if (stop) return withExtensions({ errors: [stop] }, scope);
        const inScope = { ...subscribeArgs, contextValue: scope.resolverContext };
        const source = await createSourceEventStream(inScope);
        if (!isAsyncIterable(source)) return noted(source, scope);
        return eachEvent(source, async (rootValue) =>
          noted(await execute({ ...inScope, rootValue, contextValue: await scope.newContext() }), scope),
        );
      });
      return {
        onSubscribeResult({ result, setResult }) {
          const { signal, viewer } = scope;
          if (isAsyncIterable(result)) setResult(endWithToken(result, { signal, ...viewer }, farewell));
        },
      };
    },
    onResultProcess({ result, serverContext }) {
      if (isAsyncIterable(result)) serverContext.scope.stream = result;
    },
  };
}

/** Why a subscription does not begin: over HTTP it is streamed or not at all. */
function notStreamable(): GraphQLError {
  const { message, code, status } = notAcceptable();
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}

/** Why no operation of the document can run; null where one is named, or it is the only one. */
function unresolved({ document, operationName }: ExecutionArgs): GraphQLError | null {
  return getOperationAST(document, operationName) ? null : operationUnresolved();
}

function isQuery({ document, operationName }: ExecutionArgs): boolean {
  return getOperationAST(document, operationName)?.operation === OperationTypeNode.QUERY;
}

/** What goes beside the data: the receipt and the cost, where they are wanted. */
function extensionsOf({ receipt, spending }: RequestScope): Record<string, unknown> | undefined {
  const cost = spending?.report() ?? null;
  if (!receipt && !cost) return undefined;
  return { ...(receipt ? { receipt: receipt.report() } : {}), ...(cost ? { cost } : {}) };
}

function withExtensions(result: ExecutionResult, scope: RequestScope): ExecutionResult {
  const extensions = extensionsOf(scope);
  return extensions ? { ...result, extensions: { ...result.extensions, ...extensions } } : result;
}

/** Yoga copies what its context factory returns, which would read every getter of it; so the object is put in here. */
function scopeOf(contextValue: unknown): RequestScope {
  return (contextValue as { scope: RequestScope }).scope;
}

/** The last result of a stream that ends with the server, with its token or with its reader's access. */
function farewell(reason: unknown): { errors: GraphQLError[] } | null {
  if (reason instanceof TokenExpired) return { errors: [tokenExpired()] };
  if (reason instanceof AccessWithdrawn) return { errors: [accessWithdrawn()] };
  return reason instanceof ShuttingDown ? { errors: [shuttingDown()] } : null;
}
