import { OPEN_ITEM_STATES, TASK_STATE_RULES, type TaskCondition } from '../../stateMachine.ts';
import { ARMING } from '../outbox/redisEnqueueLua.ts';

/**
 * Lua that the scripts share. All keys begin with KEYS[1], the prefix:
 *
 * task:<id>       hash: the task's columns as text, absent for null; also its state, for the lists
 * items:<id>      hash, per position: w what is asked (JSON), s "state inFlight version uncertain token", v what the worker
 *                 changes (JSON), p the problem (JSON, absent for null), j "batch subject"; per batch: b its positions, o how
 *                 many are unfinished. JSON is made and read in TypeScript only: cjson mixes up empty lists, null and digits.
 * subject:<name>  sorted set: unfinished items "<id>.<position>" in the order of acceptance
 * open            sorted set: batches "<id>.<batch>" with unfinished items, in the order of acceptance
 * list:<tenant>   sorted set: all tasks of a tenant in the order of acceptance
 * cell…, times…   sorted sets: those of one kind, in one state, for the same integrations, by acceptance and by creation. A
 *                 task is in one cell, so that any filter is some cells, whose sizes add up; intersecting sets of 100,000
 *                 tasks would hold the server up for a second.
 * cells:<tenant>  set: the lists of integrations that its tasks are for, as JSON text
 * key:<name>      hash: an idempotency key
 * expiry, graves  sorted sets: finished and expired tasks by their expiry
 * written         stream: items that SUCCEEDED or ended OUTCOME_UNKNOWN
 */
const BASICS = `
local P = KEYS[1]

local COLUMN = { PENDING = 'pending', RUNNING = 'running', SUCCEEDED = 'succeeded', FAILED = 'failed',
  OUTCOME_UNKNOWN = 'unknown', SKIPPED = 'skipped', CANCELLED = 'cancelled' }

local function taskText(id)
  local flat = redis.call('HGETALL', P .. 'task:' .. id)
  if #flat == 0 then return false end
  local task = {}
  for i = 1, #flat, 2 do task[flat[i]] = flat[i + 1] end
  return cjson.encode(task)
end

local function isOpen(state) return ${OPEN_ITEM_STATES.map((state) => `state == '${state}'`).join(' or ')} end

-- state, inFlight, version, uncertain, token
local function parse(text) return string.match(text, '^([%u_]+) (%d) (%d+) (%d) (.*)$') end

local function itemText(state, inFlight, version, uncertain, token)
  return string.format('%s %s %.0f %s %s', state, inFlight, version, uncertain, token)
end

local function cellOf(tenant, kind, state, integrations)
  return string.format('.%s.%s:%s', kind, state, cjson.encode({ tenant, integrations }))
end

-- What a caller is shown of an item; false when it is gone.
local function itemRow(id, position)
  local w, s, v, p = unpack(redis.call('HMGET', P .. 'items:' .. id, 'w' .. position, 's' .. position, 'v' .. position, 'p' .. position))
  return w and { position, w, s, v, p }
end
`;

const CONDITIONS: Record<TaskCondition, string> = {
  expired: 't.expired',
  started: 't.startedAt',
  cancelRequested: 't.cancelRequested',
  stopped: 't.stopped',
  unfinished: 't.pending + t.running > 0',
  good: 't.succeeded + t.skipped > 0',
  bad: 't.failed + t.unknown > 0',
  badOrCancelled: 't.failed + t.unknown + t.cancelled > 0',
};

const STATES = TASK_STATE_RULES.map(
  ([state, ...when]) => `if ${when.map((name) => CONDITIONS[name]).join(' and ') || 'true'} then return '${state}' end`,
);

/** A task's state by TASK_STATE_RULES, for the lists by state. `t` is a hash's columns. */
const STATE = `
local function stateOf(t)
  ${STATES.join('\n  ')}
end
`;

const CHANGING = `
local FACTS = { 'tenant', 'sequence', 'state', 'kind', 'integrations', 'createdAt', 'pending', 'running', 'succeeded', 'failed', 'unknown', 'skipped', 'cancelled',
  'startedAt', 'finishedAt', 'expired', 'cancelRequested', 'stopped' }

-- Adds to a task's counts, e.g. { pending = -1, running = 1 }.
local function count(id, deltas)
  for column, delta in pairs(deltas) do
    if delta ~= 0 then redis.call('HINCRBY', P .. 'task:' .. id, column, delta) end
  end
end

local function move(deltas, from, to)
  deltas[COLUMN[from]] = (deltas[COLUMN[from]] or 0) - 1
  deltas[COLUMN[to]] = (deltas[COLUMN[to]] or 0) + 1
end

-- An item became final: nobody waits for it, and its batch has one less to do.
local function close(id, position)
  local batch, subject = string.match(redis.call('HGET', P .. 'items:' .. id, 'j' .. position), '^(%d+) (.*)$')
  if subject ~= '' then redis.call('ZREM', P .. 'subject:' .. subject, id .. '.' .. position) end
  if redis.call('HINCRBY', P .. 'items:' .. id, 'o' .. batch, -1) == 0 then redis.call('ZREM', P .. 'open', id .. '.' .. batch) end
end

-- Everybody is to hear of an item. Ids of the stream grow with the time that is given, also where clocks of replicas differ.
local function note(id, position, now)
  local time, number = string.match(redis.call('GET', P .. 'written.last') or '0-0', '^(%d+)-(%d+)$')
  if tonumber(now) > tonumber(time) then time, number = now, -1 end
  local last = string.format('%s-%.0f', time, number + 1)
  redis.call('XADD', P .. 'written', last, 'task', id, 'position', position, 'at', now)
  redis.call('SET', P .. 'written.last', last)
end

-- Ends every change of a task: one revision, its state, its place in the lists, and the news of it, told in the same step, so
-- that no process dies between storing and telling. Answers the task as text.
local function touch(id, now, expiresAt)
  local key = P .. 'task:' .. id
  local revision = redis.call('HINCRBY', key, 'revision', 1)
  local values, t = redis.call('HMGET', key, unpack(FACTS)), {}
  for i, name in ipairs(FACTS) do t[name] = values[i] end
  if t.pending + t.running == 0 and not t.finishedAt then
    redis.call('HSET', key, 'finishedAt', now, 'expiresAt', expiresAt)
    redis.call('ZADD', P .. 'expiry', expiresAt, id)
  end
  local state = stateOf(t)
  if state ~= t.state then
    if t.state then
      local before = cellOf(t.tenant, t.kind, t.state, t.integrations)
      redis.call('ZREM', P .. 'cell' .. before, id)
      redis.call('ZREM', P .. 'times' .. before, id)
    end
    local cell = cellOf(t.tenant, t.kind, state, t.integrations)
    redis.call('ZADD', P .. 'cell' .. cell, t.sequence, id)
    redis.call('ZADD', P .. 'times' .. cell, t.createdAt, id)
    redis.call('HSET', key, 'state', state)
  end
  arm(t.tenant, id, revision, now)
  local text = taskText(id)
  redis.call('PUBLISH', P .. 'task:' .. id, text)
  return text
end
`;

/** Before scripts that only read. */
export const READING = BASICS;

/** Before scripts that change tasks. */
export const WRITING = BASICS + STATE + ARMING + CHANGING;

/** Before the script that the state's test runs. */
export const STATE_RULE = STATE;
