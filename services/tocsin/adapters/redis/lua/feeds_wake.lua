-- Make feeds due now. ARGV: now, then the feeds' ids. Returns how many are watched and were not leased.
local watched, next_check, due, leased = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local now, woken = ARGV[1], 0

for i = 2, #ARGV do
  local id = ARGV[i]
  local lease_end = redis.call('ZSCORE', leased, id)
  if redis.call('HEXISTS', watched, id) == 1 and (not lease_end or tonumber(lease_end) <= tonumber(now)) then
    redis.call('HSET', next_check, id, now)
    if not lease_end then
      redis.call('ZADD', due, now, id)
    end
    woken = woken + 1
  end
end
return woken
