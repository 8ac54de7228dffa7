-- Write down sends, ends and new due times.
-- ARGV of each: id, attempt (JSON or empty), outcome (JSON or empty), its time, its status, new due time (16 digits, or empty).
local entries, deliveries, queued, queue, lanes, leased = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local gates, attempts, sends, outcomes, untold, undelivered = KEYS[7], KEYS[8], KEYS[9], KEYS[10], KEYS[11], KEYS[12]

for i = 1, #ARGV, 6 do
  local id, attempt, outcome, due = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 5]
  local member = redis.call('HGET', queued, id) -- nothing once it has ended
  if attempt ~= '' and redis.call('HEXISTS', entries, id) == 1 then
    redis.call('HINCRBY', attempts, id, 1)
    local before = redis.call('HGET', sends, id)
    redis.call('HSET', sends, id, before and before .. ',' .. attempt or attempt)
  end
  if member and outcome ~= '' then
    redis.call('ZREM', queue, member)
    redis.call('HDEL', queued, id)
    redis.call('HSET', outcomes, id, outcome)
    redis.call('ZADD', untold, ARGV[i + 3], id)
    if ARGV[i + 4] == 'delivered' then
      redis.call('HDEL', deliveries, id)
    else
      redis.call('ZADD', undelivered, ARGV[i + 3], id)
    end
  elseif member and due ~= '' then
    local lane = string.sub(member, 1, #member - #id - 18)
    redis.call('ZREM', queue, member)
    redis.call('ZADD', queue, 0, lane .. '\0' .. due .. '\0' .. id)
    redis.call('HSET', queued, id, lane .. '\0' .. due .. '\0' .. id)
    if not redis.call('ZSCORE', leased, lane) then
      local gate = redis.call('HGET', gates, lane)
      redis.call('ZADD', lanes, 'LT', gate and tonumber(gate) > tonumber(due) and gate or due, lane)
    end
  end
end
