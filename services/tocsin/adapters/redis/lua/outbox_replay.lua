-- Make an ended delivery due again. Returns 1, or 0 when it changed meanwhile.
-- ARGV: id, lane, now (16 digits), entry, delivery (JSON), the outcome it is known to have.
local entries, deliveries, queued, queue, lanes, leased = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local gates, attempts, outcomes, told, undelivered = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local id, lane, now = ARGV[1], ARGV[2], ARGV[3]

if not redis.call('ZSCORE', told, id) or redis.call('HGET', outcomes, id) ~= ARGV[6] then
  return 0
end
redis.call('ZREM', told, id)
redis.call('ZREM', undelivered, id)
redis.call('HDEL', outcomes, id)
redis.call('HDEL', attempts, id)
redis.call('HSET', entries, id, ARGV[4])
redis.call('HSET', deliveries, id, ARGV[5])
local member = lane .. '\0' .. now .. '\0' .. id
redis.call('HSET', queued, id, member)
redis.call('ZADD', queue, 0, member)
if not redis.call('ZSCORE', leased, lane) then
  local gate = redis.call('HGET', gates, lane)
  redis.call('ZADD', lanes, 'LT', gate and tonumber(gate) > tonumber(now) and gate or now, lane)
end
return 1
