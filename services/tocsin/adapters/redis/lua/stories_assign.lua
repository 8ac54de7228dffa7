-- Find the stories an article may belong to, and keep what was decided on them, unless they have changed since.
-- KEYS: the article, then its keys.
-- ARGV: prefix of stories; earliest and latest use that counts; uses looked at of a key; candidates; the revision;
--   a story to look at alone, or ''; then, to keep a decision: story, its value, its placement, at, lifetime in ms,
--   uses kept of a key, the serial and the (story, version) pairs that the decision was made on. Every change of any
--   story counts the serial up: while it is the same, there is no need to look again.
-- Returns { 'placed', placement } for what was decided before, { 'kept', settled story or '' }, or
--   { 'candidates', settled story or '', serial, id, version, value, ... }.
local article, prefix = KEYS[1], ARGV[1]
local earliest, latest, per_key, most = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local revision, only = ARGV[6], ARGV[7]

local placed = redis.call('HMGET', article, 'r' .. revision, 'story')
if placed[1] then
  return { 'placed', placed[1] }
end
if placed[2] then
  only = placed[2]
end

local serial = redis.call('GET', prefix .. 'serial') or '0'
local unchanged = #ARGV > 7 and ARGV[14] == serial

local ranked = {}
if unchanged then
  ranked = {}
elseif only ~= '' then
  ranked[1] = only
else
  local shared, used = {}, {}
  for i = 2, #KEYS do
    local found = redis.call('ZREVRANGEBYSCORE', KEYS[i], latest, earliest, 'WITHSCORES', 'LIMIT', 0, per_key)
    for j = 1, #found, 2 do
      local id, at = found[j], tonumber(found[j + 1])
      if shared[id] then
        shared[id] = shared[id] + 1
        used[id] = math.max(used[id], at)
      else
        shared[id], used[id] = 1, at
        ranked[#ranked + 1] = id
      end
    end
  end
  local function before(a, b)
    if shared[a] ~= shared[b] then
      return shared[a] > shared[b]
    elseif used[a] ~= used[b] then
      return used[a] > used[b]
    end
    return a < b
  end
  -- the best of hundreds: sorting them all would take longer than finding them. A few more, since some may be gone
  local found = ranked
  ranked = {}
  for i = 1, #found do
    local id, place = found[i], #ranked
    if place < 2 * most or before(id, ranked[place]) then
      while place > 0 and before(id, ranked[place]) do
        ranked[place + 1] = ranked[place]
        place = place - 1
      end
      ranked[place + 1] = id
      ranked[2 * most + 1] = nil
    end
  end
end

-- which stories these are shows only now, so their keys cannot be declared; the hash tag keeps them in the slot
local seen = {}
for i = 15, #ARGV, 2 do
  seen[ARGV[i]] = ARGV[i + 1]
end
local same, count = #ARGV > 7, 0
local versions = {}
for i = 1, #ranked do
  if count == most then
    break
  end
  local version = redis.call('HGET', prefix .. ranked[i], 'version')
  if version then
    count = count + 1
    versions[count] = { ranked[i], version }
    same = same and seen[ranked[i]] == version
  end
end
if not same then
  local answer = { 'candidates', only, serial }
  for i = 1, count do
    answer[#answer + 1] = versions[i][1]
    answer[#answer + 1] = versions[i][2]
    answer[#answer + 1] = redis.call('HGET', prefix .. versions[i][1], 'value')
  end
  return answer
end

local story, value, placement, at = ARGV[8], ARGV[9], ARGV[10], ARGV[11]
local lifetime, keep = tonumber(ARGV[12]), tonumber(ARGV[13])

local function live_on(key)
  if redis.call('PTTL', key) < lifetime then
    redis.call('PEXPIRE', key, lifetime)
  end
end

redis.call('INCR', prefix .. 'serial')
live_on(prefix .. 'serial')
redis.call('HINCRBY', prefix .. story, 'version', 1)
redis.call('HSET', prefix .. story, 'value', value)
live_on(prefix .. story)
redis.call('HSET', article, 'story', story, 'r' .. revision, placement)
live_on(article)
for i = 2, #KEYS do
  if redis.call('ZADD', KEYS[i], 'GT', at, story) == 1 then
    redis.call('ZREMRANGEBYRANK', KEYS[i], 0, -keep - 1)
  end
  live_on(KEYS[i])
end
return { 'kept', only }
