-- Add the deliveries whose id is new. Returns how many were.
-- ARGV: id, due, attempts and delivery (JSON) of each.
local due, deliveries, attempts, outcomes, remembered = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]

local new = 0
for i = 1, #ARGV, 4 do
  local id = ARGV[i]
  if redis.call('HEXISTS', deliveries, id) == 0
    and redis.call('HEXISTS', outcomes, id) == 0
    and not redis.call('ZSCORE', remembered, id) then
    redis.call('HSET', deliveries, id, ARGV[i + 3])
    redis.call('ZADD', due, ARGV[i + 1], id)
    if ARGV[i + 2] ~= '0' then
      redis.call('HSET', attempts, id, ARGV[i + 2])
    end
    new = new + 1
  end
end
return new
