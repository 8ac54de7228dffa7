-- Give a lane back, unless another holds it. Returns 1, or 0 when another does.
-- ARGV: lane, token, state (JSON), time before which nothing of it is claimed, or empty.
local lanes, leased, tokens, states, gates, queue = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local lane, token, state, gate = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

if redis.call('HGET', tokens, lane) ~= token then
  return 0
end
redis.call('HDEL', tokens, lane)
redis.call('ZREM', leased, lane)
redis.call('ZREM', lanes, lane)
redis.call('HSET', states, lane, state)
redis.call('HDEL', gates, lane)
if gate ~= '' then
  redis.call('HSET', gates, lane, gate)
end
local head = redis.call('ZRANGEBYLEX', queue, '[' .. lane .. '\0', '(' .. lane .. '\1', 'LIMIT', 0, 1)[1]
if head then
  local due = string.sub(head, #lane + 2, #lane + 17)
  redis.call('ZADD', lanes, gate ~= '' and tonumber(gate) > tonumber(due) and gate or due, lane)
end
return 1
