import { luaScript } from '../../../redis/script.ts';
import { WRITING } from './sharedLua.ts';

/** Drops the items of finished tasks past their expiry. 1 now, 2 most of them: the tasks as text. */
export const EXPIRE = luaScript(`${WRITING}
local now, answer = ARGV[1], {}
for i, id in ipairs(redis.call('ZRANGEBYSCORE', P .. 'expiry', '-inf', now, 'LIMIT', 0, ARGV[2])) do
  local expiresAt = redis.call('ZSCORE', P .. 'expiry', id)
  redis.call('ZREM', P .. 'expiry', id)
  redis.call('ZADD', P .. 'graves', expiresAt, id)
  redis.call('UNLINK', P .. 'items:' .. id)
  redis.call('HSET', P .. 'task:' .. id, 'expired', 1)
  answer[i] = touch(id, now, expiresAt)
end
return answer
`);

/** Drops tombstones and what is still to be told of them. 1 those that expired up to this time, 2 most of them: how many. */
export const BURY = luaScript(`${WRITING}
local receivers = redis.call('SMEMBERS', P .. 'receivers')
local ids = redis.call('ZRANGEBYSCORE', P .. 'graves', '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(ids) do
  local key = P .. 'task:' .. id
  local tenant, kind, state, integrations = unpack(redis.call('HMGET', key, 'tenant', 'kind', 'state', 'integrations'))
  local cell = cellOf(tenant, kind, state, integrations)
  redis.call('ZREM', P .. 'cell' .. cell, id)
  redis.call('ZREM', P .. 'times' .. cell, id)
  redis.call('ZREM', P .. 'list:' .. tenant, id)
  if redis.call('EXISTS', P .. 'list:' .. tenant) == 0 then redis.call('DEL', P .. 'cells:' .. tenant) end
  for _, receiver in ipairs(receivers) do dropDelivery(id .. ' ' .. receiver) end
  redis.call('DEL', key)
  redis.call('ZREM', P .. 'graves', id)
end
return #ids
`);

/** Forgets that items were written. 1 those before this time. */
export const TRIM = luaScript(`
return redis.call('XTRIM', KEYS[1] .. 'written', 'MINID', ARGV[1])
`);
