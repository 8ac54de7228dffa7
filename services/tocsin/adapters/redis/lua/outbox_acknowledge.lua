-- Forget settled outcomes, but for their ids.
-- ARGV: ids.
local outcomes, settled, remembered = KEYS[1], KEYS[2], KEYS[3]

for _, id in ipairs(ARGV) do
  local ended = redis.call('ZSCORE', settled, id)
  if ended then
    redis.call('HDEL', outcomes, id)
    redis.call('ZREM', settled, id)
    redis.call('ZADD', remembered, ended, id)
  end
end
