-- Make the watched feeds exactly those listed.
-- ARGV: now, then id, url and settings (JSON) of each feed.
local watched, urls, next_check, due, leased, token = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local validators, errors, failure, track, push = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11]
local now = ARGV[1]

local listed = {}
for i = 2, #ARGV, 3 do
  local id, url, feed = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  listed[id] = true
  if redis.call('HGET', urls, id) ~= url then -- new, or moved
    redis.call('HSET', urls, id, url)
    redis.call('HSET', next_check, id, now)
    for _, key in ipairs({ token, validators, errors, failure, track, push }) do
      redis.call('HDEL', key, id)
    end
    redis.call('ZREM', leased, id)
    redis.call('ZADD', due, now, id)
  elseif redis.call('HEXISTS', watched, id) == 0 then -- back again
    local following = redis.call('HGET', next_check, id)
    if following then
      redis.call('ZADD', due, following, id)
    end
  end
  redis.call('HSET', watched, id, feed)
end

for _, id in ipairs(redis.call('HKEYS', watched)) do
  if not listed[id] then
    redis.call('HDEL', watched, id)
    redis.call('HDEL', token, id)
    redis.call('ZREM', due, id)
    redis.call('ZREM', leased, id)
  end
end
