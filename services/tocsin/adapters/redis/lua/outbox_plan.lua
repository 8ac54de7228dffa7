-- Add the deliveries whose id is new. Returns how many were.
-- ARGV: time of planning, then of each: id, lane, subscriber, due (16 digits), attempts, entry, delivery (JSON).
local entries, deliveries, queued, queue, lanes, leased = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local gates, attempts, ledger, people = KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local now = ARGV[1]

local new = 0
for i = 2, #ARGV, 7 do
  local id, lane, due = ARGV[i], ARGV[i + 1], ARGV[i + 3]
  if redis.call('HSETNX', entries, id, ARGV[i + 5]) == 1 then
    local member = lane .. '\0' .. due .. '\0' .. id
    redis.call('HSET', deliveries, id, ARGV[i + 6])
    redis.call('HSET', queued, id, member)
    redis.call('ZADD', queue, 0, member)
    redis.call('ZADD', ledger, now, id)
    redis.call('ZADD', people, 0, ARGV[i + 2] .. '\0' .. now .. '\0' .. id)
    if ARGV[i + 4] ~= '0' then
      redis.call('HSET', attempts, id, ARGV[i + 4])
    end
    if not redis.call('ZSCORE', leased, lane) then
      local gate = redis.call('HGET', gates, lane)
      redis.call('ZADD', lanes, 'LT', gate and tonumber(gate) > tonumber(due) and gate or due, lane)
    end
    new = new + 1
  end
end
return new
