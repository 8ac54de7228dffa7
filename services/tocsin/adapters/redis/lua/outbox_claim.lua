-- Lease deliveries that are due, earliest first; each claim is an attempt.
-- ARGV: now, end of the lease, limit. Returns delivery, due and attempts of each in a row.
local due, leased, claimed_due, deliveries, attempts = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local now, lease_end, limit = ARGV[1], ARGV[2], ARGV[3]

for _, id in ipairs(redis.call('ZRANGEBYSCORE', leased, '-inf', now)) do -- its notifier died
  redis.call('ZREM', leased, id)
  redis.call('ZADD', due, redis.call('HGET', claimed_due, id), id)
end

local claimed = {}
local found = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'WITHSCORES', 'LIMIT', 0, limit)
for i = 1, #found, 2 do
  local id, at = found[i], string.format('%.0f', tonumber(found[i + 1]))
  redis.call('ZREM', due, id)
  redis.call('ZADD', leased, lease_end, id)
  redis.call('HSET', claimed_due, id, at)
  claimed[#claimed + 1] = redis.call('HGET', deliveries, id)
  claimed[#claimed + 1] = at
  claimed[#claimed + 1] = redis.call('HINCRBY', attempts, id, 1)
end
return claimed
