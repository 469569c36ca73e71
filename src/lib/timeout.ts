/** The promise's value, or `late()` once the time is over; the promise goes on. */
export async function withTimeout<T>(milliseconds: number, promise: Promise<T>, late: () => T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<T>((resolve) => {
    timer = setTimeout(() => resolve(late()), milliseconds);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
    // What comes after the deadline, also a failure, has nobody left to tell.
    promise.catch(() => {});
  }
}
