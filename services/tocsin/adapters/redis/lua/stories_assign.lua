-- Put an article into the story that shares a key with it, or open one. Returns story, opened (0 or 1), articles.
-- KEYS: the article, then its keys, the most telling first.
-- ARGV: story to open, at, earliest and latest use that joins, lifetime in ms, uses kept of a key, prefix of stories.
local article = KEYS[1]
local new_story, at, earliest, latest = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local lifetime, keep, prefix = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]

local function live_on(key)
  if redis.call('PTTL', key) < lifetime then
    redis.call('PEXPIRE', key, lifetime)
  end
end

local before = redis.call('HMGET', article, 'story', 'opened')
if before[1] then
  return { before[1], tonumber(before[2]), tonumber(redis.call('GET', prefix .. before[1])) }
end

local story
for i = 2, #KEYS do
  story = redis.call('ZREVRANGEBYSCORE', KEYS[i], latest, earliest, 'LIMIT', 0, 1)[1]
  if story then
    break
  end
end
local opened = story and 0 or 1
story = story or new_story

-- which story it is shows only now, so its key cannot be declared; the hash tag keeps it in the slot
local articles = redis.call('INCR', prefix .. story)
live_on(prefix .. story)
redis.call('HSET', article, 'story', story, 'opened', opened)
live_on(article)
for i = 2, #KEYS do
  local last = redis.call('ZSCORE', KEYS[i], story)
  if not last or tonumber(last) < tonumber(at) then
    redis.call('ZADD', KEYS[i], at, story)
  end
  redis.call('ZREMRANGEBYRANK', KEYS[i], 0, -keep - 1)
  live_on(KEYS[i])
end
return { story, opened, articles }
