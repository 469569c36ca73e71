import { luaScript } from '../../redis/script.ts';
import { READING } from './redisTaskLua.ts';

/** 1 tenant, 2 task: the task as text. */
export const TASK = luaScript(`${READING}
return redis.call('HGET', P .. 'task:' .. ARGV[2], 'tenant') == ARGV[1] and taskText(ARGV[2])
`);

/** 1 name of the key, 2 keys up to this time are free: body hash and task of a claimed key. */
export const CLAIMED = luaScript(`${READING}
local bodyHash, id, at = unpack(redis.call('HMGET', P .. 'key:' .. ARGV[1], 'bodyHash', 'taskId', 'at'))
if not bodyHash or tonumber(at) <= tonumber(ARGV[2]) then return false end
local text = taskText(id)
return text and { bodyHash, text }
`);

/** 1 tenant, 2 task, 3 after this position, 4 limit, 5 blank-separated states or nothing: items in the order of their positions. */
export const ITEMS = luaScript(`${READING}
local tenant, id, after, limit, wanted = unpack(ARGV)
local of, total = unpack(redis.call('HMGET', P .. 'task:' .. id, 'tenant', 'total'))
local rows = {}
if of ~= tenant then return rows end
for position = after + 1, total - 1 do
  if #rows >= tonumber(limit) then break end
  local text = redis.call('HGET', P .. 'items:' .. id, 's' .. position)
  if not text then break end
  if wanted == '' or string.find(wanted, ' ' .. parse(text) .. ' ', 1, true) then rows[#rows + 1] = itemRow(id, position) end
end
return rows
`);

/**
 * 1 task, 2 batch: tenant, whether the task was asked to stop, then unfinished items with whether an earlier one for the same
 * subject is unfinished.
 */
export const OPEN = luaScript(`${READING}
local id, batch = ARGV[1], ARGV[2]
local positions = redis.call('HGET', P .. 'items:' .. id, 'b' .. batch)
if not positions then return false end
local tenant, asked = unpack(redis.call('HMGET', P .. 'task:' .. id, 'tenant', 'cancelRequested'))
local answer = { tenant, asked and 1 or 0 }
for position in string.gmatch(positions, '%d+') do
  local row = itemRow(id, position)
  if isOpen(parse(row[3])) then
    local subject = string.match(redis.call('HGET', P .. 'items:' .. id, 'j' .. position), '^%d+ (.*)$')
    local first = subject ~= '' and redis.call('ZRANGE', P .. 'subject:' .. subject, 0, 0)[1]
    row[6] = (first and first ~= id .. '.' .. position) and 1 or 0
    -- A nil among the values would end the list.
    row[5] = row[5] or ''
    answer[#answer + 1] = row
  end
end
return answer
`);

/**
 * Intersects the sorted sets that a filter names, inside the server, because the total counts them all. It takes about as long
 * as its smallest set has members (see the suite for what 100,000 tasks take); without a filter it takes nothing.
 *
 * 1 tenant, 2 after this sequence or nothing, 3 limit, 4 created since or nothing, 5 JSON: per condition the names of its sets.
 */
export const LIST = luaScript(`${READING}
local tenant, after, limit, since = unpack(ARGV)
local temporary, sets, weights = {}, {}, {}
local function another()
  temporary[#temporary + 1] = P .. 'list.temporary.' .. #temporary
  return temporary[#temporary]
end
-- A task has the same score in each, its sequence, and 0 where the weight is 0.
local function combine(command, into, from, weighted)
  local arguments = { command, into, #from }
  for _, set in ipairs(from) do arguments[#arguments + 1] = set end
  if weighted then
    arguments[#arguments + 1] = 'WEIGHTS'
    for _, weight in ipairs(weighted) do arguments[#arguments + 1] = weight end
  end
  arguments[#arguments + 1] = 'AGGREGATE'
  arguments[#arguments + 1] = 'MAX'
  redis.call(unpack(arguments))
end
for _, condition in ipairs(cjson.decode(ARGV[5])) do
  local union = {}
  for i, value in ipairs(condition.values) do
    local name = condition.of == 'integration' and cjson.encode({ value, tenant }) or value .. ':' .. tenant
    union[i] = P .. 'list.' .. condition.of .. ':' .. name
  end
  local set = union[1]
  if #union ~= 1 then
    set = another()
    if #union > 1 then combine('ZUNIONSTORE', set, union) end
  end
  sets[#sets + 1], weights[#weights + 1] = set, 1
end
if #sets == 0 then sets[1], weights[1] = P .. 'list:' .. tenant, 1 end
if since ~= '' then
  local set = another()
  redis.call('ZRANGESTORE', set, P .. 'list.time:' .. tenant, since, '+inf', 'BYSCORE')
  sets[#sets + 1], weights[#weights + 1] = set, 0
end
local found = sets[1]
if #sets > 1 then
  found = another()
  combine('ZINTERSTORE', found, sets, weights)
end
local answer = { redis.call('ZCARD', found) }
local newest = after == '' and '+inf' or '(' .. after
for _, id in ipairs(redis.call('ZREVRANGEBYSCORE', found, newest, '-inf', 'LIMIT', 0, limit)) do
  answer[#answer + 1] = taskText(id)
end
if #temporary > 0 then redis.call('UNLINK', unpack(temporary)) end
return answer
`);

/** 1 after this score, 2 limit: batches with unfinished items, each followed by its score. */
export const UNFINISHED = luaScript(`
return redis.call('ZRANGEBYSCORE', KEYS[1] .. 'open', ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
`);

/**
 * 1 from this id of the stream, 2 limit, 3 stored at or after this time: the id of the last entry looked at, then tenant, time,
 * task and item. An item that was dropped with its task is left out.
 */
export const WRITTEN = luaScript(`${READING}
local answer = { false }
for _, entry in ipairs(redis.call('XRANGE', P .. 'written', ARGV[1], '+', 'COUNT', ARGV[2])) do
  local _, id, _, position, _, at = unpack(entry[2])
  answer[1] = entry[1]
  local row = tonumber(at) >= tonumber(ARGV[3]) and itemRow(id, position)
  if row then answer[#answer + 1] = { redis.call('HGET', P .. 'task:' .. id, 'tenant'), at, id, row } end
end
return answer
`);
