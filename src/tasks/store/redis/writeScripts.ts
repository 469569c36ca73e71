import { luaScript } from '../../../redis/script.ts';
import { WRITING } from './sharedLua.ts';

/**
 * Stores a task, unless its idempotency key was claimed within its lifetime, and cancels what it overtakes, by ITEM_TRANSITIONS. Sent again, as
 * ioredis does when the connection breaks before the answer, it answers the task that is there.
 *
 * 1 head (JSON: what is null is left out, all numbers that are kept are text), 2 now, 3 expires at, 4 the problem of what is
 * overtaken, 5 keys up to this time are free, 6 a key's lifetime; then per item: what is asked, what the worker changes,
 * "batch subject", 1 where it overtakes.
 */
export const START = luaScript(`${WRITING}
local head, now, expiresAt = cjson.decode(ARGV[1]), ARGV[2], ARGV[3]
local id, FIRST = head.id, 7
local own = taskText(id)
if own then return { 'started', own } end

if head.key then
  local key = P .. 'key:' .. head.key
  local bodyHash, claimed, at = unpack(redis.call('HMGET', key, 'bodyHash', 'taskId', 'at'))
  if bodyHash and tonumber(at) > tonumber(ARGV[5]) then
    local text = taskText(claimed)
    if text and bodyHash ~= head.bodyHash then return { 'keyReused' } end
    if text then return { 'replayed', text } end
  end
  redis.call('HSET', key, 'bodyHash', head.bodyHash, 'taskId', id, 'at', now)
  redis.call('PEXPIRE', key, ARGV[6])
end

local lost, order = {}, {}
for i = FIRST, #ARGV, 4 do
  local subject = string.match(ARGV[i + 2], '^%d+ (.*)$')
  if ARGV[i + 3] == '1' and subject ~= '' then
    for _, member in ipairs(redis.call('ZRANGE', P .. 'subject:' .. subject, 0, -1)) do
      local other, position = string.match(member, '^(.*)%.(%d+)$')
      local state, inFlight, version, uncertain, token = parse(redis.call('HGET', P .. 'items:' .. other, 's' .. position))
      if inFlight == '0' then
        redis.call('HSET', P .. 'items:' .. other, 's' .. position, itemText('CANCELLED', 0, version + 1, uncertain, token),
          'p' .. position, ARGV[4])
        close(other, position)
        if not lost[other] then
          lost[other] = {}
          order[#order + 1] = other
        end
        move(lost[other], state, 'CANCELLED')
      end
    end
  end
end

local total = (#ARGV - FIRST + 1) / 4
local accepted = redis.call('INCRBY', P .. 'accepted', total) - total
for i = FIRST, #ARGV, 4 do
  local position = (i - FIRST) / 4
  redis.call('HSET', P .. 'items:' .. id, 'w' .. position, ARGV[i], 'v' .. position, ARGV[i + 1], 'j' .. position, ARGV[i + 2],
    's' .. position, itemText('PENDING', 0, 0, 0, '-'))
  local subject = string.match(ARGV[i + 2], '^%d+ (.*)$')
  if subject ~= '' then redis.call('ZADD', P .. 'subject:' .. subject, accepted + position, id .. '.' .. position) end
end
for _, batch in ipairs(head.batches) do
  redis.call('HSET', P .. 'items:' .. id, 'b' .. batch.name, batch.positions, 'o' .. batch.name, batch.size)
  redis.call('ZADD', P .. 'open', accepted + batch.first, id .. '.' .. batch.name)
end

local key, tenant = P .. 'task:' .. id, head.tenant
redis.call('HSET', key, 'id', id, 'tenant', tenant, 'kind', head.kind, 'sequence', accepted, 'revision', 0, 'createdAt', now,
  'expiresAt', expiresAt, 'total', total, 'pending', total, 'running', 0, 'succeeded', 0, 'failed', 0, 'unknown', 0,
  'skipped', 0, 'cancelled', 0, 'integrations', head.integrations)
if head.client then redis.call('HSET', key, 'client', head.client) end
if head.parentId then redis.call('HSET', key, 'parentId', head.parentId) end
redis.call('ZADD', P .. 'list:' .. tenant, accepted, id)
redis.call('SADD', P .. 'cells:' .. tenant, head.integrations)

local answer = { 'started', touch(id, now, expiresAt) }
for _, other in ipairs(order) do
  count(other, lost[other])
  answer[#answer + 1] = touch(other, now, expiresAt)
end
return answer
`);

/**
 * Applies changes to unfinished items that are still in the version they were made from, by ITEM_TRANSITIONS. Sent again with the same token, it
 * answers as it did.
 *
 * 1 task, 2 now, 3 expires at when this finishes it, 4 token; then per change: position, version, state, in flight, uncertain,
 * what the worker changes, the problem or nothing.
 */
export const APPLY = luaScript(`${WRITING}
local id, now, expiresAt, own = unpack(ARGV, 1, 4)
local task, items = P .. 'task:' .. id, P .. 'items:' .. id

local changed, deltas, fresh, written, stopped = {}, {}, false, false, false
local cancelRequested = redis.call('HGET', task, 'cancelRequested')
for i = 5, #ARGV, 7 do
  local position, version, state, inFlight, uncertain, values, problem = unpack(ARGV, i, i + 6)
  local text = redis.call('HGET', items, 's' .. position)
  local before, _, stored, _, token
  if text then before, _, stored, _, token = parse(text) end
  if token == own and own ~= '-' then
    changed[#changed + 1] = tonumber(position)
  elseif text and isOpen(before) and stored == version then
    fresh = true
    -- Asked to stop since the worker read it: what would be tried again ends here.
    if cancelRequested and isOpen(state) and inFlight == '0' then
      state = uncertain == '1' and 'OUTCOME_UNKNOWN' or 'CANCELLED'
      stopped = true
    end
    changed[#changed + 1] = tonumber(position)
    redis.call('HSET', items, 's' .. position, itemText(state, inFlight, version + 1, uncertain, own), 'v' .. position, values)
    if problem == '' then redis.call('HDEL', items, 'p' .. position)
    else redis.call('HSET', items, 'p' .. position, problem) end
    move(deltas, before, state)
    if not isOpen(state) then close(id, position) end
    if state == 'SUCCEEDED' or state == 'OUTCOME_UNKNOWN' then
      note(id, position, now)
      written = true
    elseif state == 'CANCELLED' and cancelRequested then
      stopped = true
    end
  end
end
if #changed == 0 then return false end
if not fresh then return { taskText(id), changed } end
redis.call('HSETNX', task, 'startedAt', now)
if stopped then redis.call('HSET', task, 'stopped', 1) end
count(id, deltas)
local text = touch(id, now, expiresAt)
if written then redis.call('PUBLISH', P .. 'written', id) end
return { text, changed }
`);

/** Ends the items of a task that are not in flight, by ITEM_TRANSITIONS: as unknown where the last try was uncertain. 1 tenant, 2 task, 3 now, 4 expires at. */
export const CANCEL = luaScript(`${WRITING}
local tenant, id, now, expiresAt = unpack(ARGV)
local task, items = P .. 'task:' .. id, P .. 'items:' .. id
local of, total, pending, running, asked = unpack(redis.call('HMGET', task, 'tenant', 'total', 'pending', 'running', 'cancelRequested'))
if of ~= tenant then return false end
if pending + running == 0 then return { taskText(id), 0 } end

local deltas, stopped, written = {}, false, false
for position = 0, total - 1 do
  local state, inFlight, version, uncertain, token = parse(redis.call('HGET', items, 's' .. position))
  if isOpen(state) and inFlight == '0' then
    local ended = uncertain == '1' and 'OUTCOME_UNKNOWN' or 'CANCELLED'
    redis.call('HSET', items, 's' .. position, itemText(ended, 0, version + 1, uncertain, token))
    close(id, position)
    move(deltas, state, ended)
    if uncertain == '1' then
      note(id, position, now)
      written = true
    end
    stopped = true
  end
end
if asked and not stopped then return { taskText(id), 0 } end
redis.call('HSET', task, 'cancelRequested', 1)
if stopped then redis.call('HSET', task, 'stopped', 1) end
count(id, deltas)
local text = touch(id, now, expiresAt)
if written then redis.call('PUBLISH', P .. 'written', id) end
return { text, 1 }
`);
