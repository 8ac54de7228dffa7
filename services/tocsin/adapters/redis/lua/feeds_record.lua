-- Remember what came of a claim and end its lease. Returns 1, or 0 when the token does not hold the lease.
-- ARGV: id, token, outcome, its time, next check ('' for never), error, validators, track and gap (JSON, '' for none),
-- end of the gap, gaps to keep, former items to keep, then article and content hash of each item.
local next_check, due, leased, token = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local validators, errors, polled, failure, track = KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9]
local gaps, items, generations = KEYS[10], KEYS[11], KEYS[12]
local id, outcome, at, following = ARGV[1], ARGV[3], ARGV[4], ARGV[5]
local first_item = 13

if redis.call('HGET', token, id) ~= ARGV[2] then
  return 0
end
redis.call('HDEL', token, id)
redis.call('ZREM', leased, id)
if following == '' then
  redis.call('HDEL', next_check, id)
  redis.call('ZREM', due, id)
else
  redis.call('HSET', next_check, id, following)
  redis.call('ZADD', due, following, id)
end
if outcome == 'released' then
  return 1
end

redis.call('HSET', track, id, ARGV[8])
if ARGV[9] ~= '' then
  redis.call('ZADD', gaps, ARGV[10], ARGV[9])
  redis.call('ZREMRANGEBYRANK', gaps, 0, -1 - ARGV[11])
end
if outcome == 'failed' then
  redis.call('HINCRBY', errors, id, 1)
end
if outcome == 'failed' or outcome == 'excused' then
  redis.call('HSET', failure, id, ARGV[6])
  return 1
end
if outcome == 'read' then
  redis.call('HDEL', errors, id)
  redis.call('HDEL', failure, id)
  redis.call('HSET', validators, id, ARGV[7])
  redis.call('HSET', polled, id, at)
end
if #ARGV < first_item then
  return 1
end

-- a count of polls, not their time: a clock set back must not make the newest items the oldest. A push holds only what
-- is new: the rest is still in the feed, and of the same generation.
local generation = tonumber(redis.call('ZREVRANGE', generations, 0, 0, 'WITHSCORES')[2] or 0)
if outcome == 'read' or generation == 0 then
  generation = generation + 1
end
for i = first_item, #ARGV, 2 do
  redis.call('HSET', items, ARGV[i], ARGV[i + 1])
  redis.call('ZADD', generations, generation, ARGV[i])
end
local keep = tonumber(ARGV[12])
local former = redis.call('ZCOUNT', generations, '-inf', '(' .. generation)
if former > keep then
  for _, article in ipairs(redis.call('ZRANGE', generations, 0, former - keep - 1)) do
    redis.call('HDEL', items, article)
    redis.call('ZREM', generations, article)
  end
end
return 1
