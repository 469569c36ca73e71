/**
 * Lua: notes a change of a task for every receiver of webhooks, inside the script that changes the task. A delivery is a
 * hash, found by when it is due (per receiver), by tenant in the order in which it came up, and by receiver.
 */
export const ARMING = `
local function placeDelivery(member, tenant, receiver, sequence, state, due)
  local other = state == 'PENDING' and 'DEAD' or 'PENDING'
  redis.call('ZADD', P .. 'deliveries:' .. tenant, sequence, member)
  redis.call('ZADD', P .. 'deliveries.' .. state .. ':' .. tenant, sequence, member)
  redis.call('ZREM', P .. 'deliveries.' .. other .. ':' .. tenant, member)
  if state == 'PENDING' then redis.call('ZADD', P .. 'due:' .. receiver, due, member)
  else redis.call('ZREM', P .. 'due:' .. receiver, member) end
  redis.call('SADD', P .. 'deliveries.of:' .. receiver, member)
end

local function dropDelivery(member)
  local key = P .. 'delivery:' .. member
  local tenant, receiver = unpack(redis.call('HMGET', key, 'tenant', 'receiver'))
  if not tenant then return end
  redis.call('DEL', key)
  redis.call('ZREM', P .. 'deliveries:' .. tenant, member)
  redis.call('ZREM', P .. 'deliveries.PENDING:' .. tenant, member)
  redis.call('ZREM', P .. 'deliveries.DEAD:' .. tenant, member)
  redis.call('ZREM', P .. 'due:' .. receiver, member)
  redis.call('SREM', P .. 'deliveries.of:' .. receiver, member)
end

-- A task's id has no blank, so that a member can be read again. Of receivers, see receiverKey.ts.
local function armFor(receiver, tenant, id, revision, now)
  local member = id .. ' ' .. receiver
  local key = P .. 'delivery:' .. member
  local state, sequence = unpack(redis.call('HMGET', key, 'state', 'sequence'))
  redis.call('HSET', key, 'revision', revision)
  if state == 'PENDING' then return end
  if not state then
    sequence = redis.call('INCR', P .. 'deliveries')
    redis.call('HSET', key, 'receiver', receiver, 'tenant', tenant, 'taskId', id, 'sequence', sequence, 'since', now)
  end
  redis.call('HSET', key, 'state', 'PENDING', 'attempts', 0, 'dueAt', now)
  placeDelivery(member, tenant, receiver, sequence, 'PENDING', now)
end

local function arm(tenant, id, revision, now)
  for _, receiver in ipairs(redis.call('SMEMBERS', P .. 'receivers')) do
    local owner = string.match(receiver, '^(%S+) ') or 'default'
    if owner == tenant then armFor(receiver, tenant, id, revision, now) end
  end
end
`;
