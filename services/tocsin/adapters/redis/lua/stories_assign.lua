-- Find the stories an article may belong to, and keep what was decided on them, unless they have changed since.
-- A key's uses are one string, ordered by time, of entries in MessagePack: the time in 9 bytes, 16 digits of the story
-- in 17. Reading its end takes less than half the time that a sorted set does, and adding to it is no slower.
-- KEYS: the article. Its keys are packed, for a client takes longer to send fifty words than Redis to read them; one
--   hash tag keeps all in one slot.
-- ARGV: prefix of the index; the keys (MessagePack); earliest and latest use that counts; uses looked at of a key;
--   candidates; the revision; a story to look at alone, or ''; then, to keep a decision: the serial and the versions of
--   the candidates that it was made on, story, its value, its placement, at, at in MessagePack, lifetime in ms, uses
--   kept of a key. Every change of any story counts the serial up and makes it the story's version, in front of its
--   value: while the serial is the same, there is no need to look again.
-- Returns { 'placed', placement } for what was decided before, { 'kept' }, or
--   { 'candidates', settled story or '', serial, version and value of each, or nil }.
local article, base = KEYS[1], ARGV[1]
local keys = cmsgpack.unpack(ARGV[2])
local earliest, latest, per_key, most = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local revision, settled = ARGV[7], ARGV[8]
local deciding = #ARGV > 8
local stories, uses = base .. 'live:', base .. 'uses:'
local call, sub = redis.call, string.sub
local TIME, ENTRY, VERSION = 9, 26, 16
local TAIL = per_key * ENTRY

local function handle(story)
  return sub(redis.sha1hex(story), 1, 16)
end

local placed = call('HMGET', article, 'r' .. revision, 'story')
if placed[1] then
  return { 'placed', placed[1] }
end
settled = placed[2] or settled

local serial = call('GET', base .. 'serial') or '0'

-- What a C function returns must fit on the stack.
local function unpacked(written)
  local all, step = {}, 128 * ENTRY
  if #written <= step then
    return { cmsgpack.unpack(written) }
  end
  for start = 1, #written, step do
    local some = { cmsgpack.unpack(sub(written, start, start + step - 1)) }
    for i = 1, #some do
      all[#all + 1] = some[i]
    end
  end
  return all
end

-- The best stories by the keys they share, then by their latest use.
local function rank()
  local shared, used, key_of = {}, {}, {}
  for i = 1, #keys do
    local name = uses .. keys[i]
    local written = call('GETRANGE', name, -TAIL, -1)
    local found, left, whole = unpacked(written), per_key, #written < TAIL
    local place = #found
    while left > 0 do
      if place == 0 then
        if whole then
          break
        end
        -- some of the last ones do not count: look at those before them
        written, whole = sub(call('GET', name), 1, -TAIL - 1), true
        found = unpacked(written)
        place = #found
      else
        local id, at = found[place], found[place - 1]
        if at < earliest then
          break
        end
        if key_of[id] ~= i then
          key_of[id] = i
          if at <= latest then
            left = left - 1
            local count = shared[id]
            shared[id] = (count or 0) + 1
            if not count or at > used[id] then
              used[id] = at
            end
          end
        end
        place = place - 2
      end
    end
  end

  local by_count, highest = {}, 0
  for id, count in pairs(shared) do
    local equals = by_count[count]
    if equals then
      equals[#equals + 1] = id
    else
      by_count[count] = { id }
      highest = math.max(highest, count)
    end
  end
  -- sorting them all would take longer than finding them: the best are inserted one by one
  local ranked, times, last = {}, {}, 0
  for count = highest, 1, -1 do
    local first, equals = last + 1, by_count[count] or {}
    if last == most then
      break
    end
    for i = 1, #equals do
      local id = equals[i]
      local at, place = used[id], last
      if last < most then
        last = last + 1
      elseif at > times[last] or at == times[last] and id < ranked[last] then
        place = last - 1
      else
        place = -1
      end
      if place >= 0 then
        while place >= first and (at > times[place] or at == times[place] and id < ranked[place]) do
          ranked[place + 1], times[place + 1] = ranked[place], times[place]
          place = place - 1
        end
        ranked[place + 1], times[place + 1] = id, at
      end
    end
  end
  return ranked
end

-- which stories these are shows only now, so their keys cannot be declared; the hash tag keeps them in the slot
if not (deciding and ARGV[9] == serial) then
  local ranked = settled ~= '' and { handle(settled) } or rank()
  for i = 1, #ranked do
    ranked[i] = stories .. ranked[i]
  end
  local found = #ranked > 0 and call('MGET', unpack(ranked)) or {}
  local seen = {}
  if deciding then
    for i = 1, #found do
      seen[i] = sub(found[i] or '', 1, VERSION)
    end
  end
  if not deciding or table.concat(seen) ~= ARGV[10] then
    return { 'candidates', settled, serial, found }
  end
end

local story, value, placement, at = ARGV[11], ARGV[12], ARGV[13], tonumber(ARGV[14])
local lifetime, keep = tonumber(ARGV[16]), tonumber(ARGV[17]) * ENTRY
local longer = lifetime + 6 * 3600 * 1000 -- so that what is in constant use need not be told each time
local id = handle(story)
local entry = ARGV[15] .. '\176' .. id

local function live_on(name)
  if call('PTTL', name) < lifetime then
    call('PEXPIRE', name, longer)
  end
end

-- Put the use into its place among the last ones, `written`, and take the story's use before out of them. False when
-- its place may be before them.
local function insert(name, written, whole)
  local from, to = 0, #written / ENTRY -- its place: the first use that is later
  while from < to do
    local middle = math.floor((from + to) / 2)
    if struct.unpack('>i8', written, middle * ENTRY + 2) <= at then
      from = middle + 1
    else
      to = middle
    end
  end
  if from == 0 and not whole then
    return false
  end
  local before, after = sub(written, 1, from * ENTRY), sub(written, from * ENTRY + 1)
  if string.find(after, id, 1, true) then
    return true -- used since
  end
  local place = string.find(before, id, 1, true)
  if place then
    before = sub(before, 1, place - TIME - 2) .. sub(before, place + ENTRY - TIME - 1)
  end
  local length
  if place or after ~= '' then
    length = call('SETRANGE', name, call('STRLEN', name) - #written, before .. entry .. after)
  else
    length = call('APPEND', name, entry)
  end
  if length > 2 * keep then
    call('SET', name, call('GETRANGE', name, -keep, -1), 'KEEPTTL')
  end
  return true
end

local version = string.format('%016.0f', call('INCR', base .. 'serial'))
live_on(base .. 'serial')
local left = call('PTTL', stories .. id)
call('SET', stories .. id, version .. value, 'PX', left < lifetime and longer or left)
call('HSET', article, 'story', story, 'r' .. revision, placement)
live_on(article)
local few = left < 0 and ENTRY or TAIL -- a new story has used nothing before, and most come in order
for i = 1, #keys do
  local name = uses .. keys[i]
  local written = call('GETRANGE', name, -few, -1)
  if written == '' then
    call('SET', name, entry, 'PX', longer)
  else
    if not insert(name, written, false) and not insert(name, call('GETRANGE', name, -TAIL, -1), false) then
      insert(name, call('GET', name), true)
    end
    live_on(name)
  end
end
return { 'kept' }
