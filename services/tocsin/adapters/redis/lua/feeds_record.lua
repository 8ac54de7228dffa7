-- Remember a poll and end its lease. Returns 1, or 0 when the token does not hold the lease.
-- ARGV: id, token, time of the poll, next check, '1' when it failed, error, validators (JSON), former items to keep,
-- then article and content hash of each item now in the feed.
local next_check, due, leased, token = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local validators, errors, polled, failure = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local items, generations = KEYS[9], KEYS[10]
local id, at, following, keep = ARGV[1], ARGV[3], ARGV[4], tonumber(ARGV[8])

if redis.call('HGET', token, id) ~= ARGV[2] then
  return 0
end
redis.call('HDEL', token, id)
redis.call('ZREM', leased, id)
redis.call('HSET', next_check, id, following)
redis.call('ZADD', due, following, id)

if ARGV[5] == '1' then
  redis.call('HINCRBY', errors, id, 1)
  redis.call('HSET', failure, id, ARGV[6])
  return 1
end

redis.call('HDEL', errors, id)
redis.call('HDEL', failure, id)
redis.call('HSET', validators, id, ARGV[7])
redis.call('HSET', polled, id, at)
if #ARGV == 8 then
  return 1
end

-- a count of polls, not their time: a clock set back must not make the newest items the oldest
local newest = redis.call('ZREVRANGE', generations, 0, 0, 'WITHSCORES')[2] or 0
local generation = newest + 1
for i = 9, #ARGV, 2 do
  redis.call('HSET', items, ARGV[i], ARGV[i + 1])
  redis.call('ZADD', generations, generation, ARGV[i])
end
local former = redis.call('ZCOUNT', generations, '-inf', '(' .. generation)
if former > keep then
  for _, article in ipairs(redis.call('ZRANGE', generations, 0, former - keep - 1)) do
    redis.call('HDEL', items, article)
    redis.call('ZREM', generations, article)
  end
end
return 1
