-- These outcomes are on the bus.
-- ARGV: ids.
local untold, told = KEYS[1], KEYS[2]

for _, id in ipairs(ARGV) do
  local ended = redis.call('ZSCORE', untold, id)
  if ended then
    redis.call('ZREM', untold, id)
    redis.call('ZADD', told, ended, id)
  end
end
