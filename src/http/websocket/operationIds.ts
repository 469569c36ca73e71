import { MessageType } from 'graphql-ws';

/**
 * The ids of the operations on one socket. A client may use an id again once either side has sent its `complete`, or the
 * server its `error` (PROTOCOL.md of graphql-ws), though the operation may still be running: a query has to come to its end.
 * graphql-ws keeps operations by id until they have ended, and would send the results of the one under the id of the other. So
 * each operation gets an id of its own here, and what one sends after its end is dropped.
 */
export class OperationIds {
  readonly #ownOf = new Map<string, string>();
  readonly #clientsOf = new Map<string, string>();
  #last = 0;

  /** A message of the client under its operation's own id; undefined for a `complete` of one that has ended. */
  incoming(message: unknown): unknown {
    if (typeof message !== 'object' || message === null) return message;
    const { type, id } = message as { type?: unknown; id?: unknown };
    // Whatever else is no proper message is refused by graphql-ws.
    if (typeof id !== 'string' || id === '') return message;
    if (type === MessageType.Subscribe) return { ...message, id: this.#ownOf.get(id) ?? this.#begin(id) };
    if (type !== MessageType.Complete) return message;
    const own = this.#ownOf.get(id);
    if (own === undefined) return undefined;
    this.release(own);
    return { ...message, id: own };
  }

  /** A message to the client under the id that it knows; null where it wants no more of the operation. */
  outgoing(text: string): string | null {
    // As graphql-ws writes them: those of operations begin with their id, and no others do.
    const [whole, own, type] = /^\{"id":"(\d+)","type":"(\w+)"/.exec(text) ?? [];
    if (whole === undefined || own === undefined) return text;
    const id = this.#clientsOf.get(own);
    if (id === undefined) return null;
    // The client may use the id again as soon as it reads this.
    if (type !== MessageType.Next) this.release(own);
    return `{"id":${JSON.stringify(id)},"type":"${type}"${text.slice(whole.length)}`;
  }

  /** Whether the client still waits for an operation, by its own id. */
  isWanted(own: string): boolean {
    return this.#clientsOf.has(own);
  }

  /** The client's id is free again. */
  release(own: string): void {
    const id = this.#clientsOf.get(own);
    if (id === undefined) return;
    this.#clientsOf.delete(own);
    this.#ownOf.delete(id);
  }

  #begin(id: string): string {
    this.#last += 1;
    const own = String(this.#last);
    this.#ownOf.set(id, own);
    this.#clientsOf.set(own, id);
    return own;
  }
}
