import { MessageType } from 'graphql-ws';

/**
 * The ids of the operations on one socket. A client may reuse an id once either side has sent `complete`, or the server has
 * sent `error` (PROTOCOL.md of graphql-ws). The operation may still be running then, because a query always runs to its end;
 * graphql-ws keeps operations by id until they end, and would send the results of one under the id of the other. So each
 * operation gets an id of the gateway's here, and what it sends after its `complete` is dropped.
 */
export class OperationIds {
  readonly #ownOf = new Map<string, string>();
  readonly #clientsOf = new Map<string, string>();
  #last = 0;

  /** A message of the client under the gateway's id of its operation; undefined for a `complete` of one that has ended. */
  incoming(message: unknown): unknown {
    if (typeof message !== 'object' || message === null) return message;
    const { type, id } = message as { type?: unknown; id?: unknown };
    // graphql-ws refuses every other malformed message.
    if (typeof id !== 'string' || id === '') return message;
    if (type === MessageType.Subscribe) return { ...message, id: this.#ownOf.get(id) ?? this.#begin(id) };
    if (type !== MessageType.Complete) return message;
    const own = this.#ownOf.get(id);
    if (own === undefined) return undefined;
    this.release(own);
    return { ...message, id: own };
  }

  /** A message to the client under the client's id; null when the client has completed the operation. */
  outgoing(text: string): string | null {
    // As graphql-ws writes them: messages of operations begin with the id, and no others do.
    const [whole, own, type] = /^\{"id":"(\d+)","type":"(\w+)"/.exec(text) ?? [];
    if (whole === undefined || own === undefined) return text;
    const id = this.#clientsOf.get(own);
    if (id === undefined) return null;
    // The client may use the id again as soon as it reads this.
    if (type !== MessageType.Next) this.release(own);
    return `{"id":${JSON.stringify(id)},"type":"${type}"${text.slice(whole.length)}`;
  }

  /** Whether the client still waits for an operation, by the gateway's id. */
  isWanted(own: string): boolean {
    return this.#clientsOf.has(own);
  }

  /** Frees the client's id for another operation. */
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
