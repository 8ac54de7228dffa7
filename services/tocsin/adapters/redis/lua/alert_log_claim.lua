-- Give an article those subscribers of a story whom no other article holds. Returns them.
-- ARGV: article, now, end of the claim, lifetime of the key in ms, then the subscribers.
local story = KEYS[1]
local article, now, held_until, lifetime = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])

local granted = {}
for i = 5, #ARGV do
  local claim = redis.call('HGET', story, ARGV[i]) -- "<end of the claim> <article>"
  local ends, holder
  if claim then
    ends, holder = string.match(claim, '^(%-?%d+) (.*)$')
  end
  if not claim or tonumber(ends) <= now then
    redis.call('HSET', story, ARGV[i], held_until .. ' ' .. article)
    holder = article
  end
  if holder == article then
    granted[#granted + 1] = ARGV[i]
  end
end
if redis.call('PTTL', story) < lifetime then
  redis.call('PEXPIRE', story, lifetime)
end
return granted
