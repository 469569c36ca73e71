/**
 * The results of mapping what the source gives. Not a generator: one that waits for the next event would take note of
 * `return` only after it. A failure of `map` ends the source.
 */
export function eachEvent<Event, Result>(
  source: AsyncIterable<Event>,
  map: (event: Event) => Promise<Result>,
): AsyncIterableIterator<Result> {
  const iterator = source[Symbol.asyncIterator]();
  const end = async (): Promise<IteratorResult<Result>> => {
    await iterator.return?.();
    return { done: true, value: undefined };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const event = await iterator.next();
      if (event.done === true) return { done: true, value: undefined };
      try {
        return { done: false, value: await map(event.value) };
      } catch (error) {
        await end();
        throw error;
      }
    },
    return: end,
  };
}
