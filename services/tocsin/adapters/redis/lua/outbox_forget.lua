-- Drop deliveries whose outcome is on the bus and older. Returns how many.
-- ARGV: before, most. KEYS: the four named below, then the hashes by id that are left to clear.
local told, people, ledger, undelivered, entries = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]

local old = redis.call('ZRANGEBYSCORE', told, '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(old) do
  local entry, planned = redis.call('HGET', entries, id), redis.call('ZSCORE', ledger, id)
  if entry and planned then
    local at = string.format('%016.0f', tonumber(planned))
    redis.call('ZREM', people, cjson.decode(entry).subscriber .. '\0' .. at .. '\0' .. id)
  end
  for _, key in ipairs({ told, ledger, undelivered }) do
    redis.call('ZREM', key, id)
  end
  for i = 5, #KEYS do
    redis.call('HDEL', KEYS[i], id)
  end
end
return #old
