import { randomUUID } from 'node:crypto';
import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
} from 'graphql';
import { makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import { Receipt } from '../domain/receipt.ts';
import type { ApiKeys } from './apiKeys.ts';
import { createDocumentCheck } from './documentCheck.ts';
import { shuttingDown } from './endOnAbort.ts';
import type { Engine, RequestScope } from './engine.ts';
import type { Log } from './log.ts';
import type { WebSocketClient } from './webSocketClient.ts';
import { withoutInternals } from './withoutInternals.ts';

/** What one operation brings along. */
export interface OperationInfo {
  client: WebSocketClient;
  signal: AbortSignal;
  requestId: string;
  receipt: Receipt | null;
}

export interface ProtocolOptions {
  engine: Engine;
  keys: ApiKeys;
  /** Makes the context that resolvers see, or a promise of it. */
  context: (operation: OperationInfo) => unknown;
  /** Whether receipts may be asked for. */
  receipts: boolean;
  log: Log;
}

/** As of other GraphQL servers on one socket; a page with more wants than this has lost count. */
export const MAX_OPERATIONS = 100;

/** A client says who it is at once; graphql-ws closes with 4408 who has not. */
const INIT_MS = 5_000;

/**
 * graphql-transport-ws over the engine that answers HTTP: the same limits on documents, rules, masks and contexts. Closes
 * with 4403 where the key is none, with 4401 where an operation comes before the key.
 */
export function createProtocol(options: ProtocolOptions): Server<{ client: WebSocketClient }> {
  const { engine, keys, context, receipts, log } = options;
  const enveloped = engine.yoga.getEnveloped({});
  const checked = createDocumentCheck(enveloped);

  const argsOf = async (
    client: WebSocketClient,
    id: string,
    payload: SubscribePayload,
    document: DocumentNode,
  ): Promise<ExecutionArgs> => {
    const isStream = getOperationAST(document, payload.operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
    const abort = new AbortController();
    const requestId = randomUUID();
    client.operations.set(payload, { id, requestId, isStream, abort, started: performance.now() });
    const receipt = receipts && payload.extensions?.['receipt'] === true ? new Receipt() : null;
    const newContext = () => context({ client, signal: abort.signal, requestId, receipt });
    const scope: RequestScope = {
      signal: abort.signal,
      resolverContext: await newContext(),
      newContext,
      receipt,
      requestId,
      takesParts: false,
      inParts: false,
    };
    return {
      schema: enveloped.schema,
      document,
      contextValue: { scope },
      variableValues: payload.variables,
      operationName: payload.operationName,
    };
  };

  const ended = (client: WebSocketClient, payload: SubscribePayload): void => {
    const operation = client.operations.get(payload);
    if (!operation || !client.operations.delete(payload)) return;
    const { requestId, started, abort } = operation;
    const milliseconds = Math.round((performance.now() - started) * 10) / 10;
    const { aborted } = abort.signal;
    log.info(
      { requestId, method: 'WS', route: 'graphql', milliseconds, client: client.name, ...(aborted ? { aborted } : {}) },
      'request',
    );
  };

  return makeServer<Record<string, unknown> | undefined, { client: WebSocketClient }>({
    connectionInitWaitTimeout: INIT_MS,
    onConnect({ connectionParams, extra: { client } }) {
      const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
      client.name = keys.clientOf(typeof given === 'string' ? given : client.request.headers.authorization);
      return keys.open || client.name !== null;
    },
    async onSubscribe({ extra: { client } }, id, payload) {
      if (client.closing) return [shuttingDown()];
      if (client.operations.size >= MAX_OPERATIONS) {
        const message = `A socket carries at most ${MAX_OPERATIONS} operations at once.`;
        return [new GraphQLError(message, { extensions: { code: 'TOO_MANY_OPERATIONS' } })];
      }
      try {
        const document = checked(payload.query, payload.operationName);
        return Array.isArray(document) ? document : await argsOf(client, id, payload, document);
      } catch (error) {
        const requestId = client.operations.get(payload)?.requestId;
        ended(client, payload);
        return [engine.maskError(error, requestId)];
      }
    },
    async execute(args) {
      try {
        return (await enveloped.execute(args)) as ExecutionResult;
      } catch (error) {
        return { errors: [engine.maskError(error, (args.contextValue as { scope: RequestScope }).scope.requestId)] };
      }
    },
    subscribe: async (args) => enveloped.subscribe(args),
    onNext: (_, __, ___, ____, result) => withoutInternals(result),
    onError: (_, __, ___, errors) => withoutInternals({ errors }).errors,
    onComplete: ({ extra: { client } }, _, payload) => ended(client, payload),
  });
}
