import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { SubscribePayload } from 'graphql-ws';
import type { WebSocket } from 'ws';
import { ShuttingDown } from './endOnAbort.ts';
import type { Log } from './log.ts';
import type { Observed } from './observer.ts';
import { noteEnd, type RequestEnd } from './requestEnd.ts';

/** An operation under way on a socket. */
export interface SocketOperation {
  /** The client's own name for it. */
  id: string;
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
  /** By the payload they came with: a client may use an id again before the operation it completed has ended. */
  readonly operations = new Map<SubscribePayload, SocketOperation>();
  /** Messages being dealt with; one that starts an operation is until the last of its results is sent. */
  handling = 0;
  /** Whether anything came in since the last ping. */
  #heard = true;
  closing = false;

  readonly #log: Log;

  constructor(socket: WebSocket, request: IncomingMessage, log: Log) {
    this.#log = log;
    this.socket = socket;
    this.request = request;
    socket.on('pong', () => (this.#heard = true));
    socket.on('message', () => (this.#heard = true));
  }

  /** Pings; a client that was silent since the last ping is gone, and its socket is torn down. */
  beat(): void {
    if (!this.#heard) return this.socket.terminate();
    this.#heard = false;
    if (this.socket.readyState === this.socket.OPEN) this.socket.ping();
  }

  /** Resolves when the text has left this process, so that whoever waits for it sends no faster than the client reads. */
  async send(text: string): Promise<void> {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return;
    await new Promise<void>((resolve) => {
      // A failure closes the socket, and that ends all operations.
      socket.send(text, () => resolve());
    });
  }

  /** Stops the operations of this id: the client wants no more of them. */
  completed(id: string): void {
    for (const operation of this.operations.values()) if (operation.id === id) operation.abort.abort();
  }

  /** Takes note of the end of an operation, once. */
  ended(payload: SubscribePayload, status: number | null): void {
    const operation = this.operations.get(payload);
    if (!operation || !this.operations.delete(payload)) return;
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
    for (const [payload, { abort }] of this.operations) {
      abort.abort();
      this.ended(payload, null);
    }
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
