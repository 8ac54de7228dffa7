-- Make the subscribers exactly those listed; the version grows when that changes anything.
-- ARGV: id and subscriber (JSON) of each.
local subscribers, version = KEYS[1], KEYS[2]

local same = redis.call('HLEN', subscribers) == #ARGV / 2
for i = 1, #ARGV, 2 do
  if not same then
    break
  end
  same = redis.call('HGET', subscribers, ARGV[i]) == ARGV[i + 1]
end
if same then
  return
end

redis.call('DEL', subscribers)
for i = 1, #ARGV, 2 do
  redis.call('HSET', subscribers, ARGV[i], ARGV[i + 1])
end
redis.call('INCR', version)
