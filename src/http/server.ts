import { createServer, type IncomingMessage } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config/environment.ts';
import type { Viewer } from '../domain/access.ts';
import type { Audit } from '../domain/audit.ts';
import { Deadline } from '../domain/deadline.ts';
import { Receipt } from '../domain/receipt.ts';
import { AccessWithdrawn } from '../auth/revocationWatch.ts';
import { AnswerTime } from './deadlineReserve.ts';
import { readBody } from './body.ts';
import type { BudgetState } from '../graphql/demandControl/budget.ts';
import { clientsOfKeys, createClients, type Clients } from '../auth/authenticator.ts';
import { followConnections } from './connections.ts';
import { corsHeaders, isPreflight } from './cors.ts';
import { checkSite } from './csrf.ts';
import { ShuttingDown } from '../graphql/execution/endOnAbort.ts';
import { DEADLINE_HEADER, deadlineOf } from './deadline.ts';
import { paramsOfBody, paramsOfUrl, unknownText } from '../graphql/documentParams.ts';
import { createEngine } from '../graphql/engine.ts';
import type { RequestScope } from '../graphql/requestScope.ts';
import { createExchange, headerOf, send, sendJson, type Exchange } from './exchange.ts';
import { createFrontDoor } from './pages/frontDoor.ts';
import { createGraphiqlPage } from './pages/graphiql.ts';
import type { GraphiqlTab } from './pages/graphiqlTabs.ts';
import { checkHost, createHostCheck } from './hostCheck.ts';
import { isLoopback } from '../lib/loopback.ts';
import { createDoorkeeper, createGuesses } from '../auth/failedAttempts.ts';
import { createJsonAnswer } from './jsonRoute.ts';
import type { Log } from '../lib/log.ts';
import {
  errorTypeOf,
  takesPlainJson,
  GRAPHQL_RESPONSE,
  JSON_TYPE,
  prefersHtml,
  takesCoding,
} from '../graphql/mediaTypes.ts';
import { afterAnswer, asksForWebSocket, ignoreUpgrade } from './websocket/otherUpgrades.ts';
import type { Observer } from '../graphql/observer.ts';
import { createOrigins } from './origins.ts';
import { persistedText, withPersistedQuery, withPersistedText } from '../graphql/persistedDocuments.ts';
import { isReceiptWanted, RECEIPT_HEADER } from '../graphql/receiptRequest.ts';
import { DocumentHttpError, HttpError } from '../domain/httpError.ts';
import { noteEnd } from './accessLog.ts';
import { acceptedTypes, checkMediaType, checkQuery } from '../graphql/contentChecks.ts';
import { spendingOf, type RequestLimits } from '../graphql/demandControl/requestLimits.ts';
import type { SandboxSimulator } from './pages/sandboxRoutes.ts';
import { COST_HEADER } from '../graphql/demandControl/charge.ts';
import { createWebSockets } from './websocket/server.ts';
import { withoutInternals } from '../graphql/errors/publicExtensions.ts';
import { answerByYoga } from './yogaRoute.ts';
import { listen } from '../lib/listen.ts';
import type { Metrics } from '../observability/metrics.ts';
import { answerMetrics, type MetricsAccess } from './metricsRoute.ts';

/** What the resolvers' context is made of, for every request anew. */
export interface RequestInfo {
  headers: { get(name: string): string | null };
  /** Who asks, for which tenant, and what it may do. */
  viewer: Viewer;
  /** The viewer's client; null while access is open. */
  client: string | null;
  requestId: string;
  /**
   * How long it may wait for providers: the client's deadline less the time to put the answer together. Its signal is
   * aborted when the client goes away or, for a subscription, when the server closes.
   */
  deadline: Deadline;
  /** Where its cost is to be written down; null where nobody asked, or it is not permitted. */
  receipt: Receipt | null;
  /** What is left of the client's budget; null where none is in force. */
  budget: () => BudgetState | null;
}

export interface GatewayServerOptions {
  config: Pick<Config, 'host' | 'port' | 'apiKeys' | 'corsOrigins' | 'deadlineMs' | 'longestDeadlineMs' | 'receipts'>;
  /** Who is let in; left out: whoever has one of the configuration's keys. */
  clients?: Clients;
  /** Told of writes that a scope is missing for; the others are told by the schema. */
  audit?: Audit | undefined;
  schema: GraphQLSchema;
  /** What requests are held to; left out: nothing but the sizes of bodies and documents. */
  limits?: RequestLimits | undefined;
  /** Called for every request, and for every event of a subscription. */
  context: (request: RequestInfo) => unknown;
  /** Asked by /health/ready. */
  ready: () => Promise<{ ready: boolean; detail: object }> | { ready: boolean; detail: object };
  /** False answers for health alone: a replica that only works on tasks. */
  serves?: boolean;
  /** True for a sandbox: every answer then says so in X-Gateway-Simulated. */
  simulated?: boolean;
  /** Those of a sandbox, which its page can disrupt; null outside one. */
  simulators?: readonly SandboxSimulator[] | null;
  log: Log;
  /** Watches requests for GraphQL. */
  observer?: Observer | undefined;
  /** Shown at /metrics; where no access is set, to everybody while access is open, and to whoever shows a token otherwise. */
  metrics?: { metrics: Metrics; access: MetricsAccess | null } | undefined;
  /** Serves GraphiQL to browsers at /graphql. */
  graphiql: boolean;
  graphiqlTabs?: readonly GraphiqlTab[];
  /** Milliseconds after which an answer is given up of which nothing can be written; a minute when left out. */
  stalledMs?: number;
  /** Milliseconds that `close` waits for requests under way; when left out two seconds more than the longest deadline. */
  drainMs?: number;
  /** Milliseconds that `close` leaves idle connections open for what is on its way on them; none when left out. */
  lingerMs?: number;
}

export interface GatewayServer {
  /** Resolves when requests are taken; `url` is without a path. Rejects when the address cannot be had. */
  listen(): Promise<{ url: string }>;
  /** Takes no more requests, ends event streams with a last event that says why, and waits for the rest, as long as one may ask for. */
  close(): Promise<void>;
}

/** Beside the longest deadline: an answer that its deadline ends is still to be made and sent. */
const ANSWERED_MS = 2000;

/** Load balancers keep idle connections for 60 s; a server that closes first loses a request now and then. */
const KEEP_ALIVE_MS = 65_000;

/**
 * An answer of which nothing could be written for so long has no reader any more. Comments are written to event streams each
 * 12 s, so one that is read is never as quiet.
 */
const STALLED_MS = 60_000;

/** A megabyte in 30 s is slower than any client that means it. */
const REQUEST_RECEIVED_MS = 30_000;

/** On every answer of a sandbox, so that no client takes invented people for real ones. */
const SIMULATED_HEADER = 'x-gateway-simulated';

/** A connection that is silent is asked after so long whether the other end is still there; Linux gives up 10 s later. */
const PROBE_MS = 30_000;

/**
 * The gateway's HTTP side: /graphql (JSON, event streams, WebSockets, GraphiQL), /health/live, /health/ready, /metrics, and
 * what frontDoor.ts has for browsers.
 */
export function createGatewayServer(options: GatewayServerOptions): GatewayServer {
  const { config, log, stalledMs = STALLED_MS } = options;
  const isAllowedHost = createHostCheck(config.host);
  const origins = createOrigins({
    configured: config.corsOrigins,
    loopback: options.simulated === true && isLoopback(config.host),
    log,
  });
  const clients = options.clients ?? createClients({ clients: clientsOfKeys(config.apiKeys), issuers: [] }, log);
  const { limits } = options;
  const engine = createEngine(options.schema, log, {
    limits: limits?.operation,
    introspection: limits?.introspection,
    audit: options.audit,
  });
  const letIn = createDoorkeeper(clients, createGuesses());
  const answerJson = createJsonAnswer(engine);
  const answerTime = new AnswerTime();
  const graphiql = options.graphiql ? createGraphiqlPage(options.graphiqlTabs ?? [], !clients.open) : null;
  const frontDoor = createFrontDoor({
    schema: limits?.introspection === false ? null : engine.schema,
    graphiql: options.graphiql,
    metrics: options.metrics !== undefined && options.metrics.access !== 'off',
    keysRequired: !clients.open,
    simulators: options.simulators ?? null,
  });
  const streams = new Set<AbortController>();
  let closing: Promise<void> | null = null;

  const viewerOf = ({ headers, socket }: IncomingMessage): Promise<Viewer> =>
    letIn(headers.authorization, socket.remoteAddress);

  const graphql = async (exchange: Exchange): Promise<void> => {
    const { request, response, headers, abort } = exchange;
    const { method } = request;
    const { accept } = request.headers;
    if (method === 'GET' && graphiql && prefersHtml(accept)) {
      return graphiql.send(response, headers, takesCoding(request.headers['accept-encoding'], 'gzip'));
    }
    checkSite(request, origins);
    const viewer = await viewerOf(request);
    const { client } = viewer;
    exchange.client = client;
    if (method !== 'GET' && method !== 'POST') {
      throw new HttpError(405, 'METHOD_NOT_ALLOWED', 'GraphQL takes GET and POST.', { allow: 'GET, POST' });
    }
    if (method === 'POST') checkMediaType(request);
    else checkQuery(request);
    const types = acceptedTypes(request);
    const deadlineMs = deadlineOf(headerOf(request, DEADLINE_HEADER), {
      usual: config.deadlineMs,
      most: config.longestDeadlineMs,
    });
    let body = method === 'POST' ? await readBody(request, abort.signal) : undefined;
    let url = request.url ?? '/graphql';
    const spending = spendingOf(limits, viewer, headerOf(request, COST_HEADER) === '1');
    const unpaid = body === undefined ? null : await spending?.payForBody(body.length);
    if (unpaid) throw unpaid;
    const persisted = limits?.persisted ?? null;
    if (persisted && body !== undefined) body = withPersistedText(persisted, body);
    else if (persisted) url = withPersistedQuery(persisted, url);
    const { requestId } = exchange;
    const question = { header: headerOf(request, RECEIPT_HEADER), body, url: request.url };
    const receipt = config.receipts && isReceiptWanted(question) ? new Receipt() : null;
    const budget = () => spending?.account?.state ?? null;
    const newContext = (deadline: Deadline) =>
      options.context({
        headers: { get: (name) => headerOf(request, name) },
        viewer,
        client,
        requestId,
        deadline,
        receipt,
        budget,
      });
    const { started } = exchange;
    const deadline = new Deadline(started + answerTime.waitMs(deadlineMs), abort.signal);
    const made = newContext(deadline);
    const resolverContext: unknown = made instanceof Promise ? await made : made;
    const scope: RequestScope = {
      signal: abort.signal,
      viewer,
      resolverContext,
      newContext: () => newContext(Deadline.after(answerTime.waitMs(deadlineMs), abort.signal)),
      receipt,
      spending,
      requestId,
      takesEvents: types.stream !== null,
      takesParts: types.parts !== null,
      inParts: false,
      seen: exchange.seen ?? undefined,
    };
    const { single } = types;
    const isPlain = single === JSON_TYPE || single === GRAPHQL_RESPONSE;
    const answer = body !== undefined && isPlain ? await answerJson(body, single, scope) : null;
    if (answer) {
      answerTime.took(performance.now() - deadline.at);
      send(exchange, answer.status, answer.headers, answer.body);
      return;
    }
    const asked = body === undefined ? paramsOfUrl(url) : paramsOfBody(body);
    if (!persisted && asked) persistedText(null, asked);
    const unread = spending?.account ? unknownText(engine, asked?.query) : null;
    const tooLittle = unread === null ? null : await spending?.payForReading(unread);
    if (tooLittle) throw tooLittle;
    await answerByYoga(engine, { method, url, types, body }, scope, response, headers, () => {
      // An answer in parts is quiet for as long as a part is waited for, is over with its deadline, and drained like any other.
      request.socket.setTimeout(scope.inParts ? stalledMs + config.longestDeadlineMs : stalledMs);
      if (scope.inParts) return;
      streams.add(abort);
      const { authorization } = request.headers;
      const letGo = clients.watch(authorization, viewer, () => abort.abort(new AccessWithdrawn()));
      response.once('close', () => {
        streams.delete(abort);
        letGo();
      });
      if (closing) abort.abort(new ShuttingDown());
    });
  };

  const health = async (exchange: Exchange, path: string): Promise<void> => {
    if (path === '/health/live') return sendJson(exchange, 200, { status: 'live' });
    const { ready, detail } = await options.ready();
    const serving = ready && closing === null;
    return sendJson(exchange, serving ? 200 : 503, { ready: serving, ...detail });
  };

  const route = async (exchange: Exchange): Promise<void> => {
    const { request, headers } = exchange;
    checkHost(request, isAllowedHost);
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    if (path === '/health/live' || path === '/health/ready') {
      exchange.route = 'health';
      return health(exchange, path);
    }
    if (path === '/metrics' && options.metrics) {
      exchange.route = 'metrics';
      const { metrics, access } = options.metrics;
      const viewer = () => viewerOf(request);
      return answerMetrics(exchange, { metrics, access: access ?? (clients.open ? 'on' : 'token'), viewer });
    }
    if (path === '/graphql' && options.serves === false) {
      throw new HttpError(404, 'NOT_FOUND', 'This replica works on tasks; others answer GraphQL.');
    }
    if (options.serves !== false && (await frontDoor(exchange, path, () => viewerOf(request)))) return;
    if (path !== '/graphql') throw new HttpError(404, 'NOT_FOUND', 'There is nothing here; GraphQL is at /graphql.');
    exchange.route = 'graphql';
    exchange.seen = options.observer?.began(request.headers, 'HTTP') ?? null;
    Object.assign(headers, corsHeaders(request, origins));
    if (isPreflight(request)) {
      if (!origins.allows(request.headers.origin)) throw origins.refusal(request.headers.origin);
      return send(exchange, 204, {}, '');
    }
    return exchange.seen ? exchange.seen.within(() => graphql(exchange)) : graphql(exchange);
  };

  const fail = (exchange: Exchange, error: unknown): void => {
    const { request, response } = exchange;
    if (response.headersSent || response.destroyed) {
      if (!response.destroyed) log.error({ requestId: exchange.requestId, err: error }, 'the answer broke off');
      response.destroy();
      return;
    }
    const type = errorTypeOf(request.headers.accept);
    const refusal = error instanceof HttpError ? error : null;
    if (refusal) exchange.reason = refusal.reason;
    const status =
      error instanceof DocumentHttpError && type === JSON_TYPE && takesPlainJson(request.headers.accept)
        ? 200
        : (refusal?.status ?? 500);
    const body = refusal?.toJSON() ?? withoutInternals({ errors: [engine.maskError(error, exchange.requestId)] });
    exchange.seen?.errors(body.errors ?? []);
    // Read on, so that a client in the midst of sending gets to read the answer.
    if (!request.complete) request.resume();
    send(exchange, status, { ...refusal?.headers, 'content-type': `${type}; charset=utf-8` }, JSON.stringify(body));
  };

  const webSockets = createWebSockets({
    engine,
    clients,
    letIn,
    isAllowedHost,
    origins,
    receipts: config.receipts,
    limits,
    observer: options.observer,
    log,
    context: ({ client, viewer, signal, requestId, receipt, budget }) =>
      options.context({
        headers: { get: (name) => headerOf(client.request, name) },
        viewer,
        client: viewer.client,
        requestId,
        deadline: Deadline.after(answerTime.waitMs(config.deadlineMs), signal),
        receipt,
        budget,
      }),
  });

  const server = createServer({ keepAlive: true, keepAliveInitialDelay: PROBE_MS }, (request, response) => {
    const exchange = createExchange(request, response);
    if (options.simulated) exchange.headers[SIMULATED_HEADER] = 'true';
    response.once('close', () => {
      const aborted = !response.writableFinished;
      if (aborted) exchange.abort.abort();
      const { method } = request;
      // What was never sent says nothing.
      const status = response.headersSent ? response.statusCode : null;
      noteEnd(log, { ...exchange, method, status, aborted });
    });
    if (closing) exchange.headers['connection'] = 'close';
    void route(exchange)
      .catch((error: unknown) => fail(exchange, error))
      // Once all is written Node counts the idle time instead.
      .finally(() => {
        if (!response.writableFinished) request.socket.setTimeout(stalledMs);
      });
  });
  const connections = followConnections(server);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    afterAnswer(connections.answering(socket), socket, () => {
      if (asksForWebSocket(request) && options.serves !== false) webSockets.upgrade(request, socket, head);
      else ignoreUpgrade(server, request, socket, head);
    });
  });
  server.requestTimeout = REQUEST_RECEIVED_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;

  const drain = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => {
      // Not that of HTTP, which closes all idle connections at once.
      NetServer.prototype.close.call(server, () => resolve());
    });
    for (const stream of streams) stream.abort(new ShuttingDown());
    connections.drain(options.lingerMs ?? 0);
    const force = setTimeout(
      () => {
        server.closeAllConnections();
        webSockets.terminate();
      },
      options.drainMs ?? config.longestDeadlineMs + ANSWERED_MS,
    );
    await Promise.all([closed, webSockets.drain()]);
    clearTimeout(force);
    // Now that of HTTP, for its timers.
    server.close();
    await engine.yoga.dispose();
  };

  return {
    listen: async () => ({ url: await listen(server, config) }),
    close: () => (closing ??= drain()),
  };
}
