import { StoreUnavailableError } from '../domain/storeUnavailable.ts';

/** Redis cannot be asked now: it is away or too slow, and what was under way may have taken effect; or it refused (`refused`). */
export class RedisUnavailableError extends StoreUnavailableError {
  override readonly name = 'RedisUnavailableError';
}

/** Answers of a server that is there and cannot serve now, each with what to tell whoever runs it. */
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
/** At the beginning, and in the text that servers before 7 make of an error within a script: `ERR Error running script …: -OOM …`. */
const REFUSED = new RegExp(`(?:^|: -)(${Object.keys(REFUSALS).join('|')})(?: |$)`);

/** The error as it is thrown on: unavailable, unless the server said something about the command itself. */
export function fromRedis(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RedisUnavailableError) return error;
  if (error.name !== 'ReplyError') return new RedisUnavailableError('Redis does not answer.', { cause: error });
  const [, code = ''] = REFUSED.exec(error.message) ?? [];
  const reason = REFUSALS[code];
  if (reason === undefined) return error;
  return new RedisUnavailableError(`Redis does not serve: ${reason}.`, { cause: error, refused: true });
}

/** Whether the server refuses the connection itself, for which the configuration has to change: waiting is no use at a start. */
export function isLockedOut(error: unknown): boolean {
  if (!(error instanceof RedisUnavailableError) || !(error.cause instanceof Error)) return false;
  return /^(?:NOAUTH|WRONGPASS|DENIED) /.test(error.cause.message);
}
