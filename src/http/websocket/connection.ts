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
  /** Ends the watch over its client's access. */
  letGo: () => void;
  /** Who watches it; absent where nobody does. */
  seen: Observed | undefined;
  started: number;
}

/** One open WebSocket with what runs on it. */
export class WebSocketClient {
  readonly socket: WebSocket;
  /** The request that was upgraded. */
  readonly request: IncomingMessage;
  /** What it said on connecting. */
  authorization: string | undefined;
  /** As of its key or token; null while access is open or nothing was said yet. */
  name: string | null = null;
  readonly ids = new OperationIds();
  /** By their own ids, which are not the client's: see OperationIds. */
  readonly operations = new Map<string, SocketOperation>();
  /** Whether it has said who it is, and was let in. */
  acknowledged = false;
  /** Messages being dealt with; one that starts an operation is until the last of its results is sent. */
  handling = 0;
  /** Whether anything came in since the last ping. */
  #heard = true;
  closing = false;

  readonly #log: Log;
  /** Characters of the messages that payloads came in. */
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

  /** It has said who it is, and may send as much as any client. */
  letIn(): void {
    this.acknowledged = true;
    this.#leavePending();
  }

  /**
   * Reads a message for graphql-ws; undefined where there is nothing to do, since the client completes what has ended. Throws
   * a SyntaxError where it is not JSON.
   */
  read(text: string): unknown {
    const message = this.ids.incoming(JSON.parse(text));
    const payload: unknown = (message as { payload?: unknown } | null | undefined)?.payload;
    if (typeof payload === 'object' && payload !== null) this.#lengths.set(payload, text.length);
    return message;
  }

  /** Characters of the message that a payload came in. */
  lengthOf(payload: object): number {
    return this.#lengths.get(payload) ?? 0;
  }

  /** Pings; a client that was silent since the last ping is gone, and its socket is torn down. */
  beat(): void {
    if (!this.#heard) return this.socket.terminate();
    this.#heard = false;
    if (this.socket.readyState === this.socket.OPEN) this.socket.ping();
  }

  /**
   * Sends a message of the protocol under the client's id. Resolves when it has left this process, so that whoever waits for it
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

  /** Takes note of the end of an operation, once. */
  ended(id: string, status: number | null): void {
    const operation = this.operations.get(id);
    if (!operation || !this.operations.delete(id)) return;
    operation.letGo();
    const { requestId, started, abort, seen } = operation;
    this.note({ requestId, started, seen, status, aborted: abort.signal.aborted });
  }

  /** Counts what came on this socket and has ended. */
  note(end: Omit<RequestEnd, 'method' | 'route' | 'client'>): void {
    noteEnd(this.#log, { method: 'WS', route: 'graphql', client: this.name, ...end });
  }

  /** Stops everything: the socket is gone. */
  gone(): void {
    this.#leavePending();
    for (const [id, { abort }] of this.operations) {
      abort.abort();
      this.ended(id, null);
    }
  }

  /** Closes with a reason; without waiting for the other end where nobody has said yet who that is. */
  close(code?: number, reason?: string): void {
    this.socket.close(code, reason);
    if (!this.acknowledged) this.request.socket.destroySoon();
  }

  /** Ends streams with a last event that says why, lets the rest finish, and closes. Resolves once closed. */
  async drain(): Promise<void> {
    this.closing = true;
    const closed = once(this.socket, 'close');
    for (const { isStream, abort } of this.operations.values()) if (isStream) abort.abort(new ShuttingDown());
    this.closeWhenIdle();
    await closed;
  }

  /** While draining, closes once every message was dealt with. */
  closeWhenIdle(): void {
    if (this.closing && this.handling === 0) this.socket.close(1001, 'Going away');
  }
}
