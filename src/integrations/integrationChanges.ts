import type { Integration } from './integration.ts';

/** Tells watchers which of some integrations have changed. */
export class IntegrationChanges {
  readonly #integrations: readonly Integration[];
  readonly #closing = new Set<() => void>();
  #closed = false;

  constructor(integrations: readonly Integration[]) {
    this.#integrations = integrations;
  }

  /** Watchers that have not ended. */
  get size(): number {
    return this.#closing.size;
  }

  /** Ends all watches, and each that is begun later: nothing changes here any more. */
  close(): void {
    this.#closed = true;
    for (const end of this.#closing) end();
  }

  /**
   * Each integration as often as its state, breaker or sync state changes from now on. One that changes again before it is
   * read comes once, as it is then. Ends on abort, or when the reader returns.
   */
  watch(signal: AbortSignal): AsyncIterableIterator<Integration> {
    const waiting = new Set<Integration>();
    const readers: ((result: IteratorResult<Integration>) => void)[] = [];
    let ended = false;
    const serve = () => {
      while (readers.length > 0) {
        const [next] = waiting;
        if (!next && !ended) return;
        if (next) waiting.delete(next);
        readers.shift()?.(next ? { done: false, value: next } : { done: true, value: undefined });
      }
    };
    const stops = this.#integrations.map((integration) =>
      integration.onChange(() => {
        waiting.add(integration);
        serve();
      }),
    );
    const end = () => {
      if (ended) return;
      ended = true;
      for (const stop of stops) stop();
      this.#closing.delete(end);
      signal.removeEventListener('abort', end);
      waiting.clear();
      serve();
    };
    this.#closing.add(end);
    if (signal.aborted || this.#closed) end();
    else signal.addEventListener('abort', end, { once: true });
    return {
      next: () =>
        new Promise((resolve) => {
          readers.push(resolve);
          serve();
        }),
      return: () => {
        end();
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}
