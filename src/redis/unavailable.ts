import { StoreUnavailableError } from '../domain/storeUnavailable.ts';

/**
 * Redis is unreachable or too slow, in which case a command may have taken effect, or it refused the command
 * (`refused`).
 */
export class RedisUnavailableError extends StoreUnavailableError {
  override readonly name = 'RedisUnavailableError';
}

/** Errors of a server that is reachable but cannot serve, each with an explanation for the operator. */
const REFUSALS: Readonly<Record<string, string>> = {
  OOM: 'its memory is full (maxmemory)',
  MISCONF: 'it cannot write to its disk (stop-writes-on-bgsave-error)',
  READONLY: 'it is a replica',
  NOREPLICAS: 'too few replicas follow it (min-replicas-to-write)',
  NOAUTH: 'it asks for a password, and REDIS_URL has none',
  WRONGPASS: 'it does not accept the user and password of REDIS_URL',
  NOPERM: 'the user of REDIS_URL lacks a permission',
  'ERR The user executing the script': 'the user of REDIS_URL lacks a permission',
  DENIED: 'it is in protected mode',
  LOADING: 'it loads its data',
  MASTERDOWN: 'it has lost its primary',
  CLUSTERDOWN: 'its cluster is down',
  TRYAGAIN: 'its cluster moves keys',
  BUSY: 'a script blocks it',
  EXECABORT: 'it takes no part of a transaction',
  'ERR max number of clients reached': 'it has too many connections (maxclients)',
};
/**
 * At the start, or where servers before version 7 wrap an error inside a script: `ERR Error running script …: -OOM …`.
 */
const REFUSED = new RegExp(`(?:^|: -)(${Object.keys(REFUSALS).join('|')})(?: |$)`);

/** Converts an error of the client: to unavailable, unless the server rejected the command itself. */
export function fromRedis(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RedisUnavailableError) return error;
  if (error.name !== 'ReplyError') return new RedisUnavailableError('Redis does not answer.', { cause: error });
  const [, code = ''] = REFUSED.exec(error.message) ?? [];
  const reason = REFUSALS[code];
  if (reason === undefined) return error;
  return new RedisUnavailableError(`Redis does not serve: ${reason}.`, { cause: error, refused: true });
}

/** Whether the server refuses the connection itself. Then waiting does not help: the configuration has to change. */
export function isLockedOut(error: unknown): boolean {
  if (!(error instanceof RedisUnavailableError) || !(error.cause instanceof Error)) return false;
  return /^(?:NOAUTH|WRONGPASS|DENIED) /.test(error.cause.message);
}
