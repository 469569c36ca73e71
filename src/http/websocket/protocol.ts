import { randomUUID } from 'node:crypto';
import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
} from 'graphql';
import { CloseCode, makeServer, type Server, type SubscribePayload } from 'graphql-ws';
import type { Viewer } from '../../domain/access.ts';
import { Receipt } from '../../domain/receipt.ts';
import { AccessWithdrawn } from '../../auth/revocationWatch.ts';
import type { Clients } from '../../auth/authenticator.ts';
import type { BudgetState } from '../../graphql/demandControl/budget.ts';
import { createDocumentCheck } from '../../graphql/validation/documentCheck.ts';
import { shuttingDown } from '../../graphql/execution/endOnAbort.ts';
import type { Engine } from '../../graphql/engine.ts';
import type { RequestScope } from '../../graphql/requestScope.ts';
import { requestIdOf } from '../exchange.ts';
import type { Doorkeeper } from '../../auth/failedAttempts.ts';
import type { Log } from '../../lib/log.ts';
import { noteErrors } from '../../graphql/observation.ts';
import type { Observer } from '../../graphql/observer.ts';
import { persistedText } from '../../graphql/persistedDocuments.ts';
import { HttpError } from '../../domain/httpError.ts';
import { spendingOf, type RequestLimits } from '../../graphql/demandControl/requestLimits.ts';
import type { Spending } from '../../graphql/demandControl/charge.ts';
import type { WebSocketClient } from './connection.ts';
import { withoutInternals } from '../../graphql/errors/publicExtensions.ts';

/** What one operation brings along. */
export interface OperationInfo {
  client: WebSocketClient;
  viewer: Viewer;
  signal: AbortSignal;
  requestId: string;
  receipt: Receipt | null;
  /** What is left of the client's budget; null where none is in force. */
  budget: () => BudgetState | null;
}

export interface ProtocolOptions {
  engine: Engine;
  clients: Clients;
  /** Asked once a socket. */
  letIn: Doorkeeper;
  /** Makes the context that resolvers see, or a promise of it. */
  context: (operation: OperationInfo) => unknown;
  /** Whether receipts may be asked for. */
  receipts: boolean;
  /** What operations are held to. */
  limits?: RequestLimits | undefined;
  /** Watches operations. */
  observer?: Observer | undefined;
  log: Log;
}

/** As of other GraphQL servers on one socket; a page with more wants than this has lost count. */
export const MAX_OPERATIONS = 100;

/** A client says who it is at once; graphql-ws closes with 4408 who has not. */
const INIT_MS = 5_000;

/**
 * graphql-transport-ws over the engine that answers HTTP: the same limits on documents, rules, masks and contexts. Closes
 * with 4403 where key or token is none, with 4429 where too many were, with 4401 where an operation comes before it.
 */
export function createProtocol(options: ProtocolOptions): Server<{ client: WebSocketClient }> {
  const { engine, clients, letIn, context, receipts, limits, observer } = options;
  const enveloped = engine.yoga.getEnveloped({});
  const checked = createDocumentCheck(enveloped);

  const argsOf = async (
    client: WebSocketClient,
    id: string,
    payload: SubscribePayload,
    { document, viewer, spending }: { document: DocumentNode; viewer: Viewer; spending: Spending | undefined },
  ): Promise<ExecutionArgs> => {
    const isStream = getOperationAST(document, payload.operationName)?.operation === OperationTypeNode.SUBSCRIPTION;
    const abort = new AbortController();
    const requestId = randomUUID();
    const seen = observer?.began(client.request.headers, 'WS');
    const letGo = isStream
      ? clients.watch(client.authorization, viewer, () => abort.abort(new AccessWithdrawn()))
      : () => {};
    client.operations.set(id, { requestId, isStream, abort, letGo, seen, started: performance.now() });
    const receipt = receipts && payload.extensions?.['receipt'] === true ? new Receipt() : null;
    const budget = () => spending?.account?.state ?? null;
    const newContext = () => context({ client, viewer, signal: abort.signal, requestId, receipt, budget });
    const scope: RequestScope = {
      signal: abort.signal,
      viewer,
      resolverContext: await newContext(),
      newContext,
      receipt,
      spending,
      requestId,
      takesEvents: true,
      takesParts: false,
      inParts: false,
      seen,
    };
    return {
      schema: enveloped.schema,
      document,
      contextValue: { scope },
      variableValues: payload.variables,
      operationName: payload.operationName,
    };
  };

  return makeServer<Record<string, unknown> | undefined, { client: WebSocketClient }>({
    connectionInitWaitTimeout: INIT_MS,
    async onConnect({ connectionParams, extra: { client } }) {
      const started = performance.now();
      const given = connectionParams?.['authorization'] ?? connectionParams?.['Authorization'];
      client.authorization = typeof given === 'string' ? given : client.request.headers.authorization;
      try {
        client.name = (await letIn(client.authorization, client.request.socket.remoteAddress)).client;
        client.letIn();
        return true;
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        const seen = observer?.began(client.request.headers, 'WS');
        seen?.errors(error.toJSON().errors);
        const { status, reason } = error;
        client.note({ requestId: requestIdOf(client.request), started, seen, status, reason, aborted: false });
        if (error.status === 429) client.close(CloseCode.TooManyInitialisationRequests, error.message);
        // Not the client's fault: it may try again.
        else if (error.status !== 401) client.close(1013, error.code);
        return false;
      }
    },
    async onSubscribe({ extra: { client } }, id, payload) {
      try {
        // Anew for each operation: the token may have ended, and the key may have been withdrawn.
        const found = clients.viewerOf(client.authorization);
        const viewer = found instanceof Promise ? await found : found;
        if (client.closing) return [shuttingDown()];
        if (client.operations.size >= MAX_OPERATIONS) {
          const message = `A socket carries at most ${MAX_OPERATIONS} operations at once.`;
          return [new GraphQLError(message, { extensions: { code: 'TOO_MANY_OPERATIONS' } })];
        }
        const spending = spendingOf(limits, viewer, payload.extensions?.['cost'] === true);
        const unpaid = await spending?.payForBody(client.lengthOf(payload));
        if (unpaid) throw unpaid;
        const text = persistedText(limits?.persisted ?? null, payload) ?? payload.query;
        const unread = engine.documents.has(text) ? null : await spending?.payForReading(text);
        if (unread) throw unread;
        const document = checked(text, payload.operationName);
        // Completed before it began: graphql-ws sends none of this.
        if (!client.ids.isWanted(id)) return [new GraphQLError('The client has completed this operation.')];
        return Array.isArray(document) ? document : await argsOf(client, id, payload, { document, viewer, spending });
      } catch (error) {
        if (error instanceof HttpError) {
          return [new GraphQLError(error.message, { extensions: { code: error.code, ...error.extensions } })];
        }
        return [engine.maskError(error, client.operations.get(id)?.requestId)];
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
    onNext({ extra: { client } }, id, _, __, result) {
      const operation = client.operations.get(id);
      if (operation) noteErrors({ seen: operation.seen, signal: operation.abort.signal }, result);
      return withoutInternals(result);
    },
    onError({ extra: { client } }, id, _, errors) {
      const known = client.operations.get(id);
      // Else it was refused before it became an operation.
      const seen = known ? known.seen : observer?.began(client.request.headers, 'WS');
      seen?.errors(errors);
      if (known) client.ended(id, 500);
      else client.note({ requestId: randomUUID(), started: performance.now(), seen, status: 400, aborted: false });
      return withoutInternals({ errors }).errors;
    },
    onComplete: ({ extra: { client } }, id) => client.ended(id, 200),
  });
}
