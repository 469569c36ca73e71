import type { Redis } from 'ioredis';
import { withTimeout } from '../lib/timeout.ts';
import { luaScript } from '../redis/script.ts';
import type { Copy } from './cacheEntry.ts';
import type { Found, SharedCache, SharedCaches } from './sharedCache.ts';

/** What a read waits for Redis at most; a provider's answer takes longer. */
const WAIT_MS = 50;
/** After it did not answer in time it is left alone so long, for each further read would wait as well. */
const REST_MS = 1_000;
const LOG_EVERY_MS = 60_000;
/** Longer than any read that may be under way while a write comes. */
const MARK_MS = 10 * 60_000;
/** Clocks of replicas may differ by so much. */
const SKEW_MS = 5_000;
/** Characters; a skill that tens of thousands hold stays with each replica. */
const LARGEST = 1_000_000;
/** Copies to be dropped once Redis is back. */
const MAX_OWED = 10_000;

export interface RedisCacheOptions {
  redis: Redis;
  /** Before all keys, with a hash tag. */
  prefix: string;
  tenant: string;
  log: { warn(details: object, message: string): void };
  now?: (() => number) | undefined;
  /** What a read waits for Redis at most; only tests replace it. */
  waitMs?: number | undefined;
}

/**
 * Copies in Redis, one text an entity: `<mark>:<began>:<at>:<JSON>`. The mark is the time of the last write; right after a
 * write the text is `<mark>::` and holds no copy.
 */
export function redisCaches({
  redis,
  prefix,
  tenant,
  log,
  now = Date.now,
  waitMs = WAIT_MS,
}: RedisCacheOptions): SharedCaches {
  let restsUntil = -Infinity;
  let loggedAt = -Infinity;
  const owed = new Map<string, number>();

  const away = (error: unknown): null => {
    restsUntil = now() + REST_MS;
    if (now() - loggedAt < LOG_EVERY_MS) return null;
    loggedAt = now();
    log.warn({ err: error }, 'the shared cache does not answer: each replica uses its own');
    return null;
  };
  /** Null when Redis is away, fails or takes too long. */
  const ask = async <T>(command: () => Promise<T>): Promise<T | null> => {
    if (now() < restsUntil) return null;
    if (redis.status !== 'ready') return away(new Error('not connected'));
    return withTimeout<T>(waitMs, command(), () => {
      throw new Error(`no answer within ${waitMs} ms`);
    }).catch(away);
  };
  const owe = (keys: readonly string[], at: number) => {
    for (const key of keys) {
      if (owed.size < MAX_OWED) owed.set(key, Math.max(at, owed.get(key) ?? at));
    }
  };
  const drop = async (keys: readonly string[], at: number) => {
    const age = now() - at > MARK_MS ? 'old' : 'new';
    if ((await ask(() => redis.eval(DROP, 1, prefix, at, SKEW_MS, MARK_MS, age, ...keys))) === null) owe(keys, at);
  };
  const settle = () => {
    const all = [...owed];
    owed.clear();
    for (const [key, at] of all) void drop([key], at);
  };

  return (integration): SharedCache => {
    const keyOf = (kind: string, id: string) =>
      `cache:${encodeURIComponent(tenant)}:${encodeURIComponent(integration)}:${kind}:${id}`;
    return {
      async get(kind, ids) {
        // On the same connection before the question: what is owed is not read any more.
        if (owed.size > 0 && now() >= restsUntil) settle();
        const texts = await ask(() => redis.mget(ids.map((id) => prefix + keyOf(kind, id))));
        return texts && new Map(ids.map((id, index) => [id, parse(texts[index] ?? null)]));
      },
      put(kind, copies, keepMs) {
        const texts = copies.flatMap(({ id, mark, copy }) => {
          const json = JSON.stringify(copy.value);
          return json.length > LARGEST
            ? []
            : [keyOf(kind, id), mark, copy.began, `${mark}:${copy.began}:${copy.at}:${json}`];
        });
        if (texts.length > 0) void ask(() => PUT(redis, prefix, [keepMs, ...texts]));
      },
      drop(kind, ids, at) {
        void drop(
          ids.map((id) => keyOf(kind, id)),
          at,
        );
      },
    };
  };
}

/** What another release wrote in a form that is not known counts as nothing. */
function parse(text: string | null): Found {
  const [, mark, began, at, json] = /^(\d*):(\d*):(?:(\d+):(.*))?$/s.exec(text ?? '') ?? [];
  if (mark === undefined || json === undefined) return { copy: null, mark: mark ?? '' };
  try {
    const copy: Copy<unknown> = { value: JSON.parse(json), at: Number(at), began: Number(began) };
    return { copy, mark };
  } catch {
    return { copy: null, mark };
  }
}

/** ARGV: how long to keep; then for each copy key, the mark that was seen, when its read began, text. */
const PUT = luaScript(`
for i = 2, #ARGV, 4 do
  local key = KEYS[1] .. ARGV[i]
  local mark, began = string.match(redis.call('GETRANGE', key, 0, 63), '^(%d*):(%d*):')
  local later = began and began ~= '' and tonumber(began) > tonumber(ARGV[i + 2])
  if (mark or '') == ARGV[i + 1] and not later then redis.call('SET', key, ARGV[i + 3], 'PX', ARGV[1]) end
end
return 1
`);

/**
 * ARGV: time of the write, difference of clocks, how long marks last, 'old' when no read can be under way; keys. Sent in
 * full: by its digest it might have to be sent again, behind reads that are to come after it.
 */
const DROP = `
local at = tonumber(ARGV[1])
for i = 5, #ARGV do
  local key = KEYS[1] .. ARGV[i]
  local mark, began = string.match(redis.call('GETRANGE', key, 0, 63), '^(%d*):(%d*):')
  local told = mark and mark ~= '' and tonumber(mark) >= at
  local later = began and began ~= '' and tonumber(began) > at + tonumber(ARGV[2])
  if not told and not later and (mark or ARGV[4] == 'new') then
    redis.call('SET', key, ARGV[1] .. '::', 'PX', ARGV[3])
  end
end
return 1
`;
