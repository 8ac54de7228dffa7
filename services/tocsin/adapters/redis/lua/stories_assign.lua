-- Find the stories an article may belong to, and keep what was decided on them, unless they have changed since.
-- KEYS: the article. Its keys are packed, for a client takes longer to send fifty words than Redis to read them; one
--   hash tag keeps all in one slot.
-- ARGV: prefix of stories; prefix of keys; the keys (MessagePack); earliest and latest use that counts; uses looked at
--   of a key; candidates; the revision; a story to look at alone, or ''; then, to keep a decision: the serial and the
--   candidates and versions that it was made on, as answered, story, its value, its placement, at, lifetime in ms, uses
--   kept of a key. Every change of any story counts the serial up: while it is the same, there is no need to look again.
-- Returns { 'placed', placement } for what was decided before, { 'kept' }, or
--   { 'candidates', settled story or '', serial, candidates and versions, the values as an array in MessagePack }.
local article, prefix, key_prefix = KEYS[1], ARGV[1], ARGV[2]
local keys = cmsgpack.unpack(ARGV[3])
local earliest, latest, per_key, most = ARGV[4], ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
local revision, only = ARGV[8], ARGV[9]
local deciding = #ARGV > 9
for i = 1, #keys do
  keys[i] = key_prefix .. keys[i]
end

local placed = redis.call('HMGET', article, 'r' .. revision, 'story')
if placed[1] then
  return { 'placed', placed[1] }
end
if placed[2] then
  only = placed[2]
end

local serial = redis.call('GET', prefix .. 'serial') or '0'
local unchanged = deciding and ARGV[10] == serial

local ranked = {}
if unchanged then
  ranked = {}
elseif only ~= '' then
  ranked[1] = only
else
  local shared, used = {}, {}
  for i = 1, #keys do
    local found = redis.call('ZREVRANGEBYSCORE', keys[i], latest, earliest, 'WITHSCORES', 'LIMIT', 0, per_key)
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
if not unchanged then
  local ids, seen = {}, {}
  for i = 1, #ranked do
    if #ids == most then
      break
    end
    local version = redis.call('HGET', prefix .. ranked[i], 'version')
    if version then
      ids[#ids + 1] = ranked[i]
      seen[#seen + 1] = ranked[i] .. ' ' .. version
    end
  end
  seen = table.concat(seen, ' ')
  if not deciding or seen ~= ARGV[11] then
    local values = { '\220' .. string.char(math.floor(#ids / 256), #ids % 256) }
    for i = 1, #ids do
      values[i + 1] = redis.call('HGET', prefix .. ids[i], 'value')
    end
    return { 'candidates', only, serial, seen, table.concat(values) }
  end
end

local story, value, placement, at = ARGV[12], ARGV[13], ARGV[14], ARGV[15]
local lifetime, keep = tonumber(ARGV[16]), tonumber(ARGV[17])

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
for i = 1, #keys do
  if redis.call('ZADD', keys[i], 'GT', at, story) == 1 then
    redis.call('ZREMRANGEBYRANK', keys[i], 0, -keep - 1)
  end
  live_on(keys[i])
end
return { 'kept' }
