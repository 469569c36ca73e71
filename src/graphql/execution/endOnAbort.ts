import { GraphQLError } from 'graphql';

/** The reason with which streams are ended when the server closes. */
export class ShuttingDown extends Error {
  override readonly name = 'ShuttingDown';

  constructor() {
    super('The gateway is shutting down.');
  }
}

/** What an operation is told that ends because the server does: a watcher must not take it for the end of the task. */
export function shuttingDown(): GraphQLError {
  const { message } = new ShuttingDown();
  return new GraphQLError(`${message} Subscribe again.`, { extensions: { code: 'SHUTTING_DOWN' } });
}

/**
 * The same results, ended as soon as the signal is aborted, even while the source waits for its next event; the source is
 * told to return. `farewell` may give a last result for the reason of the abort.
 */
export function endOnAbort<Result>(
  source: AsyncIterable<Result>,
  signal: AbortSignal,
  farewell: (reason: unknown) => Result | null,
): AsyncIterableIterator<Result> {
  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  const end = (): IteratorResult<Result> => {
    const last = ended ? null : farewell(signal.reason);
    ended = true;
    // A source that waits inside a generator returns only after its next event: not to be waited for.
    void Promise.resolve(iterator.return?.()).catch(() => {});
    return last === null ? { done: true, value: undefined } : { done: false, value: last };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next() {
      if (ended) return Promise.resolve({ done: true, value: undefined });
      if (signal.aborted) return Promise.resolve(end());
      return new Promise((resolve, reject) => {
        const abort = () => resolve(end());
        signal.addEventListener('abort', abort, { once: true });
        iterator
          .next()
          .then(resolve, reject)
          .finally(() => signal.removeEventListener('abort', abort));
      });
    },
    async return() {
      ended = true;
      await iterator.return?.();
      return { done: true, value: undefined };
    },
  };
}
