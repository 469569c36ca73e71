import type { Integration } from './integration.ts';

/**
 * Each integration as often as its state, breaker or sync state changes from now on. One that changes again before it is
 * read comes once, as it is then. Ends on abort, or when the reader returns.
 */
export function watchIntegrations(
  integrations: readonly Integration[],
  signal: AbortSignal,
): AsyncIterableIterator<Integration> {
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
  const stops = integrations.map((integration) =>
    integration.onChange(() => {
      waiting.add(integration);
      serve();
    }),
  );
  const end = () => {
    if (ended) return;
    ended = true;
    for (const stop of stops) stop();
    signal.removeEventListener('abort', end);
    waiting.clear();
    serve();
  };
  if (signal.aborted) end();
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
