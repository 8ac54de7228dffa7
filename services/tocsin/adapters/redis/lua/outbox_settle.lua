-- End a delivery, once.
-- ARGV: id, time of the outcome, outcome (JSON).
local due, leased, claimed_due, deliveries, attempts = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local outcomes, settled, remembered = KEYS[6], KEYS[7], KEYS[8]
local id = ARGV[1]

if redis.call('HEXISTS', outcomes, id) == 1 or redis.call('ZSCORE', remembered, id) then
  return
end
redis.call('ZREM', due, id)
redis.call('ZREM', leased, id)
for _, key in ipairs({ claimed_due, deliveries, attempts }) do
  redis.call('HDEL', key, id)
end
redis.call('HSET', outcomes, id, ARGV[3])
redis.call('ZADD', settled, ARGV[2], id)
