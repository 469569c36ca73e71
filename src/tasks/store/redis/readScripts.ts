import { luaScript } from '../../../redis/script.ts';
import { READING } from './sharedLua.ts';

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

/** 1 tenant, 2 after this sequence or nothing, 3 limit: how many tasks in all, then tasks as text, the newest first. */
export const LIST = luaScript(`${READING}
local tenant, after, limit = unpack(ARGV)
local answer = { redis.call('ZCARD', P .. 'list:' .. tenant) }
local newest = after == '' and '+inf' or '(' .. after
for _, id in ipairs(redis.call('ZREVRANGEBYSCORE', P .. 'list:' .. tenant, newest, '-inf', 'LIMIT', 0, limit)) do
  answer[#answer + 1] = taskText(id)
end
return answer
`);

/**
 * The same of tasks that meet a filter: the cells' sizes added, and their newest merged. By acceptance the tasks since an
 * instant come first, but for what the clocks of replicas differ by: after 1,000 older ones in a row no more are looked for.
 *
 * 4 created since or nothing, 5 JSON: kinds, states and, where it matters, integrations.
 */
export const FILTERED = luaScript(`${READING}
local tenant, after, limit, since = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local filter = cjson.decode(ARGV[5])
local wanted
if filter.integrations then
  wanted = {}
  for _, name in ipairs(filter.integrations) do wanted[name] = true end
end
local cells, total = {}, 0
for _, integrations in ipairs(redis.call('SMEMBERS', P .. 'cells:' .. tenant)) do
  local fits = not wanted
  for _, name in ipairs(wanted and cjson.decode(integrations) or {}) do fits = fits or wanted[name] end
  for _, kind in ipairs(fits and filter.kinds or {}) do
    for _, state in ipairs(filter.states) do
      local cell = cellOf(tenant, kind, state, integrations)
      local size = since == '' and redis.call('ZCARD', P .. 'cell' .. cell)
        or redis.call('ZCOUNT', P .. 'times' .. cell, since, '+inf')
      if size > 0 then cells[#cells + 1] = cell end
      total = total + size
    end
  end
end

local answer, older = { total }, 0
local newest = after == '' and '+inf' or '(' .. after
while #answer <= limit and older < 1000 do
  local found = {}
  for _, cell in ipairs(cells) do
    local page = redis.call('ZREVRANGEBYSCORE', P .. 'cell' .. cell, newest, '-inf', 'WITHSCORES', 'LIMIT', 0, limit)
    for i = 1, #page, 2 do found[#found + 1] = { id = page[i], sequence = page[i + 1] } end
  end
  if #found == 0 then break end
  table.sort(found, function(a, b) return tonumber(a.sequence) > tonumber(b.sequence) end)
  for i = 1, math.min(#found, limit) do
    newest = '(' .. found[i].sequence
    if since ~= '' and tonumber(redis.call('HGET', P .. 'task:' .. found[i].id, 'createdAt')) < tonumber(since) then
      older = older + 1
    else
      older = 0
      answer[#answer + 1] = taskText(found[i].id)
      if #answer > limit then break end
    end
  end
end
return answer
`);

/** 1 after this score, 2 limit: batches with unfinished items, each followed by its score. */
export const UNFINISHED = luaScript(`
return redis.call('ZRANGEBYSCORE', KEYS[1] .. 'open', ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[2])
`);

/** How many batches are unfinished, and when the first task that has one was accepted. */
export const BACKLOG = luaScript(`
local P = KEYS[1]
local first = redis.call('ZRANGE', P .. 'open', 0, 0)[1]
return {
  redis.call('ZCARD', P .. 'open'),
  first and redis.call('HGET', P .. 'task:' .. string.match(first, '^(.*)%.'), 'createdAt'),
}
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
