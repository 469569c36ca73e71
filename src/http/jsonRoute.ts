import { getOperationAST, OperationTypeNode, type DocumentNode, type ExecutionResult } from 'graphql';
import { isAsyncIterable, processRegularResult } from 'graphql-yoga';
import { hasDefer } from '../graphql/execution/defer.ts';
import type { Engine } from '../graphql/engine.ts';
import type { RequestScope } from '../graphql/requestScope.ts';
import { noteErrors } from '../graphql/observation.ts';
import type { ResultType } from '../graphql/mediaTypes.ts';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Answers a POST of JSON as this media type, or says that yoga has to. */
export type AnswerJson = (text: string, resultType: ResultType, scope: RequestScope) => Promise<Answer | null> | null;

/**
 * The short way for what nearly all requests are: a query or mutation of a known valid document, wanted as one JSON. It
 * runs yoga's own execution with all its plugins and leaves out yoga's Request and Response objects: a third of the CPU
 * of a small query, as measured. Everything else, and a document seen for the first time, gives null before
 * anything ran; so errors in requests have one author. A test compares both ways.
 */
export function createJsonAnswer({ yoga, documents, maskError }: Engine): AnswerJson {
  const enveloped = yoga.getEnveloped({});
  const valid = new WeakSet<DocumentNode>();

  const execute = async (
    document: DocumentNode,
    params: Params,
    resultType: ResultType,
    scope: RequestScope,
  ): Promise<Answer> => {
    let result: ExecutionResult;
    try {
      result = await (enveloped.execute({
        schema: enveloped.schema,
        document,
        contextValue: { scope },
        variableValues: params.variables,
        operationName: params.operationName,
      }) as ExecutionResult | Promise<ExecutionResult>);
      if (isAsyncIterable(result)) throw new Error('a result in parts for a client that takes none');
    } catch (error) {
      result = { errors: [maskError(error, scope.requestId)] };
    }
    noteErrors(scope, result);
    if (result.errors === undefined && result.extensions === undefined) {
      return {
        status: 200,
        headers: { 'content-type': `${resultType}; charset=utf-8` },
        body: JSON.stringify(result),
      };
    }
    const response = processRegularResult(result, yoga.fetchAPI, resultType);
    const headers = Object.fromEntries([...response.headers].map(([name, value]) => [name.toLowerCase(), value]));
    return { status: response.status, headers, body: await response.text() };
  };

  return (text, resultType, scope) => {
    const params = paramsOf(text);
    if (params === null) return null;
    const document = documents.get(params.query);
    if (document === undefined) return null;
    if (!valid.has(document)) {
      if (enveloped.validate(enveloped.schema, document).length > 0) return null;
      valid.add(document);
    }
    if (scope.takesParts && hasDefer(document)) return null;
    const kind = getOperationAST(document, params.operationName)?.operation;
    if (kind === undefined || kind === OperationTypeNode.SUBSCRIPTION) return null;
    return execute(document, params, resultType, scope);
  };
}

interface Params {
  query: string;
  variables?: Record<string, unknown> | undefined;
  operationName?: string | undefined;
}

/** The parameters of a request in order, unknown members ignored; null for anything about which yoga would complain. */
function paramsOf(text: string): Params | null {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isPlainObject(body)) return null;
  const { query, variables, operationName, extensions } = body;
  if (typeof query !== 'string') return null;
  if (variables !== undefined && variables !== null && !isPlainObject(variables)) return null;
  if (extensions !== undefined && extensions !== null && !isPlainObject(extensions)) return null;
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') return null;
  return { query, variables: variables ?? undefined, operationName: operationName ?? undefined };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
