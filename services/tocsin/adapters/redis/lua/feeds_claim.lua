-- Lease feeds that are due, earliest first; or the one named, due or not.
-- ARGV: now, end of the lease, token, limit, then perhaps a feed's id.
-- Returns settings, next check, validators, errors, last poll, track and push of each in a row.
local watched, next_check, due, leased, token = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local validators, errors, polled, track, push = KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local now, lease_end, proof, limit, one = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

-- the token stays when a lease ends, so that late work still counts as long as nobody else has taken the feed
for _, id in ipairs(redis.call('ZRANGEBYSCORE', leased, '-inf', now)) do
  redis.call('ZREM', leased, id)
  local following = redis.call('HGET', next_check, id)
  if following then
    redis.call('ZADD', due, following, id)
  end
end

local taken
if not one then
  taken = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, limit)
elseif redis.call('HEXISTS', watched, one) == 1 and not redis.call('ZSCORE', leased, one) then
  taken = { one }
else
  taken = {}
end

local claimed = {}
for _, id in ipairs(taken) do
  redis.call('ZREM', due, id)
  redis.call('ZADD', leased, lease_end, id)
  redis.call('HSET', token, id, proof)
  for _, key in ipairs({ watched, next_check, validators, errors, polled, track, push }) do
    claimed[#claimed + 1] = redis.call('HGET', key, id)
  end
end
return claimed
