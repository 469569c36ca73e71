/** The promise's value, or `late()` after the timeout; the promise itself goes on. */
export async function withTimeout<T>(milliseconds: number, promise: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(late()), milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
    // A failure after the timeout has no consumer left.
    promise.catch(() => {});
  }
}
