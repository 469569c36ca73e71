import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { WebSocket } from 'ws';
import { ShuttingDown } from '../../graphql/execution/endOnAbort.ts';
import type { Log } from '../../lib/log.ts';
import type { Observed } from '../../graphql/observer.ts';
import { OperationIds } from './operationIds.ts';
import type { PendingSockets } from './pendingSockets.ts';
import { noteEnd, type RequestEnd } from '../accessLog.ts';

/** An operation under way on a socket. */
export interface SocketOperation {
  requestId: string;
  isStream: boolean;
  abort: AbortController;
  /** Stops watching whether the client's access is withdrawn. */
  letGo: () => void;
  /** Its observation in metrics and traces; undefined without an observer. */
  seen: Observed | undefined;
  started: number;
}

/** One open WebSocket and the operations that run on it. */
export class WebSocketClient {
  readonly socket: WebSocket;
  /** The request that was upgraded. */
  readonly request: IncomingMessage;
  /** The credentials of `connection_init`, otherwise those of the upgrade request. */
  authorization: string | undefined;
  /** Named by its key or token; null before it is acknowledged, and where access is open. */
  name: string | null = null;
  readonly ids = new OperationIds();
  /** By the gateway's ids, which are not the client's: see OperationIds. */
  readonly operations = new Map<string, SocketOperation>();
  /** Whether the client was authenticated and accepted. */
  acknowledged = false;
  /** Messages in progress; one that starts an operation is in progress until its last result is sent. */
  handling = 0;
  /** Whether anything came in since the last ping. */
  #heard = true;
  closing = false;

  readonly #log: Log;
  /** The length of the message that each payload came in, in characters. */
  readonly #lengths = new WeakMap<object, number>();
  readonly #leavePending: () => void;

  constructor(socket: WebSocket, request: IncomingMessage, { log, pending }: { log: Log; pending: PendingSockets }) {
    this.#log = log;
    this.socket = socket;
    this.request = request;
    this.#leavePending = pending.add({
      connection: request.socket,
      end: (code, reason) => this.close(code, reason),
    });
    socket.on('pong', () => (this.#heard = true));
    socket.on('message', () => (this.#heard = true));
  }

  /** Accepts the client: the limits on pending sockets end. */
  letIn(): void {
    this.acknowledged = true;
    this.#leavePending();
  }

  /**
   * Parses a message for graphql-ws; undefined when the client completes an operation that has ended already. Throws a
   * SyntaxError when it is not JSON.
   */
  read(text: string): unknown {
    const message = this.ids.incoming(JSON.parse(text));
    const payload: unknown = (message as { payload?: unknown } | null | undefined)?.payload;
    if (typeof payload === 'object' && payload !== null) this.#lengths.set(payload, text.length);
    return message;
  }

  /** The length of the message that a payload came in, in characters. */
  lengthOf(payload: object): number {
    return this.#lengths.get(payload) ?? 0;
  }

  /** Pings. A client that has sent nothing since the last ping is gone, and its socket is destroyed. */
  beat(): void {
    if (!this.#heard) return this.socket.terminate();
    this.#heard = false;
    if (this.socket.readyState === this.socket.OPEN) this.socket.ping();
  }

  /**
   * Sends a protocol message under the client's id. Resolves when it has left this process, so that a caller that waits
   * sends no faster than the client reads.
   */
  async send(message: string): Promise<void> {
    const { socket } = this;
    const text = this.ids.outgoing(message);
    if (text === null || socket.readyState !== socket.OPEN) return;
    await new Promise<void>((resolve) => {
      // A failure closes the socket, and that ends all operations.
      socket.send(text, () => resolve());
    });
  }

  /** Records the end of an operation, once. */
  ended(id: string, status: number | null): void {
    const operation = this.operations.get(id);
    if (!operation || !this.operations.delete(id)) return;
    operation.letGo();
    const { requestId, started, abort, seen } = operation;
    this.note({ requestId, started, seen, status, aborted: abort.signal.aborted });
  }

  /** Reports the end of an operation, or of a refused connection, to the access log and the observer. */
  note(end: Omit<RequestEnd, 'method' | 'route' | 'client'>): void {
    noteEnd(this.#log, { method: 'WS', route: 'graphql', client: this.name, ...end });
  }

  /** Aborts every operation: the socket is closed. */
  gone(): void {
    this.#leavePending();
    for (const [id, { abort }] of this.operations) {
      abort.abort();
      this.ended(id, null);
    }
  }

  /** Closes with a reason, without waiting for the other end until the client is acknowledged. */
  close(code?: number, reason?: string): void {
    this.socket.close(code, reason);
    if (!this.acknowledged) this.request.socket.destroySoon();
  }

  /** Ends streams with a last event that says why, waits for running queries and closes. Resolves once closed. */
  async drain(): Promise<void> {
    this.closing = true;
    const closed = once(this.socket, 'close');
    for (const { isStream, abort } of this.operations.values()) if (isStream) abort.abort(new ShuttingDown());
    this.closeWhenIdle();
    await closed;
  }

  /** While draining, closes once no message is in progress. */
  closeWhenIdle(): void {
    if (this.closing && this.handling === 0) this.socket.close(1001, 'Going away');
  }
}
