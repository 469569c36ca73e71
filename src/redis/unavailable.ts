/** Redis cannot be asked now: it is away, too slow to answer, or still loading. What was under way may have taken effect. */
export class RedisUnavailableError extends Error {
  override readonly name = 'RedisUnavailableError';
}

/** Answers of a server that is there and cannot serve now. */
const NOT_NOW = /^(?:LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|NOREPLICAS|READONLY|BUSY) /;

/** The error as it is thrown on: unavailable, unless the server said something about the command itself. */
export function fromRedis(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RedisUnavailableError) return error;
  if (error.name === 'ReplyError' && !NOT_NOW.test(error.message)) return error;
  return new RedisUnavailableError('The store (Redis) does not answer.', { cause: error });
}
