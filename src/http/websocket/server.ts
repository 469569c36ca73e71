import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { CloseCode, handleProtocols, MessageType } from 'graphql-ws';
import { WebSocketServer, type ServerOptions, type WebSocket } from 'ws';
import { MAX_BODY_BYTES } from '../body.ts';
import { requestIdOf } from '../exchange.ts';
import { JSON_TYPE } from '../../graphql/mediaTypes.ts';
import { createPendingSockets } from './pendingSockets.ts';
import { HttpError } from '../../domain/httpError.ts';
import { noteEnd } from '../accessLog.ts';
import { checkUpgrade, type UpgradeRules } from './upgradeChecks.ts';
import { WebSocketClient } from './connection.ts';
import { createProtocol, MAX_OPERATIONS, type ProtocolOptions } from './protocol.ts';

export interface WebSockets {
  /** Upgrades a request to a WebSocket, or refuses it with an HTTP status. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Accepts no more sockets and operations, ends streams, waits for running queries and closes. Resolves once all are closed. */
  drain(): Promise<void>;
  /** Destroys every socket that is still open. */
  terminate(): void;
}

/** The interval of comments on event streams, too; load balancers cut connections that are silent for 60 s. */
const PING_MS = 12_000;

/**
 * Messages of one client in progress at once; a message that starts an operation is in progress until the operation ends.
 * A client with twice as many as it may have operations sends without reading the answers, so its socket is paused.
 */
const MAX_HANDLING = 2 * MAX_OPERATIONS;

/** Time for an acknowledged client to answer the close frame. */
const CLOSE_MS = 2_000;

/** `@types/ws` does not know `closeTimeout` yet. */
const SOCKETS: ServerOptions & { closeTimeout: number } = {
  noServer: true,
  clientTracking: false,
  // The limit of bodies over HTTP; ws closes with 1009 beyond it.
  maxPayload: MAX_BODY_BYTES,
  // A message of that size has as many TCP segments of 64 bytes; each takes some hundred bytes more memory than it carries.
  maxBufferedChunks: 16_384,
  // Until then, ws still buffers what arrives.
  closeTimeout: CLOSE_MS,
  // A deflate context takes some 300 KB a socket, and answers are small.
  perMessageDeflate: false,
  handleProtocols,
};

/**
 * GraphQL over WebSocket, on the connections of an HTTP server. An adapter of our own between ws and graphql-ws, since
 * `useServer` of graphql-ws does not tell when a message was dealt with: docs/decisions.md, 80.
 */
export function createWebSockets(options: ProtocolOptions & UpgradeRules): WebSockets {
  const { log } = options;
  const protocol = createProtocol(options);
  const clients = new Set<WebSocketClient>();
  const pending = createPendingSockets();
  let closing = false;
  const upgrader = new WebSocketServer(SOCKETS);
  let beating: NodeJS.Timeout | null = null;

  const opened = (socket: WebSocket, request: IncomingMessage): void => {
    const client = new WebSocketClient(socket, request, { log, pending });
    clients.add(client);
    const left = options.observer?.socketOpened();
    beating ??= setInterval(() => clients.forEach((each) => each.beat()), PING_MS).unref();
    // `close` follows, and tells the protocol.
    socket.on('error', (error) => log.debug({ err: error, client: client.name }, 'a WebSocket failed'));
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => client.send(text),
        close: (code, reason) => client.close(code, reason),
        onMessage: (hear) => socket.on('message', (data: Buffer) => void handle(client, data.toString('utf8'), hear)),
      },
      { client },
    );
    socket.once('close', (code, reason) => {
      clients.delete(client);
      left?.();
      client.gone();
      if (clients.size === 0 && beating) {
        clearInterval(beating);
        beating = null;
      }
      closed(code, reason.toString('utf8')).catch((error: unknown) => failed(client, error));
    });
  };

  const handle = async (client: WebSocketClient, text: string, hear: (text: string) => Promise<void>) => {
    const { socket } = client;
    // Nothing can be answered once the socket closes.
    if (socket.readyState !== socket.OPEN) return;
    client.handling += 1;
    if (client.handling >= MAX_HANDLING) socket.pause();
    try {
      await dispatch(client, client.read(text), hear);
    } catch (error) {
      if (error instanceof SyntaxError) client.close(CloseCode.BadRequest, 'Invalid message received');
      else if (isOutOfPlace(error)) client.close(CloseCode.BadRequest, 'This message is for servers to send');
      // The payload of a ping is sent back, and serializing it recurses once for each level.
      else if (error instanceof RangeError) client.close(CloseCode.BadRequest, 'This message is nested too deeply');
      else failed(client, error);
    }
    client.handling -= 1;
    if (socket.isPaused && client.handling < MAX_HANDLING) socket.resume();
    client.closeWhenIdle();
  };

  /** Passes a message to graphql-ws, which accepts text or a parsed message although its types only know text. */
  const dispatch = async (client: WebSocketClient, message: unknown, hear: (text: string) => Promise<void>) => {
    if (message === undefined) return;
    const { type, id } = (message ?? {}) as { type?: unknown; id?: unknown };
    // graphql-ws ends streams upon it, but leaves queries running.
    if (type === MessageType.Complete) client.operations.get(String(id))?.abort.abort();
    await hear(message as string);
    if (type !== MessageType.Subscribe) return;
    // If the client completed the operation early, graphql-ws does not report its end.
    client.ended(String(id), null);
    client.ids.release(String(id));
  };

  const failed = (client: WebSocketClient, error: unknown): void => {
    log.error({ err: error, client: client.name }, 'a WebSocket is closed: a message could not be dealt with');
    client.close(4500, 'Internal server error');
  };

  return {
    upgrade(request, socket, head) {
      try {
        if (closing) throw new HttpError(503, 'SHUTTING_DOWN', 'The gateway is shutting down.');
        checkUpgrade(request, options);
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        const { method, url = '/' } = request;
        const route = url.split('?', 1)[0] === '/graphql' ? 'graphql' : 'other';
        const { status, reason } = error;
        const end = { method, route, status, reason, client: null, aborted: false, seen: null } as const;
        noteEnd(log, { requestId: requestIdOf(request), started: performance.now(), ...end });
        refuse(socket, error);
        return;
      }
      upgrader.handleUpgrade(request, socket, head, opened);
    },
    async drain() {
      closing = true;
      await Promise.all([...clients].map((client) => client.drain()));
    },
    terminate() {
      for (const { socket } of clients) socket.terminate();
    },
  };
}

/** Whether the client sent a message that only servers send: graphql-ws throws as if the server had failed. */
function isOutOfPlace(error: unknown): boolean {
  return error instanceof Error && /^Unexpected message of type \w+ received$/.test(error.message);
}

function refuse(socket: Duplex, refusal: HttpError): void {
  const body = JSON.stringify(refusal);
  // The client may be gone already, and an error without a listener would end the process.
  socket.on('error', () => socket.destroy());
  // Otherwise a client that leaves its end open would keep the connection forever.
  socket.once('finish', () => socket.destroy());
  socket.end(
    [
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
      'connection: close',
      `content-type: ${JSON_TYPE}; charset=utf-8`,
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}
