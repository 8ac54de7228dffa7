-- Outcomes that wait for the bus, oldest first.
-- ARGV: limit.
local outcomes, untold = KEYS[1], KEYS[2]

local waiting = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', untold, '-inf', '+inf', 'LIMIT', 0, ARGV[1])) do
  waiting[#waiting + 1] = redis.call('HGET', outcomes, id)
end
return waiting
