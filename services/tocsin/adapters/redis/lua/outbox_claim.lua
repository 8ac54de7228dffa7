-- Lease lanes in which something is due, longest due first.
-- ARGV: now (16 digits), end of the lease, token, how many lanes, how many deliveries of each.
-- Returns, of each lane: its name, its state, how many deliveries, then delivery, due and attempts of each.
local lanes, leased, tokens, states, queue = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local deliveries, attempts = KEYS[6], KEYS[7]
local now, lease_end, token, most, batch = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

for _, lane in ipairs(redis.call('ZRANGEBYSCORE', leased, '-inf', now)) do -- its notifier died
  redis.call('ZREM', leased, lane)
  redis.call('ZADD', lanes, now, lane)
end

local claimed = {}
for _, lane in ipairs(redis.call('ZRANGEBYSCORE', lanes, '-inf', now, 'LIMIT', 0, most)) do
  redis.call('ZREM', lanes, lane)
  local first = '[' .. lane .. '\0'
  local members = redis.call('ZRANGEBYLEX', queue, first, '(' .. lane .. '\0' .. now .. '\1', 'LIMIT', 0, batch)
  if #members == 0 then
    local head = redis.call('ZRANGEBYLEX', queue, first, '(' .. lane .. '\1', 'LIMIT', 0, 1)[1]
    if head then
      redis.call('ZADD', lanes, string.sub(head, #lane + 2, #lane + 17), lane)
    end
  else
    redis.call('ZADD', leased, lease_end, lane)
    redis.call('HSET', tokens, lane, token)
    claimed[#claimed + 1] = lane
    claimed[#claimed + 1] = redis.call('HGET', states, lane)
    claimed[#claimed + 1] = #members
    for _, member in ipairs(members) do
      local id = string.sub(member, #lane + 19)
      claimed[#claimed + 1] = redis.call('HGET', deliveries, id)
      claimed[#claimed + 1] = string.sub(member, #lane + 2, #lane + 17)
      claimed[#claimed + 1] = redis.call('HGET', attempts, id) or '0'
    end
  end
end
return claimed
