-- Lease feeds that are due, earliest first.
-- ARGV: now, end of the lease, token, limit. Returns settings, validators, errors and last poll of each in a row.
local watched, next_check, due, leased, token = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local validators, errors, polled = KEYS[6], KEYS[7], KEYS[8]
local now, lease_end, proof, limit = ARGV[1], ARGV[2], ARGV[3], ARGV[4]

-- the token stays when a lease ends, so that late work still counts as long as nobody else has taken the feed
for _, id in ipairs(redis.call('ZRANGEBYSCORE', leased, '-inf', now)) do
  redis.call('ZREM', leased, id)
  redis.call('ZADD', due, redis.call('HGET', next_check, id), id)
end

local claimed = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, limit)) do
  redis.call('ZREM', due, id)
  redis.call('ZADD', leased, lease_end, id)
  redis.call('HSET', token, id, proof)
  for _, key in ipairs({ watched, validators, errors, polled }) do
    claimed[#claimed + 1] = redis.call('HGET', key, id)
  end
end
return claimed
