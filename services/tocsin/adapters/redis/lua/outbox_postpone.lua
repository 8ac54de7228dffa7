-- Give a delivery back, unless it was settled.
-- ARGV: id, due.
local due, leased, claimed_due, deliveries = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local id = ARGV[1]

if redis.call('HEXISTS', deliveries, id) == 1 then
  redis.call('ZREM', leased, id)
  redis.call('HDEL', claimed_due, id)
  redis.call('ZADD', due, ARGV[2], id)
end
