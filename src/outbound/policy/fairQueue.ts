import { clientNames, type CallClients } from '../../domain/callClients.ts';

type Kind = 'read' | 'write';

/** What waits: a read or a write, numbered in the order of asking, for some clients. */
export interface Queued {
  kind: Kind;
  number: number;
  clients?: CallClients | undefined;
}

/** The next to go, and the client whose turn it is. */
export interface Turn<Item> {
  item: Item;
  client: string;
}

/**
 * Requests that wait, in a queue for each client. Clients take turns (round robin), each in its own order of asking, so that
 * one client with a thousand requests delays another by one request and not by a thousand.
 */
export class FairQueue<Item extends Queued> {
  /** By client: who is next comes first. Reads and writes apart, since one kind may have a place while the other has none. */
  readonly #queues = new Map<string, Record<Kind, Set<Item>>>();
  /** Every item, with how to hear no more of its clients. */
  readonly #items = new Map<Item, () => void>();

  get size(): number {
    return this.#items.size;
  }

  has(item: Item): boolean {
    return this.#items.has(item);
  }

  /** Items that wait for this client. */
  sizeOf(client: string): number {
    const queue = this.#queues.get(client);
    return queue ? queue.read.size + queue.write.size : 0;
  }

  add(item: Item): void {
    for (const name of clientNames(item.clients)) this.#enqueue(item, name);
    this.#items.set(item, item.clients?.onAdd((name) => this.#enqueue(item, name)) ?? (() => {}));
  }

  delete(item: Item): void {
    this.#items.get(item)?.();
    if (!this.#items.delete(item)) return;
    for (const name of clientNames(item.clients)) {
      const queue = this.#queues.get(name);
      queue?.[item.kind].delete(item);
      if (queue && queue.read.size + queue.write.size === 0) this.#queues.delete(name);
    }
  }

  /** The first item of the first client that has one which may go; undefined where none has. */
  next(mayGo: (kind: Kind, client: string) => boolean): Turn<Item> | undefined {
    for (const [client, { read, write }] of this.#queues) {
      const [firstRead] = read.size > 0 && mayGo('read', client) ? read : [];
      const [firstWrite] = write.size > 0 && mayGo('write', client) ? write : [];
      const item =
        firstRead && firstWrite
          ? firstRead.number < firstWrite.number
            ? firstRead
            : firstWrite
          : (firstRead ?? firstWrite);
      if (item) return { item, client };
    }
    return undefined;
  }

  /** Takes an item out whose turn has come; its client is the last in turn from now on. */
  take({ item, client }: Turn<Item>): void {
    this.delete(item);
    const queue = this.#queues.get(client);
    if (!queue) return;
    this.#queues.delete(client);
    this.#queues.set(client, queue);
  }

  [Symbol.iterator](): IterableIterator<Item> {
    return this.#items.keys();
  }

  #enqueue(item: Item, client: string): void {
    let queue = this.#queues.get(client);
    if (!queue) this.#queues.set(client, (queue = { read: new Set(), write: new Set() }));
    queue[item.kind].add(item);
  }
}
