import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Call } from '../../domain/ports.ts';
import { luaScript } from '../../redis/script.ts';
import { withTimeout } from '../../lib/timeout.ts';

/** Where replicas share a rate. */
export interface RateStore {
  client: Redis;
  /** Before all its keys. */
  prefix: string;
}

/** For whom a token is taken. */
export interface Taking {
  purpose: Call['purpose'];
  /** Whose turn it is. */
  client: string;
  /** Requests of this client that wait for this purpose here, this one included. */
  waiting: number;
}

export interface Taken {
  /** Milliseconds until it is worth asking again; 0: a token is taken. */
  waitMs: number;
  /** Whether others have asked within the same second. */
  others: boolean;
}

/** One provider's rate, counted over all replicas. */
export interface SharedRate {
  /** Takes a token if there is one that no other client has a claim to; never rejects. */
  take(taking: Taking): Promise<Taken>;
}

/** A Redis that is there answers in under a millisecond. */
const PATIENCE_MS = 250;
/** How long a claim stands unused: a replica comes back within milliseconds of a token, or of the next second's beginning. */
const CLAIM_MS = 300;
/** Who respects whose claims: those of its own rank and of the ranks before it. */
const RANK: Readonly<Record<Taking['purpose'], number>> = { request: 1, task: 2, walk: 3 };

/**
 * Counts one provider's requests in Redis, and shares each second out among the clients that wait on any replica: a client
 * that has had its share leaves what others have a claim to. While Redis is away or silent, each replica keeps to half of
 * the rate by itself: two of them together then stay within it, more may see a 429 now and then, which is honoured. `now`,
 * in milliseconds, stands for the server's clock; only tests replace it.
 */
export function createSharedRate(
  store: RateStore,
  integration: string,
  requestsPerSecond: number,
  { now }: { now?: () => number } = {},
): SharedRate {
  const key = `${store.prefix}rate:${integration}`;
  const replica = randomBytes(6).toString('hex');
  const alone = new RateLimiterMemory({ points: Math.max(1, Math.floor(requestsPerSecond / 2)), duration: 1 });
  return {
    async take({ purpose, client, waiting }) {
      const claimant = `${RANK[purpose]}${client}`;
      const answer = await answerOf(store.client, () =>
        TAKE(store.client, key, [requestsPerSecond, claimant, replica, waiting, CLAIM_MS, now?.() ?? '']),
      );
      if (answer === null) return { waitMs: await takeAlone(alone), others: false };
      return { waitMs: answer[0], others: answer[1] === 1 };
    },
  };
}

/** What the script answers; null where Redis is away, fails or does not answer in time. */
async function answerOf(redis: Redis, run: () => Promise<unknown>): Promise<[waitMs: number, others: number] | null> {
  if (redis.status !== 'ready') return null;
  const answer = run().then(
    (reply) => reply as [number, number],
    () => null,
  );
  return withTimeout(PATIENCE_MS, answer, () => null);
}

async function takeAlone(alone: RateLimiterMemory): Promise<number> {
  const answer = await alone
    .consume('')
    .catch((error: unknown) => (error instanceof RateLimiterRes ? error : Promise.reject(error as Error)));
  return answer.consumedPoints <= alone.points ? 0 : Math.max(1, answer.msBeforeNext);
}

/**
 * A window of a second begins with the first look after the last one's end. `:second` holds when it ends (`end`), its tokens
 * that are gone (`gone`), which replicas looked (`r …`) and what each claimant took (`c …`); `:waiting` what waits, by
 * replica and claimant, and until when that is a claim. A claimant is a rank and a client.
 *
 * A claimant's share is the rate over all of its rank, and those before it, that have taken or wait. It takes one token, then
 * what no rank before it has a claim to, and beyond its share what none of its own has a claim to either: what waits,
 * within that one's share.
 *
 * ARGV: tokens in a second, claimant, replica, how many of the claimant's requests wait here, milliseconds that a claim
 * stands, the time in milliseconds or nothing for the server's. Answers the milliseconds to wait, 0 with a token, and 1
 * where other replicas looked.
 */
const TAKE = luaScript(`
local points, me, replica, claimMs, now = tonumber(ARGV[1]), ARGV[2], ARGV[3], tonumber(ARGV[5]), tonumber(ARGV[6])
local second, queue = KEYS[1] .. ':second', KEYS[1] .. ':waiting'
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local left = (tonumber(redis.call('HGET', second, 'end')) or 0) - now
if left <= 0 or left > 1000 then
  redis.call('DEL', second)
  redis.call('HSET', second, 'end', string.format('%.0f', now + 1000))
  left = 1000
end
local free = points - (tonumber(redis.call('HGET', second, 'gone')) or 0)

local taken, waiting, counted, count, others = {}, {}, {}, 0, 0
local function note(into, name, many)
  if string.sub(name, 1, 1) > string.sub(me, 1, 1) then return end
  if not counted[name] then counted[name], count = true, count + 1 end
  into[name] = (into[name] or 0) + many
end
note(taken, me, 0)
local rows = redis.call('HGETALL', second)
for i = 1, #rows, 2 do
  local kind, name = string.match(rows[i], '^(%a) (.*)$')
  if kind == 'c' then note(taken, name, tonumber(rows[i + 1])) elseif kind == 'r' and name ~= replica then others = 1 end
end
rows = redis.call('HGETALL', queue)
for i = 1, #rows, 2 do
  local name = string.match(rows[i], '^%S+ (.*)$')
  local many, untilMs = string.match(rows[i + 1], '^(%d+) (%d+)$')
  if tonumber(untilMs) <= now then redis.call('HDEL', queue, rows[i]) else note(waiting, name, tonumber(many)) end
end

local share = math.max(1, math.floor(points / count))
local claimed, before = 0, 0
for name, many in pairs(waiting) do
  local claim = name == me and 0 or math.min(many, math.max(0, share - (taken[name] or 0)))
  claimed = claimed + claim
  if string.sub(name, 1, 1) < string.sub(me, 1, 1) then before = before + claim end
end
local mine = taken[me]
local granted = free > 0 and (mine == 0 or (free > before and (mine < share or free > claimed)))

local waitMs, still = left, tonumber(ARGV[4])
if granted then
  redis.call('HINCRBY', second, 'gone', 1)
  redis.call('HINCRBY', second, 'c ' .. me, 1)
  waitMs, still = 0, still - 1
elseif free > 0 then
  waitMs = math.min(left, claimMs)
end
redis.call('HSET', second, 'r ' .. replica, 1)
redis.call('PEXPIRE', second, 60000)
local field = replica .. ' ' .. me
if still > 0 then
  redis.call('HSET', queue, field, string.format('%d %.0f', still, now + waitMs + claimMs))
  redis.call('PEXPIRE', queue, 60000)
else
  redis.call('HDEL', queue, field)
end
return { waitMs, others }
`);
