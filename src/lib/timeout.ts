const LATE = Symbol('late');

/** The promise's value, or what `late` returns or throws after the timeout; the promise itself goes on. */
export async function withTimeout<T>(milliseconds: number, promise: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(resolve, milliseconds, LATE);
  });
  try {
    const first = await Promise.race([promise, timeout]);
    return first === LATE ? late() : first;
  } finally {
    clearTimeout(timer);
    // A failure after the timeout has no consumer left.
    promise.catch(() => {});
  }
}
