import { luaScript } from '../../../redis/script.ts';
import { ARMING } from './redisEnqueueLua.ts';

const SHARED = `
local P = KEYS[1]
${ARMING}
local function deliveryText(member)
  local flat = redis.call('HGETALL', P .. 'delivery:' .. member)
  if #flat == 0 then return false end
  local delivery = {}
  for i = 1, #flat, 2 do delivery[flat[i]] = flat[i + 1] end
  return cjson.encode(delivery)
end

local function makeDue(member, at)
  local key = P .. 'delivery:' .. member
  local tenant, receiver, sequence = unpack(redis.call('HMGET', key, 'tenant', 'receiver', 'sequence'))
  redis.call('HSET', key, 'state', 'PENDING', 'dueAt', at)
  placeDelivery(member, tenant, receiver, sequence, 'PENDING', at)
end
`;

/** The receivers from now on; what is to be told to others is dropped with DROP. */
export const RECEIVERS = luaScript(`
local P = KEYS[1]
for _, receiver in ipairs(redis.call('SMEMBERS', P .. 'receivers')) do redis.call('SADD', P .. 'receivers.dropped', receiver) end
redis.call('DEL', P .. 'receivers')
for _, receiver in ipairs(ARGV) do
  redis.call('SADD', P .. 'receivers', receiver)
  redis.call('SREM', P .. 'receivers.dropped', receiver)
end
`);

/** Drops deliveries of former receivers. 1 most of them: how many, less only where none is left. */
export const DROP = luaScript(`${SHARED}
local dropped = 0
for _, receiver in ipairs(redis.call('SMEMBERS', P .. 'receivers.dropped')) do
  local members = redis.call('SRANDMEMBER', P .. 'deliveries.of:' .. receiver, ARGV[1] - dropped)
  for _, member in ipairs(members) do dropDelivery(member) end
  dropped = dropped + #members
  if redis.call('EXISTS', P .. 'deliveries.of:' .. receiver) == 1 then break end
  redis.call('SREM', P .. 'receivers.dropped', receiver)
end
return dropped
`);

/** 1 now, 2 end of the lease, 3 limit, 4 the only receiver or nothing: deliveries as text. */
export const CLAIM = luaScript(`${SHARED}
local now, lease, limit, only = unpack(ARGV)
local due = {}
for _, receiver in ipairs(only == '' and redis.call('SMEMBERS', P .. 'receivers') or { only }) do
  local found = redis.call('ZRANGEBYSCORE', P .. 'due:' .. receiver, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
  for i = 1, #found, 2 do due[#due + 1] = { member = found[i], at = tonumber(found[i + 1]) } end
end
table.sort(due, function(a, b) return a.at < b.at end)
local answer = {}
for i = 1, math.min(#due, tonumber(limit)) do
  makeDue(due[i].member, lease)
  answer[i] = deliveryText(due[i].member)
end
return answer
`);

/** 1 member, 2 revision, 3 now. */
export const DELIVERED = luaScript(`${SHARED}
local member, revision, now = unpack(ARGV)
local key = P .. 'delivery:' .. member
local newest = redis.call('HGET', key, 'revision')
if not newest then return end
if tonumber(newest) <= tonumber(revision) then return dropDelivery(member) end
redis.call('HSET', key, 'attempts', 0, 'triedAt', now)
redis.call('HDEL', key, 'problem', 'status')
makeDue(member, now)
`);

/** 1 member, 2 revision, 3 now, 4 due at, or nothing to give up, 5 problem, 6 status or nothing. */
export const FAILED = luaScript(`${SHARED}
local member, revision, now, dueAt, problem, status = unpack(ARGV)
local key = P .. 'delivery:' .. member
local newest, tenant, receiver, sequence = unpack(redis.call('HMGET', key, 'revision', 'tenant', 'receiver', 'sequence'))
if not newest then return end
redis.call('HSET', key, 'triedAt', now, 'problem', problem)
if status == '' then redis.call('HDEL', key, 'status') else redis.call('HSET', key, 'status', status) end
if dueAt == '' and tonumber(newest) > tonumber(revision) then
  redis.call('HSET', key, 'attempts', 0)
  return makeDue(member, now)
end
redis.call('HINCRBY', key, 'attempts', 1)
if dueAt ~= '' then return makeDue(member, dueAt) end
redis.call('HSET', key, 'state', 'DEAD')
placeDelivery(member, tenant, receiver, sequence, 'DEAD')
`);

/** When the next delivery is due. */
export const NEXT_DUE = luaScript(`
local P, earliest = KEYS[1], false
for _, receiver in ipairs(redis.call('SMEMBERS', P .. 'receivers')) do
  local at = redis.call('ZRANGE', P .. 'due:' .. receiver, 0, 0, 'WITHSCORES')[2]
  if at and (not earliest or tonumber(at) < tonumber(earliest)) then earliest = at end
end
return earliest
`);

/** 1 tenant, 2 a state or nothing, 3 after this sequence or nothing, 4 limit: how many in all, then deliveries as text. */
export const LIST = luaScript(`${SHARED}
local tenant, state, after, limit = unpack(ARGV)
local key = P .. (state == '' and 'deliveries:' or 'deliveries.' .. state .. ':') .. tenant
local answer = { redis.call('ZCARD', key) }
local newest = after == '' and '+inf' or '(' .. after
for _, member in ipairs(redis.call('ZREVRANGEBYSCORE', key, newest, '-inf', 'LIMIT', 0, limit)) do
  answer[#answer + 1] = deliveryText(member)
end
return answer
`);

/** 1 member, 2 tenant, 3 now: the delivery as text. */
export const REDELIVER = luaScript(`${SHARED}
local member, tenant, now = unpack(ARGV)
local key = P .. 'delivery:' .. member
if redis.call('HGET', key, 'tenant') ~= tenant then return false end
redis.call('HSET', key, 'attempts', 0)
makeDue(member, now)
return deliveryText(member)
`);
