/** Stands for all callers that are not distinguished: access control is off, or the work is the gateway's own. */
export const NO_CLIENT = '';

/**
 * The clients on whose behalf a call is made, by the names under which they take turns at a provider. Another client
 * may join while the call waits, and brings its own turn along: a client that shares a read does not wait in the queue
 * of the client that asked first.
 */
export class CallClients {
  readonly #names: Set<string>;
  readonly #listeners = new Set<(name: string) => void>();

  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
  }

  get names(): ReadonlySet<string> {
    return this.#names;
  }

  add(name: string): void {
    if (this.#names.has(name)) return;
    this.#names.add(name);
    for (const listener of this.#listeners) listener(name);
  }

  /** Calls back for each client that joins, until the returned function is called. */
  onAdd(listener: (name: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The names of a call's clients; NO_CLIENT alone where it names none. */
export function clientNames(clients: CallClients | undefined): ReadonlySet<string> {
  return clients && clients.names.size > 0 ? clients.names : UNNAMED;
}

const UNNAMED: ReadonlySet<string> = new Set([NO_CLIENT]);
