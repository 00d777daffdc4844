/**
 * The transitions of `active:<tenant>:<account>`, a hash; each is one Lua script on that one key, so that no two of
 * them ever see each other half-done. Times are milliseconds since 1970 and come from the caller's clock.
 *
 *   session, device, since, last   which session, of which browser, from when, last activity of the person
 *   idle                           the tenant's auto-logout time; a change of the setting writes it here at once
 *   remembered                     '1': survives closing and losing the browser (until idle)
 *   leased, seen                   '1' once a page has sent a heartbeat; when a page was last heard of
 *   closing                        past this moment the session is over, unless a page is heard of before
 *   page:<id>                      'e:<t>' a page on its way, 'c:<t>' a page that is open, 'x:<t>' one that has been left
 *   ended                          why it is over; nothing takes this back
 *   before, beforeEnded            the session it replaced, and why that one is over
 */
export const times = {
  /** No session lives longer than this, however busy (ASVS 7.3.2). */
  absolute: 12 * 60 * 60_000,
  /** Between the last page's leaving and the end. */
  grace: 3000,
  /** Without a heartbeat for so long the browser is gone. Pages send one every 40 s, throttled ones every 60 s. */
  lease: 110_000,
  /** How long a page that has not been heard of again counts as open. */
  pageLife: 90_000,
  /** How long a page may take from its request, or from its answer where that took long, to its first heartbeat. */
  arrival: 15_000,
}

const prelude = `
local key, now = KEYS[1], tonumber(ARGV[1])
local function read()
  local held, flat = {}, redis.call('HGETALL', key)
  for at = 1, #flat, 2 do held[flat[at]] = flat[at + 1] end
  return held
end
local names = { 'session', 'device', 'since', 'last', 'idle', 'remembered', 'leased', 'seen', 'closing', 'ended', 'before', 'beforeEnded' }
local function facts()
  local held, values = {}, redis.call('HMGET', key, unpack(names))
  for at, name in ipairs(names) do held[name] = values[at] or nil end
  return held
end
local function forgetPages(held)
  for field, value in pairs(held) do
    local at = field:sub(1, 5) == 'page:' and tonumber(value:sub(3))
    if at and at < now - ${times.lease} then redis.call('HDEL', key, field) end
  end
end
local function verdict(held)
  if not held.session then return 'none' end
  if held.ended then return held.ended end
  local why, when = 'live', now + 1
  local function due(reason, at) if at <= now and at < when then why, when = reason, at end end
  due('idle', held.last + held.idle)
  due('limit', held.since + ${times.absolute})
  if held.closing then due('closed', tonumber(held.closing)) end
  if held.leased and held.remembered ~= '1' then due('lost', held.seen + ${times.lease}) end
  return why
end
local function finish(why)
  redis.call('HSET', key, 'ended', why)
end
local function act(held)
  redis.call('HSET', key, 'last', now)
  redis.call('PEXPIRE', key, tonumber(held.idle))
end
local function whyNot(held, session)
  if not held.session then return 'idle' end
  if held.before == session then return held.beforeEnded end
  return 'elsewhere'
end
local function ends(held)
  return { held.last + held.idle - now, held.since + ${times.absolute} - now, tonumber(held.idle) }
end
`

export const scripts = {
  /** now, session, device, idle, policy, remembered -> 'claimed' | 'blocked', since, last */
  claim: `${prelude}
local held = read()
local state = verdict(held)
if state == 'live' and held.device ~= ARGV[3] and ARGV[5] == 'block' then return { 'blocked', held.since, held.last } end
redis.call('DEL', key)
redis.call('HSET', key, 'session', ARGV[2], 'device', ARGV[3], 'since', now, 'last', now, 'seen', now, 'idle', ARGV[4],
  'remembered', ARGV[6])
if held.session then
  if state == 'live' then state = 'elsewhere' end
  redis.call('HSET', key, 'before', held.session, 'beforeEnded', state)
end
redis.call('PEXPIRE', key, ARGV[4])
return { 'claimed' }`,

  /** A request: now, session, active, page on its way or '' -> 'live', ms left, remembered | why not */
  touch: `${prelude}
local held = facts()
if held.session ~= ARGV[2] then return { whyNot(held, ARGV[2]) } end
local state = verdict(held)
if state ~= 'live' then
  finish(state)
  return { state }
end
if ARGV[3] == '1' then
  held.last = now
  redis.call('HSET', key, 'seen', now)
  redis.call('HDEL', key, 'closing')
  act(held)
end
if ARGV[4] ~= '' then
  redis.call('HSET', key, 'page:' .. ARGV[4], 'e:' .. now)
  if redis.call('HLEN', key) % 64 == 0 then forgetPages(read()) end
end
local left = ends(held)
return { 'live', math.min(left[1], left[2]), held.remembered }`,

  /** A page says that it is open: now, session, page, whether the person did something -> ms left until idle, until the limit, idle */
  beat: `${prelude}
local held = read()
if held.session ~= ARGV[2] or verdict(held) ~= 'live' then return false end
local known = held['page:' .. ARGV[3]]
if known and known:sub(1, 1) == 'x' then return ends(held) end
redis.call('HSET', key, 'page:' .. ARGV[3], 'c:' .. now, 'leased', '1', 'seen', now)
redis.call('HDEL', key, 'closing')
if ARGV[4] == '1' then
  held.last = now
  act(held)
end
forgetPages(held)
return ends(held)`,

  /** A page has been left: now, session, page. Only the last one's leaving starts the grace. */
  close: `${prelude}
local held = read()
if held.session ~= ARGV[2] or held.remembered == '1' or verdict(held) ~= 'live' then return 0 end
local own = 'page:' .. ARGV[3]
redis.call('HSET', key, own, 'x:' .. now)
local ends = now + ${times.grace}
for field, value in pairs(held) do
  if field:sub(1, 5) == 'page:' and field ~= own then
    local kind, at = value:sub(1, 1), tonumber(value:sub(3))
    if kind == 'c' and at > now - ${times.pageLife} then return 0 end
    if kind == 'e' then ends = math.max(ends, at + ${times.arrival}) end
  end
end
redis.call('HSET', key, 'closing', ends)
return 1`,

  /** A page has been answered that took long, and is on its way only now: now, session, page */
  answered: `${prelude}
local held = read()
local own = 'page:' .. ARGV[3]
if held.session ~= ARGV[2] or verdict(held) ~= 'live' or (held[own] or ''):sub(1, 1) ~= 'e' then return 0 end
redis.call('HSET', key, own, 'e:' .. now)
if held.closing then redis.call('HSET', key, 'closing', now + ${times.arrival}) end
return 1`,

  /** A request was answered by something else than a page (a download, a redirect): now, session, page */
  unpage: `${prelude}
if redis.call('HGET', key, 'session') ~= ARGV[2] then return 0 end
return redis.call('HDEL', key, 'page:' .. ARGV[3])`,

  /** now, session or '' for whichever is live, why -> 1 when a live one was ended */
  end: `${prelude}
local held = read()
if ARGV[2] ~= '' and held.session ~= ARGV[2] then return 0 end
local state = verdict(held)
if state == 'none' or held.ended then return 0 end
if state == 'live' then state = ARGV[3] end
finish(state)
return state == ARGV[3] and 1 or 0`,

  /** The setting has changed: now, idle, whether remembering is still allowed */
  retime: `${prelude}
local held = read()
local state = verdict(held)
if state == 'none' or held.ended then return 0 end
if state ~= 'live' then
  finish(state)
  return 0
end
redis.call('HSET', key, 'idle', ARGV[2])
if ARGV[3] ~= '1' and held.remembered == '1' then redis.call('HSET', key, 'remembered', '0', 'seen', now) end
redis.call('PEXPIRE', key, math.max(1, held.last + ARGV[2] - now))
return 1`,

  /** now -> state, since, last */
  look: `${prelude}
local held = read()
return { verdict(held), held.since or '', held.last or '' }`,
} as const
export type Transition = keyof typeof scripts
